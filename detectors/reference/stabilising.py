"""A table for a number that a cycle takes much farther than its noise does, such as requests a second.

Its distribution over a day is that of the cycle, and normal scores of it would bend sharply at noon and at
night, faster than any cycle that is learned. Instead the score grows by one for each sd that the noise has
near a value: a transformation that makes the variance the same everywhere (M. S. Bartlett, Biometrics 3,
1947), with the sd taken from the differences of values some minutes apart.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.season.cycle import DAY_SLOTS, slow_waves
from driftline.detectors.state.fields import GRID_POINTS

DOMINATES = 3.0  # times the variance of the noise
PAIRS_MAX = 20_000
NEAR, NEAR_SHARE = (
    48,
    0.02,
)  # so many differences, or that share of them, say how wide the noise is near a value
SD_MIN = 0.02  # of the sd of all differences: of constant stretches
MARGIN = 4.0  # sd by which the table reaches beyond the values


class Pairs(NamedTuple):
    """Values [count], and others [count] that followed them some minutes later."""

    earlier: NDArray[np.float64]
    later: NDArray[np.float64]

    def noise_sd(self) -> float:
        """The sd of what differs from one value to another, some minutes apart."""
        return sqrt(float(((self.later - self.earlier) ** 2).mean()) / 2)


def pairs_of(values: NDArray[np.float64], apart: int) -> Pairs:
    """Pairs of values so many values apart, evenly from all of them, in the order of time."""
    starts = np.arange(0, len(values) - apart, max((len(values) - apart) // PAIRS_MAX, 1))
    return Pairs(values[starts], values[starts + apart])


def is_dominated(values: NDArray[np.float64], pairs: Pairs) -> bool:
    """Whether values vary much more than from one to another some minutes later."""
    return bool(0 < (1 + DOMINATES) * pairs.noise_sd() ** 2 < values.var())


def dominates(values: NDArray[np.float64], slots: NDArray[np.integer[Any]]) -> bool:
    """Whether it is a day that takes values, in these half hours of the week, much farther than all else.

    What depends on the value before varies from minute to minute by less than in all, without any cycle.
    """
    waves = slow_waves(DAY_SLOTS)[slots % DAY_SLOTS]
    left = values - waves @ np.linalg.lstsq(waves, values, rcond=None)[0]
    return bool((1 + DOMINATES) * left.var() < values.var())


def stabilising_table(pairs: Pairs, ends: tuple[float, float]) -> NDArray[np.float64]:
    """129 points as many sd of the noise apart from each other, from below the smallest value to above the
    largest.
    """
    squares, middles = (pairs.later - pairs.earlier) ** 2 / 2, (pairs.later + pairs.earlier) / 2
    order = np.argsort(middles, kind="stable")
    edges = np.concatenate([[0.0], np.cumsum(squares[order])])
    near = min(max(NEAR, int(NEAR_SHARE * len(order))), len(order))
    places = np.clip(np.arange(len(order)) - near // 2, 0, len(order) - near)
    sd = np.sqrt((edges[places + near] - edges[places]) / near)
    sd = np.maximum(sd, SD_MIN * np.sqrt(squares.mean()))
    points = np.concatenate([[ends[0] - MARGIN * sd[0]], middles[order], [ends[1] + MARGIN * sd[-1]]])
    widths = np.concatenate([sd[:1], (sd[1:] + sd[:-1]) / 2, sd[-1:]])
    scores = np.concatenate([[0.0], np.cumsum(np.diff(points) / widths)])
    return np.asarray(np.interp(np.linspace(0.0, scores[-1], GRID_POINTS), scores, points))
