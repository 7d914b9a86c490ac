"""A table for a number that a cycle takes much farther than its noise does, such as requests a second.

Its distribution over a day is that of the cycle, and normal scores of it would bend sharply at noon and at
night, faster than any cycle that is learned. Instead the score grows by one for each sd that the noise has
near a value: a transformation that makes the variance the same everywhere (M. S. Bartlett, Biometrics 3,
1947), with the sd taken from the differences of neighbouring values.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from detectors.record import GRID_POINTS

DOMINATES = 3.0  # times the variance of the noise
NEAR = 48  # differences that say how wide the noise is near a value
SD_MIN = 0.02  # of the sd of all differences: of constant stretches
MARGIN = 4.0  # sd by which the table reaches beyond the values


def is_dominated(values: NDArray[np.float64]) -> bool:
    """Whether values [count] in the order of time vary much more than from one to the next."""
    noise = noise_sd(values)
    return bool(noise > 0 and values.var() > (1 + DOMINATES) * noise**2)


def noise_sd(values: NDArray[np.float64]) -> float:
    """The sd of what differs from one value to the next, of values in the order of time."""
    return sqrt(float((np.diff(values) ** 2).mean()) / 2)


def stabilising_table(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """129 points as many sd of the noise apart from each other, from values [count] in the order of time."""
    squares, middles = np.diff(values) ** 2 / 2, (values[1:] + values[:-1]) / 2
    order = np.argsort(middles, kind="stable")
    edges = np.concatenate([[0.0], np.cumsum(squares[order])])
    places = np.clip(np.arange(len(order)) - NEAR // 2, 0, max(len(order) - NEAR, 0))
    near = min(NEAR, len(order))
    sd = np.sqrt((edges[places + near] - edges[places]) / near)
    sd = np.maximum(sd, SD_MIN * np.sqrt(squares.mean()))
    points = np.concatenate(
        [[values.min() - MARGIN * sd[0]], middles[order], [values.max() + MARGIN * sd[-1]]]
    )
    widths = np.concatenate([sd[:1], (sd[1:] + sd[:-1]) / 2, sd[-1:]])
    scores = np.concatenate([[0.0], np.cumsum(np.diff(points) / widths)])
    return np.asarray(np.interp(np.linspace(0.0, scores[-1], GRID_POINTS), scores, points))
