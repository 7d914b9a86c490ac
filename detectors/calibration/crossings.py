"""Thresholds for innovations that are not independent normal ones.

The table of a reference is of all hours together: counts of requests are skewed where they are highest, and
calm and wild minutes follow each other. Or a signal wanders, slower than a coefficient from one value to the
next can tell. False alarms are too rare to be counted, but how often the sums of a healthy signal come over
two lower levels tells as much. Far up that rate falls exponentially with the level, by the root of Lundberg's
equation (D. Siegmund, Sequential Analysis, 1985, chapter X). Where it is higher than for normal innovations
by more than chance, the exponent is the one that it shows, and the threshold that at which the rate is the
one that was asked for. A sum whose rate hardly falls follows the wandering: its threshold is out of reach.
"""

from math import inf, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.crossings import NARROWER_SUM, WIDER_SUM
from driftline.detectors.state.lanes import CROSSING_LEVELS, LANES, drift_scale

EXPECTED_EVERY = (
    (240.9, 320.3, 494.3, 637.2, 553.7, 747.6, 448.3),
    (4_737.6, 6_387.8, 9_881.5, 17_826.6, 12_307.7, 15_869.5, 8_575.2),
)
"""Values between two crossings of each level by each sum when innovations are normal, those of a shift both
ways together (benchmarks/calibration/crossings.py).
"""
CLUSTERED = (5.5, 3.4, 1.7, 1.0, 1.1, 2.9, 2.9)  # variance ÷ mean of their number: they come in clusters
SURE = 3.0  # standard errors
PRIOR = 5.0  # clusters as they were to be expected that stand beside those that were counted
EXPONENT_MIN = 0.25  # of that of normal innovations


class Crossed(NamedTuple):
    """How often sums of a healthy signal came over the levels [2, 7], and in how many values.

    shift_scale: what the smallest shifts are multiplied by.
    """

    crossings: NDArray[np.float32]
    values: float
    shift_scale: float = 1.0


def crossed_by(signal: np.void) -> Crossed:
    """What a signal has counted."""
    return Crossed(signal["crossings"], float(signal["crossing_values"]), float(signal["shift_scale"]))


def raised_variance(height: float, crossed: Crossed) -> float:
    """The threshold that both sums of the variance have."""
    return max(raised(height, which, crossed) for which in (WIDER_SUM, NARROWER_SUM))


def raised(height: float, which: int, crossed: Crossed) -> float:
    """The threshold of one sum of log-likelihood ratios, or of the logarithm of the evidence of a shift.

    Not below that for normal innovations, the height; inf: out of reach. A smaller shift is as often high,
    but goes up and down there 1 / scale times.
    """
    scale = drift_scale(which, crossed.shift_scale) if which < LANES else 1.0
    cluster = CLUSTERED[which] / scale
    counts = [float(crossings[which]) for crossings in crossed.crossings]
    expected = [crossed.values / every[which] / scale for every in EXPECTED_EVERY]
    if not any(
        count > usual + SURE * sqrt(cluster * usual) + cluster
        for count, usual in zip(counts, expected, strict=True)
    ):
        return height
    low, high = (
        (count + PRIOR * cluster) / (usual + PRIOR * cluster)
        for count, usual in zip(counts, expected, strict=True)
    )
    lower, upper = (log(each[which]) if which < LANES else each[which] for each in CROSSING_LEVELS)
    lost = max(log(high / low) / (upper - lower), 0.0)
    if lost > 1 - EXPONENT_MIN:
        return inf
    return height + max(log(max(low, high)), 0.0) + max(height - upper, 0.0) * lost / (1 - lost)
