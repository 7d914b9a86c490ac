"""CUSUMs side by side on standard normal innovations, two-sided, each made for a shift of its own.

A CUSUM adds up log-likelihood ratios of an alternative, never below 0 (E. S. Page, Biometrika 41, 1954); for
the one it is made for no other test is faster at the same rate of false alarms (G. V. Moustakides, 1986).
For values around a shift with sd s the ratio is, divided by shift / s²,

    x - bend x² - drift,    bend = (1 - s²) / (2 shift),    drift = shift / 2 + s² ln(s) / shift

With s = 1 that is Page's x - shift / 2. The alternative with s = 0.4 lies in the tail: there values of
heavy-tailed noise that are far apart are close together as normal scores.

A shift of autocorrelated scores is a smaller one of innovations (`detectors/whitening.py`). The CUSUM of
the smallest shift is made for what is left of that, and the second one for the middle between it and the
third: they have their drifts times `shift_scale`, squared or not. Such a sum does what the usual one does on
a larger scale, but for what it jumps over a level (`on_scale`).

They also say when a signal is away from its level, so they run where nobody asks for them.
"""

from math import inf
from operator import itemgetter
from typing import Any

import numpy as np

from driftline.detectors.calibration.categories import category_heights
from driftline.detectors.calibration.crossings import Crossed, crossed_by, raised_cusums
from driftline.detectors.calibration.cusum import cusum_heights
from driftline.detectors.evidence.kernel_test import KernelTest, part
from driftline.detectors.findings import mean_changed
from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.crossings import LEVELS, count_crossings, forget_crossings
from driftline.detectors.kernels.lanes import BENDS, DRIFTS, LANES, SHIFTS, drift_scale, on_scale
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.fields import TEST_NAMES

NUMBER = TEST_NAMES.index("cusum")
LOCAL_DELAYS = 4.0  # a CUSUM slower than a quarter of a local level's memory would follow the cycle


@inner
def run_cusums(signal: Any, scratch: Scratch, count: int) -> tuple[int, int]:
    """Takes up to `count` anchored innovations; returns how many, and ±1 when the last one fired, else 0."""
    lanes, heights, allowance = signal["lanes"], signal["heights"], signal["allowance"]
    healthy, shift_scale = signal["away"] == 0, signal["shift_scale"]
    taken, fired = 0, 0
    while taken < count and fired == 0:
        value = scratch.anchored[taken]
        taken += 1
        for lane in range(LANES):
            scale = drift_scale(lane, shift_scale)
            before_up, before_down = lanes[0, lane], lanes[1, lane]
            lost = DRIFTS[lane] * scale + allowance
            if BENDS[lane] != 0.0:  # decided when compiled, as is the lane
                lost += BENDS[lane] * value * value
            up = max(before_up + value - lost, 0.0)
            down = max(before_down - value - lost, 0.0)
            lanes[0, lane], lanes[1, lane] = up, down
            if max(up, down) > min(heights[lane], on_scale(LEVELS[0, lane], 1.0 / scale)):
                if healthy:
                    before, now = on_scale(before_up, scale), on_scale(up, scale)
                    count_crossings(signal, lane, before, now)
                    before, now = on_scale(before_down, scale), on_scale(down, scale)
                    count_crossings(signal, lane, before, now)
                if up > heights[lane]:
                    fired = 1
                elif down > heights[lane]:
                    fired = -1
    if healthy:
        signal["crossing_values"] += taken
        if fired != 0:
            for lane in range(LANES):
                total = max(lanes[0, lane], lanes[1, lane])
                forget_crossings(signal, lane, on_scale(total, drift_scale(lane, shift_scale)))
    return taken, fired


def set_threshold(signal: np.void, every: float) -> None:
    """One for each of them, for `every` values between false alarms; they run also where nobody asks."""
    every = every if every < inf else float(signal["requested"])
    signal["heights"] = reachable(raised_heights(signal, crossed_by(signal), every), signal)


def raised_heights(signal: np.void, crossed: Crossed, every: float) -> tuple[float, ...]:
    """The thresholds of the CUSUMs by what scores are like: known of categories, else as crossings say."""
    normal = cusum_heights(every, crossed.shift_scale)
    raised = raised_cusums(normal, crossed)
    if not signal["cut"]:
        return raised
    lanes = zip(category_heights(float(signal["cut"]), every), raised, normal, strict=True)
    return tuple(max(known, seen) if seen > usual else known for known, seen, usual in lanes)


def reachable(heights: tuple[float, ...], signal: np.void) -> tuple[float, ...]:
    """The thresholds of the CUSUMs; those too slow for a local level are out of reach while there is one."""
    if not signal["local"]:
        return heights
    memory = float(signal["memory"]) / 2
    return tuple(
        height if height / (shift / 2) * LOCAL_DELAYS <= memory else inf
        for height, shift in zip(heights, SHIFTS, strict=True)
    )


@inner
def statistic(signal: np.void, direction: int) -> tuple[float, float]:
    """The sum that is nearest to its threshold."""
    lanes, heights, nearest = signal["lanes"][0 if direction > 0 else 1], signal["heights"], 0
    for lane in range(1, LANES):
        if part(lanes[lane], heights[lane]) > part(lanes[nearest], heights[nearest]):
            nearest = lane
    return lanes[nearest], heights[nearest]


TEST = KernelTest("cusum", 6.0, "numbers", set_threshold, itemgetter("turned"), statistic, mean_changed)
