"""The e-detector of values from 0 to 1: Shiryaev-Roberts sums of likelihood ratios, mixed over odds.

Each lane tests the odds of a 1 times (or divided by) a number against the expected probability of this value;
its sum R ← (R + 1) × likelihood ratio grows by 1 a value on average without a change. So does their mean, and
by Doob's theorem it takes at least A values on average to reach A, whatever the rate is (J. Shin, A. Ramdas,
A. Rinaldo, "E-detectors", 2022, theorem 2.3 and section 3). The expected probability is itself learned, so
each side gives away one standard error of it.

So at a threshold of A it fires at most once in A values on average. In fact it fires more rarely, since a sum
that crosses jumps beyond the threshold and since a standard error is given away, which counts the more the
longer the sums grow: 2 times at a rate of 0.06, 2.7 times at 0.003 when a false alarm in 10,000 values is
asked for and 5.6 times at one in 100,000 (references of 20,000 values; of 2,000: 3.2 and 3.6 times; the
scoreboard). That is what the threshold is corrected by; between these rates, the logarithms of excess and
rate lie on a line.
"""

from math import exp, inf, log, sqrt
from operator import itemgetter
from typing import Any

import numpy as np

from driftline.detectors.evidence.kernel_test import KernelTest
from driftline.detectors.findings import mean_changed
from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.lanes import LANES, ODDS, ODDS_LANES
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.fields import TEST_NAMES

NUMBER = TEST_NAMES.index("e_detector")
MULTIPLES = np.array(ODDS)
LARGEST = 1e200
MARGIN = 1.0  # standard errors
ROUGH_MARGIN = 3.0  # of a rate that is known from the first part of its warm-up
PROBABILITY_MIN = 1e-7
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


def set_threshold(signal: np.void, every: float) -> None:
    """For `every` values between false alarms of both directions together; it runs also where nobody asks."""
    every = every if every < inf else float(signal["requested"])
    signal["heights"] = e_height(float(signal["reference_mean"]), every)


def e_height(rate: float, false_alarm_every: float) -> float:
    """The threshold for a mean number of values between false alarms of both directions together."""
    seldom = min(max(log(false_alarm_every / OFTEN) / log(SELDOM / OFTEN), 0.0), 1.0)
    rarity = min(max(log(COMMON_RATE / min(rate, 1 - rate)) / log(COMMON_RATE / RARE_RATE), 0.0), 1.0)
    rare_excess = RARE_EXCESS * exp(seldom * log(RARE_EXCESS_MAX / RARE_EXCESS))
    excess = EXCESS * exp(rarity * log(rare_excess / EXCESS))
    return max(false_alarm_every / excess, 1.0)


@inner
def mixed_evidence(signal: Any) -> float:
    """The mean of the lanes of both directions."""
    total = 0.0
    for lane in range(LANES):
        total += signal["lanes"][0, lane] + signal["lanes"][1, lane]
    return total / (2 * ODDS_LANES)


def statistic(signal: np.void, _: int) -> tuple[float, float]:
    """The mean of all lanes. A finding has it as numpy adds up, `mixed_evidence` to the last bit but one."""
    return signal["lanes"].sum() / (2 * ODDS_LANES), signal["heights"][0]


TEST = KernelTest("e_detector", 6.0, "rates", set_threshold, itemgetter("turned"), statistic, mean_changed)
