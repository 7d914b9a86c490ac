"""What the scores of categories are like, and what likelihood ratios of shifts lose by it.

A score is the normal score of a category's place in the order of surprise plus a step between common and rare
categories. Its distribution is known exactly from the share of the common ones. Of two equal groups its tails
are lighter than normal ones; where one category is nearly all there is, its upper tail is far heavier. So the
drift of each alternative is the one with which its ratio exp(e (x - bend x² - drift)) is 1 on average there:
the evidence keeps its promise whatever the shares are.
"""

from functools import lru_cache
from math import fsum, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.state.lanes import BENDS, EXPONENTS, LANES

NORMAL = NormalDist()
CELL = 0.05  # sd: normal scores of a cell are taken for one


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


@lru_cache(maxsize=1024)
def drifts_of_categories(share: float) -> NDArray[np.float64]:
    """What a score loses in each lane, upwards and downwards [2, LANES], by the common ones' share."""
    sums, probabilities = sums_of(share)
    center, scale = groups(share)[2:]
    scores = np.clip((sums - center) / scale, -CLIP, CLIP)  # as innovations are

    def drift(lane: int, sign: float) -> float:
        ratios = np.exp(EXPONENTS[lane] * (sign * scores - BENDS[lane] * scores**2))
        return log(mean(probabilities, ratios)) / float(EXPONENTS[lane])

    return np.array([[drift(lane, sign) for lane in range(LANES)] for sign in (1.0, -1.0)])
