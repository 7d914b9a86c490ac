"""The alternatives that are tested side by side, a lane each."""

from math import log

import numpy as np

from driftline.detectors.compiled import inner

SHIFTS = (0.25, 0.5, 1.0, 3.0, 2.25)  # sd: the alternatives of numbers, both ways,
SDS = (1.0, 1.0, 1.0, 1.0, 0.4)  # with values around them of this sd
ODDS = (1.5, 2.0, 3.0, 6.0, 15.0)  # those of rates: times and divided by these
LANES = len(SHIFTS)
ODDS_LANES = len(ODDS)
LARGEST = 1e37  # evidence is no more: single precision ends soon after
VARIANCE_RATIO = 2.0  # the variance test is made for twice and half the variance
SHAPE_CELLS = 16  # of equal probability under the normal distribution
SHAPE_WINDOW = 500  # values per test of the shape
CROSSING_LEVELS = (
    (1_500.0, 1_000.0, 750.0, 250.0, 350.0, 4.1742, 4.1742),
    (30_000.0, 20_000.0, 15_000.0, 5_000.0, 7_000.0, 7.1276, 7.1276),
)
"""Levels whose crossings are counted, of the shifts' sums and of those for a wider and a narrower variance.

Healthy sums come over the first ones once in some 240 to 750 values, over the second ones in twenty times as
many.
"""

ALTERNATIVES = tuple(zip(SHIFTS, SDS, strict=True))
EXPONENTS = np.array([shift / sd**2 for shift, sd in ALTERNATIVES])
BENDS = np.array([(1 - sd**2) / (2 * shift) for shift, sd in ALTERNATIVES])
DRIFTS = np.array([shift / 2 + sd**2 * log(sd) / shift for shift, sd in ALTERNATIVES])


@inner
def drift_scale(lane: int, shift_scale: float) -> float:
    """What the shift that a lane is made for is multiplied by."""
    if lane == 0:
        return shift_scale * shift_scale
    return shift_scale if lane == 1 else 1.0
