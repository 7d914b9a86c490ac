"""The e-detector of values from 0 to 1: Shiryaev-Roberts sums of likelihood ratios, mixed over odds.

Each lane tests the odds of a 1 times (or divided by) a number against the expected probability of this value;
its sum R ← (R + 1) × likelihood ratio grows by 1 a value on average without a change. So does their mean, and
by Doob's theorem it takes at least A values on average to reach A, whatever the rate is (J. Shin, A. Ramdas,
A. Rinaldo, "E-detectors", 2022, theorem 2.3 and section 3). The expected probability is itself learned, so
each side gives away one standard error of it.
"""

from math import sqrt
from typing import Any

import numpy as np

from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.lanes import ODDS, ODDS_LANES
from driftline.detectors.kernels.scratch import Scratch

MULTIPLES = np.array(ODDS)
LARGEST = 1e200
MARGIN = 1.0  # standard errors
ROUGH_MARGIN = 3.0  # of a rate that is known from the first part of its warm-up
PROBABILITY_MIN = 1e-7


@inner
def probability(expected: float) -> float:
    """A probability that neither value contradicts."""
    return min(max(expected, PROBABILITY_MIN), 1.0 - PROBABILITY_MIN)


@inner
def ratio(value: float, multiple: float, expected: float) -> float:
    """How much likelier a 0/1 value is at `multiple` times the odds of the expected probability.

    Of a value between the ratio lies between, on a line: it is 1 on average when the value is as expected, so
    the sums keep their promise (the same paper, section 4 on bounded values).
    """
    weight = multiple if value == 1.0 else 1.0 + value * (multiple - 1.0)
    return weight / (1.0 + expected * (multiple - 1.0))


@inner
def run_e_detector(signal: Any, scratch: Scratch, count: int) -> tuple[int, int]:
    """Takes up to `count` values; returns how many, and ±1 when the last one fired, else 0."""
    lanes, height, scale = signal["lanes"], signal["heights"][0], signal["scale"]
    sd, phi = signal["reference_sd"], signal["phi"]
    errors = ROUGH_MARGIN if signal["rough"] != 0 else MARGIN
    margin, allowance = errors * sd * sqrt((1.0 + phi) / (1.0 - phi)), signal["allowance"] * sd
    for place in range(count):
        value = scratch.values[place]
        expected = value - scale * scratch.errors[place]
        unsure = margin * sqrt(scratch.gains[place]) + allowance
        higher, lower = probability(expected + unsure), probability(expected - unsure)
        up, down = 0.0, 0.0
        for lane in range(ODDS_LANES):
            multiple = MULTIPLES[lane]
            lanes[0, lane] = min((lanes[0, lane] + 1.0) * ratio(value, multiple, higher), LARGEST)
            lanes[1, lane] = min((lanes[1, lane] + 1.0) * ratio(value, 1.0 / multiple, lower), LARGEST)
            up += lanes[0, lane]
            down += lanes[1, lane]
        if up + down > 2.0 * ODDS_LANES * height:
            return place + 1, 1 if up > down else -1
    return count, 0
