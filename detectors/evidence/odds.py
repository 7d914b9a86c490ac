"""The evidence of 0/1 values: odds against what is expected, times and divided by several numbers.

The expected probability of a value is itself learned, so each side gives away one standard error of it.
"""

from math import exp, log, sqrt
from typing import Any

import numpy as np

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.lanes import LANES, LARGEST, ODDS, ODDS_LANES

MULTIPLES = np.array(ODDS)
MARGIN = 1.0  # standard errors
ROUGH_MARGIN = 3.0  # of a rate that is known from the first part of its warm-up
PROBABILITY_MIN = 1e-7
# How many times as long as asked for it takes until a threshold is reached: a sum that crosses jumps beyond
# it, and a standard error is given away, which counts the more the longer the sums grow. 2 times at a rate of
# 0.06, 2.7 times at 0.003 when a false alarm in 10,000 values is asked for and 5.6 times at one in 100,000
# (references of 20,000 values; of 2,000: 3.2 and 3.6 times; the scoreboard). Between these rates, the
# logarithms of excess and rate lie on a line.
EXCESS = 1.8
RARE_EXCESS, RARE_EXCESS_MAX = 2.5, 4.0
OFTEN, SELDOM = 1e4, 1e5  # values between false alarms for which those hold
COMMON_RATE, RARE_RATE = 0.06, 0.003


@inner
def probability(expected: float) -> float:
    """A probability that neither value contradicts."""
    return min(max(expected, PROBABILITY_MIN), 1.0 - PROBABILITY_MIN)


@inner
def ratio(value: float, multiple: float, expected: float) -> float:
    """How much likelier a 0/1 value is at `multiple` times the odds of the expected probability.

    Of a value between the ratio lies between, on a line: it is 1 on average when the value is as expected, so
    the sums keep their promise (Shin, Ramdas, Rinaldo, section 4 on bounded values; `e_detector.py`).
    """
    weight = multiple if value == 1.0 else 1.0 + value * (multiple - 1.0)
    return weight / (1.0 + expected * (multiple - 1.0))


@inner
def run_odds(signal: Any, scratch: Scratch, count: int) -> tuple[int, int]:
    """Takes up to `count` values; returns how many, and ±1 when the last one fired, else 0."""
    lanes, weight, scale = signal["lanes"], np.float64(signal["weights"][0]), signal["scale"]
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
            more = min((np.float64(lanes[0, lane]) + 1.0) * ratio(value, multiple, higher), LARGEST)
            less = min((np.float64(lanes[1, lane]) + 1.0) * ratio(value, 1.0 / multiple, lower), LARGEST)
            lanes[0, lane], lanes[1, lane] = more, less
            up += more
            down += less
        if weight * (up + down) > 1.0:
            return place + 1, 1 if up > down else -1
    return count, 0


def weights_of(rate: float, every: float) -> list[float]:
    """The weight of each lane for `every` values between false alarms: the same for all odds there are."""
    weight = 1 / (2 * ODDS_LANES * height_of(rate, every))
    return [weight if lane < ODDS_LANES else 0.0 for lane in range(LANES)]


def height_of(rate: float, every: float) -> float:
    """The mean that all lanes of both directions reach after `every` values on average."""
    seldom = min(max(log(every / OFTEN) / log(SELDOM / OFTEN), 0.0), 1.0)
    rarity = min(max(log(COMMON_RATE / min(rate, 1 - rate)) / log(COMMON_RATE / RARE_RATE), 0.0), 1.0)
    rare_excess = RARE_EXCESS * exp(seldom * log(RARE_EXCESS_MAX / RARE_EXCESS))
    return max(every / (EXCESS * exp(rarity * log(rare_excess / EXCESS))), 1.0)
