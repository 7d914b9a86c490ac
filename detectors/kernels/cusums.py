"""CUSUMs side by side on standard normal innovations, two-sided, each made for a shift of its own.

A CUSUM of drift k = shift / 2 adds up x - k, never below 0 (E. S. Page, Biometrika 41, 1954); for the shift
it is made for no other test is faster at the same rate of false alarms (G. V. Moustakides, 1986).
"""

from typing import Any

import numpy as np

from detectors.kernels.compiled import compiled
from detectors.kernels.lanes import LANES, SHIFTS
from detectors.kernels.scratch import Scratch

DRIFTS = np.array(SHIFTS) / 2
NEVER = 1e300


@compiled
def run_cusums(signal: Any, scratch: Scratch, count: int) -> tuple[int, int]:
    """Takes up to `count` anchored innovations; returns how many, and ±1 when the last one fired, else 0."""
    lanes, heights, allowance = signal["lanes"], signal["heights"], signal["allowance"]
    for place in range(count):
        value = scratch.anchored[place]
        fired = 0
        for lane in range(LANES):
            drift = DRIFTS[lane] + allowance
            up = max(lanes[0, lane] + value - drift, 0.0)
            down = max(lanes[1, lane] - value - drift, 0.0)
            lanes[0, lane], lanes[1, lane] = up, down
            if up > heights[lane]:
                fired = 1
            elif down > heights[lane]:
                fired = -1
        if fired != 0:
            return place + 1, fired
    return count, 0
