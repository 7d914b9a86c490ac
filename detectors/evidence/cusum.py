"""The CUSUMs of numbers and categories, which also say when a signal is away from its level.

What they add up stands in `kernels/cusums.py`: other thresholds follow from these sums as well.
"""

from math import inf

import numpy as np

from driftline.detectors.calibration import category_heights, cusum_heights, raised_cusums
from driftline.detectors.calibration.crossings import Crossed, crossed_by
from driftline.detectors.evidence.kernel_test import KernelTest, part, turned
from driftline.detectors.findings import mean_changed
from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.lanes import LANES, SHIFTS
from driftline.detectors.state.fields import TEST_NAMES

CUSUM = TEST_NAMES.index("cusum")
LOCAL_DELAYS = 4.0  # a CUSUM slower than a quarter of a local level's memory would follow the cycle


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
def cusum_statistic(signal: np.void, direction: int) -> tuple[float, float]:
    """The sum that is nearest to its threshold."""
    lanes, heights, nearest = signal["lanes"][0 if direction > 0 else 1], signal["heights"], 0
    for lane in range(1, LANES):
        if part(lanes[lane], heights[lane]) > part(lanes[nearest], heights[nearest]):
            nearest = lane
    return lanes[nearest], heights[nearest]


TEST = KernelTest("cusum", 6.0, True, False, set_threshold, turned, cusum_statistic, mean_changed)
