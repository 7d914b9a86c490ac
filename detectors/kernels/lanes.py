"""The alternatives that are tested side by side, a lane each."""

from math import log

import numpy as np

from driftline.detectors.kernels.compiled import inner

SHIFTS = (0.25, 0.5, 1.0, 2.0, 3.0, 2.25)  # sd: the CUSUMs of numbers are made for these, both ways,
SDS = (1.0, 1.0, 1.0, 1.0, 1.0, 0.4)  # with values around them of this sd
ODDS = (1.5, 2.0, 3.0, 6.0, 15.0)  # the e-detector of rates: times and divided by these
LANES = len(SHIFTS)
ODDS_LANES = len(ODDS)
VARIANCE_RATIO = 2.0  # the variance test is made for twice and half the variance
SHAPE_CELLS = 16  # of equal probability under the normal distribution
SHAPE_WINDOW = 500  # values per test of the shape
CROSSING_LEVELS = (
    (18.331, 9.9286, 5.063, 2.6366, 1.6386, 0.3979, 4.1742, 4.1742),
    (30.144, 15.872, 8.0454, 4.1325, 2.6366, 0.6109, 7.1276, 7.1276),
)
"""Levels whose crossings are counted, of the CUSUMs and of the sums for a wider and a narrower variance.

As thresholds each alone would give a false alarm in 2,000 (0.25 sd), 1,000 (0.5 sd) or 500 values; the second
ones in twenty times as many.
"""

ALTERNATIVES = tuple(zip(SHIFTS, SDS, strict=True))
EXPONENTS = tuple(shift / sd**2 for shift, sd in ALTERNATIVES)
BENDS = np.array([(1 - sd**2) / (2 * shift) for shift, sd in ALTERNATIVES])
DRIFTS = np.array([shift / 2 + sd**2 * log(sd) / shift for shift, sd in ALTERNATIVES])
OVERSHOOT = 1.166  # of a sum of normal innovations over a level and under 0 together, by Siegmund


@inner
def drift_scale(lane: int, shift_scale: float) -> float:
    """What the shift that a CUSUM is made for is multiplied by."""
    if lane == 0:
        return shift_scale * shift_scale
    return shift_scale if lane == 1 else 1.0


@inner
def on_scale(total: float, scale: float) -> float:
    """What a sum, or a threshold, of a CUSUM corresponds to when its drift is so many times smaller."""
    return (total + OVERSHOOT) * scale - OVERSHOOT
