"""CUSUMs side by side on standard normal innovations, two-sided, each made for a shift of its own.

A CUSUM adds up log-likelihood ratios of an alternative, never below 0 (E. S. Page, Biometrika 41, 1954); for
the one it is made for no other test is faster at the same rate of false alarms (G. V. Moustakides, 1986).
For values around a shift with sd s the ratio is, divided by shift / s²,

    x - bend x² - drift,    bend = (1 - s²) / (2 shift),    drift = shift / 2 + s² ln(s) / shift

With s = 1 that is Page's x - shift / 2. The alternative with s = 0.4 lies in the tail: there values of
heavy-tailed noise that are far apart are close together as normal scores.
"""

from math import log
from typing import Any

import numpy as np

from detectors.kernels.compiled import compiled
from detectors.kernels.crossings import LEVELS, count_crossings, forget_crossings
from detectors.kernels.lanes import LANES, SDS, SHIFTS
from detectors.kernels.scratch import Scratch

ALTERNATIVES = tuple(zip(SHIFTS, SDS, strict=True))
EXPONENTS = tuple(shift / sd**2 for shift, sd in ALTERNATIVES)
BENDS = np.array([(1 - sd**2) / (2 * shift) for shift, sd in ALTERNATIVES])
DRIFTS = np.array([shift / 2 + sd**2 * log(sd) / shift for shift, sd in ALTERNATIVES])


@compiled
def run_cusums(signal: Any, scratch: Scratch, count: int) -> tuple[int, int]:
    """Takes up to `count` anchored innovations; returns how many, and ±1 when the last one fired, else 0."""
    lanes, heights, allowance = signal["lanes"], signal["heights"], signal["allowance"]
    healthy = signal["away"] == 0
    taken, fired = 0, 0
    while taken < count and fired == 0:
        value = scratch.anchored[taken]
        taken += 1
        for lane in range(LANES):
            lost = DRIFTS[lane] + allowance
            if BENDS[lane] != 0.0:  # decided when compiled
                lost += BENDS[lane] * value * value
            before_up, before_down = lanes[0, lane], lanes[1, lane]
            up = max(before_up + value - lost, 0.0)
            down = max(before_down - value - lost, 0.0)
            lanes[0, lane], lanes[1, lane] = up, down
            if max(up, down) > min(heights[lane], LEVELS[0, lane]):
                if healthy:
                    count_crossings(signal, lane, before_up, up)
                    count_crossings(signal, lane, before_down, down)
                if up > heights[lane]:
                    fired = 1
                elif down > heights[lane]:
                    fired = -1
    if healthy:
        signal["crossing_values"] += taken
        if fired != 0:
            for lane in range(LANES):
                forget_crossings(signal, lane, max(lanes[0, lane], lanes[1, lane]))
    return taken, fired
