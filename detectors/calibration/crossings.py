"""Thresholds for innovations that are not independent normal ones.

The table of a reference is of all hours together: counts of requests are skewed where they are highest, and
calm and wild minutes follow each other. Or a signal wanders, slower than a coefficient from one value to the
next can tell. False alarms are too rare to be counted, but how often the sums of a healthy signal come over
two lower levels tells as much. Far up that rate falls exponentially with the level, by the root of Lundberg's
equation (D. Siegmund, Sequential Analysis, 1985, chapter X). Where it is higher than for normal innovations
by more than chance, the exponent is the one that it shows, and the threshold that at which the rate is the
one that was asked for. A sum whose rate hardly falls follows the wandering: its threshold is out of reach.
"""

from math import inf, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.crossings import NARROWER_SUM, WIDER_SUM
from driftline.detectors.kernels.lanes import CROSSING_LEVELS, EXPONENTS, drift_scale, on_scale

EXPECTED_EVERY = (
    (570.0, 487.6, 370.7, 445.4, 405.7, 498.8, 747.6, 448.3),
    (10_999.8, 9_497.2, 7_373.1, 9_408.5, 11_798.0, 11_137.3, 15_869.5, 8_575.2),
)
"""Values between two crossings of each level by each sum when innovations are normal, those of a CUSUM both
ways together (benchmarks/calibration/crossings.py).
"""
CLUSTERED = (5.7, 3.6, 1.7, 1.2, 1.0, 1.1, 2.9, 2.9)  # variance ÷ mean of their number: they come in clusters
SURE = 3.0  # standard errors
PRIOR = 5.0  # clusters as they were to be expected that stand beside those that were counted
EXPONENT_MIN = 0.25  # of that of normal innovations


class Crossed(NamedTuple):
    """How often sums of a healthy signal came over the levels [2, 8], and in how many values.

    shift_scale: what the smallest shifts of its CUSUMs are multiplied by.
    """

    crossings: NDArray[np.float32]
    values: float
    shift_scale: float = 1.0


def crossed_by(signal: np.void) -> Crossed:
    """What a signal has counted."""
    return Crossed(signal["crossings"], float(signal["crossing_values"]), float(signal["shift_scale"]))


def raised_cusums(heights: tuple[float, ...], crossed: Crossed) -> tuple[float, ...]:
    """Thresholds of the CUSUMs, from those for normal innovations. None is lowered; inf: out of reach."""
    return tuple(raised_cusum(height, lane, crossed) for lane, height in enumerate(heights))


def raised_cusum(height: float, lane: int, crossed: Crossed) -> float:
    """The same for one of them, which is judged by what the usual one would do."""
    scale = drift_scale(lane, crossed.shift_scale)
    usual = on_scale(height, scale)
    return height + (raised(usual, EXPONENTS[lane], lane, crossed, scale) - usual) / scale


def raised_variance(height: float, crossed: Crossed) -> float:
    """The same for the threshold that both sums of the variance have."""
    return max(raised(height, 1.0, which, crossed) for which in (WIDER_SUM, NARROWER_SUM))


def raised(height: float, exponent: float, which: int, crossed: Crossed, scale: float = 1.0) -> float:
    """The threshold of one sum; exponent is that of normal innovations.

    On a larger scale, 1 / scale², a sum is as often high, but goes up and down there 1 / scale times.
    """
    crossings = crossed.crossings[:, which].astype(np.float64)
    expected, cluster = crossed.values / np.array(EXPECTED_EVERY)[:, which] * scale, CLUSTERED[which] / scale
    if not (crossings > expected + SURE * np.sqrt(cluster * expected) + cluster).any():
        return height
    low, high = ((crossings + PRIOR * cluster) / (expected + PRIOR * cluster)).tolist()
    lower, upper = CROSSING_LEVELS[0][which], CROSSING_LEVELS[1][which]
    lost = max(log(high / low) / (upper - lower) / exponent, 0.0)
    if lost > 1 - EXPONENT_MIN:
        return inf
    more = max(log(max(low, high)), 0.0) / exponent
    return height + more + max(height - upper, 0.0) * lost / (1 - lost)
