"""What the scores of categories are like, and the thresholds of the CUSUMs that follow from it.

A score is the normal score of a category's place in the order of surprise plus a step between common and rare
categories. Its distribution is known exactly from the share of the common ones. Of two equal groups its tails
are lighter than normal ones; where one category is nearly all there is, its upper tail is far heavier. So the
exponent of each side of each CUSUM is the root of Lundberg's equation for it, E exp(theta step) = 1, in place
of the one for normal scores (D. Siegmund, Sequential Analysis, 1985, chapter X). The constants were fitted on
twelve distributions (benchmarks/calibration/categories.py).
"""

from functools import lru_cache
from math import exp, fsum, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.calibration.cusum import cusum_height, cusum_heights
from driftline.detectors.calibration.run_length import bisect
from driftline.detectors.kernels.lanes import BENDS, DRIFTS, LANES
from driftline.detectors.kernels.scores import CLIP

NORMAL = NormalDist()
CELL = 0.05  # sd: normal scores of a cell are taken for one
NEAR = 0.05  # in logarithms of odds
STATES = 100
LANES_TOGETHER = 3.5  # as many CUSUMs that were independent: scores of few distinct values cross together
SOONER = 0.35  # no threshold is below that of normal scores for false alarms so much sooner
RARE = 1e-13  # an alarm may come of itself: no run is longer than can be computed
THETA_MAX = 50.0
LOWEST = tuple(cusum_height(lane, 500.0) for lane in range(LANES))


class Groups(NamedTuple):
    """What common and rare categories' normal scores get added; mean and sd of the sums."""

    common: float
    rare: float
    center: float
    scale: float


def groups(share: float) -> Groups:
    """Of common categories with a share of the probability, 0 < share < 1, and rare ones."""
    common, rare = steps(share)
    sums, probabilities = sums_of(share)
    center = mean(probabilities, sums)
    return Groups(common, rare, center, sqrt(mean(probabilities, (sums - center) ** 2)))


def mean(probabilities: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Of values [cells]: to the last bit the same wherever they lie in memory, unlike a dot product."""
    return fsum((probabilities * values).tolist())


def steps(share: float) -> tuple[float, float]:
    """What common and rare categories' normal scores get added: standardised, but no wilder than a score."""
    return -sqrt((1 - share) / share), min(sqrt(share / (1 - share)), CLIP)


def sums_of(share: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sums of normal score and step, and the probability of each [cells]."""
    cut = NORMAL.inv_cdf(share)
    edges = np.sort(np.append(np.arange(-CLIP + CELL, CLIP - CELL / 2, CELL), cut))
    cumulated = np.array([0.0, *(NORMAL.cdf(edge) for edge in edges.tolist()), 1.0])
    scores = np.concatenate(([-CLIP], (edges[1:] + edges[:-1]) / 2, [CLIP]))
    common, rare = steps(share)
    return scores + np.where(scores < cut, common, rare), np.diff(cumulated)


class Side(NamedTuple):
    """One side of one CUSUM: a height, values between its crossings of it, and how these grow beyond it."""

    height: float
    run_length: float
    exponent: float


@lru_cache(maxsize=1024)
def sides(share: float) -> tuple[tuple[Side, ...], ...]:
    """Those of each lane where a value goes that way at all."""
    sums, probabilities = sums_of(share)
    center, scale = groups(share)[2:]
    scores = (sums - center) / scale
    made = []
    for lane in range(LANES):
        both = (sign * scores - DRIFTS[lane] - BENDS[lane] * scores**2 for sign in (1.0, -1.0))
        made.append(tuple(side(rises, probabilities, LOWEST[lane]) for rises in both if rises.max() > 0.0))
    return tuple(made)


def side(rises: NDArray[np.float64], probabilities: NDArray[np.float64], lowest: float) -> Side:
    """From what one value adds to the sum [cells], and the probability of each.

    The height is such that no single value crosses it: from there on run lengths grow exponentially.
    """
    exponent = bisect(lambda theta: mean(probabilities, np.expm1(theta * rises)), 1e-6, THETA_MAX)
    height = max(lowest, 2 * float(rises.max()))
    return Side(height, run_length(rises, probabilities, height), exponent)


def run_length(rises: NDArray[np.float64], probabilities: NDArray[np.float64], height: float) -> float:
    """Values until a CUSUM crosses, by a Markov chain (D. Brook, D. A. Evans, Biometrika 59, 1972)."""
    width = height / STATES
    places = (np.arange(STATES) + 0.5) * width
    places[0] = 0.0
    after = np.clip((places[:, None] + rises) // width, 0, STATES).astype(np.intp)
    moves = np.zeros((STATES, STATES + 1))
    np.add.at(moves, (np.arange(STATES)[:, None], after), probabilities)
    equations = np.hstack([np.eye(STATES) - (1 - RARE) * moves[:, :STATES], np.ones((STATES, 1))])
    for last in range(STATES - 1, 0, -1):  # Gauss; a library's last bits depend on where it lies
        factors = equations[:last, last] / equations[last, last]
        equations[:last] -= factors[:, None] * equations[last]
    return float(equations[0, -1] / equations[0, 0])


@lru_cache(maxsize=4096)
def category_heights(share: float, false_alarm_every: float) -> tuple[float, ...]:
    """One threshold for each lane, for a mean number of values between false alarms of all together.

    share: of common categories; signals that have nearly the same, share the work. What is allowed for
    values that depend on those before: none is far below that for normal scores, and what such lanes do not
    raise is left to the others.
    """
    near = 1 / (1 + exp(-round(log(share / (1 - share)) / NEAR) * NEAR))
    every, normal = false_alarm_every * LANES_TOGETHER, cusum_heights(false_alarm_every * SOONER)
    heights = [category_height(both, every) for both in sides(near)]
    heavier = sum(height > usual for height, usual in zip(heights, normal, strict=True))
    heights = [category_height(both, every * max(heavier, 1) / LANES) for both in sides(near)]
    return tuple(map(max, heights, normal))


def category_height(both: tuple[Side, ...], every: float) -> float:
    """The threshold of the sides of one CUSUM together."""

    def excess(height: float) -> float:
        return 1 / every - sum(exp(each.exponent * (each.height - height)) / each.run_length for each in both)

    return bisect(excess, 0.0, 1e4)
