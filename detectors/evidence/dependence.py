"""The test for a change of serial dependence: values that repeat themselves more, or less, than they did.

A join that carries the last value forward, a smoother, a sensor that interpolates: mean, spread and shape
stay, and the innovations e(t), of which each says nothing about the next while the learned AR(1) holds, begin
to. So products of neighbours are looked at, by a two-sided CUSUM (E. S. Page, Biometrika 41, 1954):

    p(t) = c(e(t)) c(e(t-1)),  c cuts off at ±1,    q(t) = (p(t) - mean) / sd,
    S(t) = max(0, S(t-1) ± q(t) - k),    k = (correlation to be found) / 2 + 1 / sqrt(products known)

Of a share of values that are carried forward q has that share for a mean, wherever it is cut off; cut off at
±1 no wild value or wild hour decides. What products of the healthy signal are like is learned from its first
ones, and goes on being learned: no AR(1) describes everything. One standard error of their mean is given
away, and where sums of blocks of them vary more than those of independent ones, the threshold is as many
times as high. While a change lasts nothing is learned from it, phi neither: or it would be over once it is
known, and its end another one.
"""

from dataclasses import replace
from functools import lru_cache
from math import inf, sqrt
from operator import itemgetter
from typing import Any

import numpy as np

from driftline.detectors.calibration.run_length import bisect, mean_run_length
from driftline.detectors.compiled import inner
from driftline.detectors.evidence.kernel_test import KernelTest
from driftline.detectors.findings import Detected, Finding, finding, last_values
from driftline.detectors.kernels.long_run import BLOCK
from driftline.detectors.kernels.reading import CATEGORY
from driftline.detectors.kernels.scratch import Scratch, note
from driftline.detectors.kernels.warm_up import keep_reference
from driftline.detectors.state.arrays import Row
from driftline.detectors.state.fields import TEST_NAMES
from driftline.detectors.statistics.windows import reference_moments

NUMBER = TEST_NAMES.index("dependence")
CUT = 1.0  # sd
DRIFT = 0.15  # judged: half of the correlation that is to be found soonest
EXPONENT, OVERSHOOT = 0.292, 1.33  # of the sums: benchmarks/calibration/dependence.py
LEARNED_MIN, LEARNED_MAX = 1_000.0, 20_000.0  # judged: products of which mean and sd are known
BLOCKS_MIN, BLOCKS_MAX = 32.0, 640.0  # judged: blocks of which the variance of sums is
LARGEST = 2.0  # sd of a product: a pair of rare ones counts for no more than two
NO_SPREAD = 1e-12  # of a signal that is always the same


@inner
def run_dependence(signal: Any, scratch: Scratch, taken: int) -> None:
    """Takes the innovations of a chunk and notes the detections.

    Not those around another level or variance: they are measured in what is known of it only roughly.
    """
    if signal["away"] != 0 or signal["spread"] != 1.0:
        signal["dependence_before"] = 0.0
        return
    before, known, blocks = (
        signal["dependence_before"],
        signal["dependence_known"],
        signal["dependence_blocks"],
    )
    for place in range(taken):
        cut = min(max(scratch.anchored[place], -CUT), CUT)
        product, before = cut * before, cut
        if known[0] >= LEARNED_MIN and known[2] > NO_SPREAD:
            deviation = min(max((product - known[1]) / sqrt(known[2]), -LARGEST), LARGEST)
            given, height = DRIFT + 1.0 / sqrt(known[0]), threshold_now(signal)
            largest = add_deviation(signal["dependence_sums"], deviation, given, height)
            if signal["dependent"] == 0 and abs(largest) >= height:
                signal["dependent"] = 1 if largest > 0.0 else -1
                signal["dependence_due"], signal["learn_at"] = signal["learn_at"], inf
                keep_reference(signal)
                note(scratch, place, NUMBER)
            elif signal["dependent"] != 0 and abs(largest) < height / 2.0:
                signal["dependent"] = 0
                learn_phi_again(signal, place + 1)
            if signal["dependent"] == 0:
                learn_deviation(blocks, deviation)
        if signal["dependent"] == 0:
            learn_product(known, product)
    signal["dependence_before"] = before


