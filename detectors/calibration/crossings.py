"""Thresholds for innovations with heavier tails than the normal distribution's.

The table of a reference is of all hours together: counts of requests are skewed where they are highest, and
calm and wild minutes follow each other. False alarms are too rare to be counted, but how often the sums of a
healthy signal come over two lower levels tells as much. Far up that rate falls exponentially with the level,
by the root of Lundberg's equation (D. Siegmund, Sequential Analysis, 1985, chapter X). Where it is higher
than for normal innovations by more than chance, the exponent is the one that it shows, and the threshold that
at which the rate is the one that was asked for.
"""

from math import log

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.crossings import NARROWER_SUM, WIDER_SUM
from detectors.kernels.lanes import CROSSING_LEVELS, SHIFTS, WATCHED

EXPECTED_EVERY = (
    (371.3, 446.4, 405.7, 746.0, 446.4),
    (7351.0, 9283.0, 11856.0, 15573.0, 8470.0),
)
"""Values between two crossings of each level by each sum when innovations are normal; those of a CUSUM both
ways together (benchmarks/calibration/crossings.py).
"""
SURE = 3.0  # standard errors
PRIOR = 5.0  # crossings as they were to be expected that stand beside those that were counted
EXPONENT_MIN = 0.25  # of that of normal innovations


def raised_cusums(
    heights: tuple[float, ...], crossings: NDArray[np.float64], values: float
) -> tuple[float, ...]:
    """Thresholds of all CUSUMs, from those for normal innovations and the crossings [2, 5] of so many values.

    None is lowered.
    """
    changed = list(heights)
    for which, lane in enumerate(WATCHED):
        changed[lane] = _raised(heights[lane], SHIFTS[lane], which, (crossings[:, which], values))
    return tuple(changed)


def raised_variance(height: float, crossings: NDArray[np.float64], values: float) -> float:
    """The same for the threshold that both sums of the variance have."""
    return max(_raised(height, 1.0, which, (crossings[:, which], values)) for which in (WIDER_SUM, NARROWER_SUM))


def _raised(height: float, exponent: float, which: int, counted: tuple[NDArray[np.float64], float]) -> float:
    """The threshold of one sum; exponent is that of normal innovations."""
    crossings, values = counted
    expected = values / np.array(EXPECTED_EVERY)[:, which]
    if not (crossings > expected + SURE * np.sqrt(expected) + 1).any():
        return height
    low, high = ((crossings + PRIOR) / (expected + PRIOR)).tolist()
    lower, upper = CROSSING_LEVELS[0][which], CROSSING_LEVELS[1][which]
    lost = min(max(log(high / low) / (upper - lower) / exponent, 0.0), 1 - EXPONENT_MIN)
    more = max(log(max(low, high)), 0.0) / exponent
    return height + more + max(height - upper, 0.0) * lost / (1 - lost)
