"""CUSUMs side by side on standard normal innovations, two-sided, each made for a shift of its own.

A CUSUM of drift k = shift / 2 adds up x - k, never below 0 (E. S. Page, Biometrika 41, 1954); for the shift
it is made for no other test is faster at the same rate of false alarms (G. V. Moustakides, 1986).
"""

from typing import Any

import numpy as np

from detectors.kernels.compiled import compiled
from detectors.kernels.crossings import LEVELS, count_crossings, forget_crossings
from detectors.kernels.lanes import LANES, SHIFTS
from detectors.kernels.scratch import Scratch

DRIFTS = np.array(SHIFTS) / 2


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
            drift = DRIFTS[lane] + allowance
            before_up, before_down = lanes[0, lane], lanes[1, lane]
            up = max(before_up + value - drift, 0.0)
            down = max(before_down - value - drift, 0.0)
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