@inner
def add_deviation(sums: Any, deviation: float, given: float, height: float) -> float:
    """One step of both sums, which stay between 0 and the height; with each, values since it last was 0.

    Returns the larger one, that for less dependence as a negative number.
    """
    for side in range(2):
        total = min(sums[side, 0] + (deviation if side == 0 else -deviation) - given, height)
        sums[side, 0] = max(total, 0.0)
        sums[side, 1] = sums[side, 1] + 1.0 if total > 0.0 else 0.0
    return float(sums[0, 0] if sums[0, 0] >= sums[1, 0] else -sums[1, 0])


@inner
def learn_phi_again(signal: Any, count: int) -> None:
    """After `count` values of a chunk: once there are as many again as there were, the change's included."""
    if signal["learn_at"] == inf and signal["dependence_due"] < inf:
        signal["learn_at"] = max(signal["dependence_due"], 2.0 * (signal["products"][0] + count))


@inner
def learn_product(known: Any, product: float) -> None:
    """known: how many products, at most so many, their mean and their variance."""
    known[0] = min(known[0] + 1.0, LEARNED_MAX)
    deviation = product - known[1]
    known[1] += deviation / known[0]
    known[2] += (deviation * (product - known[1]) - known[2]) / known[0]


@inner
def learn_deviation(blocks: Any, deviation: float) -> None:
    """blocks: deviations in the open one and their sum; that of the one before; how many blocks, and how much
    more than independent ones their sums vary from one to the next: a change adds to that once.
    """
    blocks[0] += 1.0
    blocks[1] += deviation
    if blocks[0] >= BLOCK:
        difference = blocks[1] - blocks[2]
        blocks[3] = min(blocks[3] + 1.0, BLOCKS_MAX)
        blocks[4] += (difference * difference / (2 * BLOCK) - blocks[4]) / blocks[3]
        blocks[2] = blocks[1]
        blocks[0] = blocks[1] = 0.0


@inner
def threshold_now(signal: Any) -> float:
    """The threshold by what is known of the sums; out of reach before that is enough."""
    blocks = signal["dependence_blocks"]
    return float(signal["dependence_height"] * max(blocks[4], 1.0)) if blocks[3] >= BLOCKS_MIN else inf


def set_threshold(signal: np.void, every: float) -> None:
    """For `every` values between false alarms; categories, and a first look, say nothing of dependence."""
    silent = signal["rough"] or signal["transform"] == CATEGORY
    signal["dependence_height"] = inf if silent else dependence_height(every)


@lru_cache(maxsize=4096)
def dependence_height(false_alarm_every: float) -> float:
    """The threshold, for a mean number of values between false alarms of both sides together."""

    def excess(height: float) -> float:
        return mean_run_length(height, EXPONENT, DRIFT, OVERSHOOT) / 2 - false_alarm_every

    return bisect(excess, 0.0, 1e4)


@inner
def statistic(signal: np.void, direction: int) -> tuple[float, float]:
    """The sum for more or for less dependence."""
    return signal["dependence_sums"][0 if direction > 0 else 1, 0], threshold_now(signal)


def says(at: Detected, row: Row, direction: int) -> Finding:
    """A change of dependence since its sum rose: its effect is how much more neighbours correlate."""
    total, count = row.signal["dependence_sums"][0 if direction > 0 else 1].tolist()
    made = finding(at, row, last_values(row.signal, count, direction, at))
    before = made.before if made.share else reference_moments(row.signal)
    correlation = total / count + DRIFT
    return replace(made, before=before, effect_size_sd=direction * correlation, of="dependence")


found = itemgetter("dependent")  # ±1 from a detection until it is over
TEST = KernelTest(
    "dependence", 1.0, "all", set_threshold, found, statistic, says, of="dependence", lasts=found
)
