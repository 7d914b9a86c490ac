"""The e-detector: Shiryaev-Roberts sums of likelihood ratios, mixed over alternatives of several sizes.

Each lane tests one alternative; its sum R ← (R + 1) × likelihood ratio grows by 1 a value on average without
a change. So does their mean, however they are weighed, and by Doob's theorem it takes at least A values on
average to reach A (J. Shin, A. Ramdas, A. Rinaldo, "E-detectors", 2022, theorem 2.3 and section 3). In fact
it takes longer, since a sum that crosses jumps beyond the threshold, which that is corrected by.

The alternatives of numbers and categories are shifts (`shifts.py`), of 0/1 values odds (`odds.py`).
"""

from math import inf
from operator import itemgetter
from typing import Any

import numpy as np

from driftline.detectors.compiled import inner
from driftline.detectors.evidence import odds, shifts
from driftline.detectors.evidence.kernel_test import KernelTest
from driftline.detectors.findings import mean_changed
from driftline.detectors.signals import is_rate
from driftline.detectors.state.fields import TEST_NAMES
from driftline.detectors.state.lanes import LANES

NUMBER = TEST_NAMES.index("e_detector")


def set_threshold(signal: np.void, every: float) -> None:
    """The weights for `every` values between false alarms of both directions together; it runs also where
    nobody asks. What was added up comes no nearer to an alarm by it.
    """
    every = every if every < inf else float(signal["requested"])
    before = signal["weights"].copy()
    if is_rate(signal):
        signal["weights"] = odds.weights_of(float(signal["reference_mean"]), every)
    else:
        signal["gains"] = shifts.gains_of(signal)
        signal["weights"] = shifts.weights_of(signal, every)
    heavier = signal["weights"] > before
    signal["lanes"][:, heavier] *= before[heavier] / signal["weights"][heavier]


@inner
def statistic(signal: Any, _: int) -> tuple[float, float]:
    """The mean of the lanes of both directions together, as they are weighed, and what it fires at."""
    evidence, weights = 0.0, 0.0
    for lane in range(LANES):
        weight = np.float64(signal["weights"][lane])
        evidence += weight * (np.float64(signal["lanes"][0, lane]) + signal["lanes"][1, lane])
        weights += 2.0 * weight
    return (evidence / weights, 1.0 / weights) if weights > 0.0 else (0.0, np.inf)


TEST = KernelTest("e_detector", 6.0, "all", set_threshold, itemgetter("turned"), statistic, mean_changed)
