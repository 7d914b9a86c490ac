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
"""

from math import log
from typing import Any

import numpy as np

from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.crossings import LEVELS, count_crossings, forget_crossings
from driftline.detectors.kernels.lanes import LANES, SDS, SHIFTS
from driftline.detectors.kernels.scratch import Scratch

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
