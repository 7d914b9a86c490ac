"""Page-Hinkley, on the innovations that river's detectors read: a second opinion, on small changes that last.

What it adds up stands in `kernels/page_hinkley.py`: the level, too, begins it anew.
"""

from math import inf

import numpy as np

from driftline.detectors.calibration import normal_parameters, raised_page_hinkley, rate_parameters
from driftline.detectors.calibration.crossings import crossed_by
from driftline.detectors.evidence.kernel_test import KernelTest
from driftline.detectors.findings import Detected, Finding, exceeds_the_day, mean_changed
from driftline.detectors.kernels.compiled import inner
from driftline.detectors.signals import is_rate
from driftline.detectors.state.arrays import Row


def set_threshold(signal: np.void, every: float) -> None:
    """delta and the threshold, for `every` values between false alarms."""
    if is_rate(signal):
        mean, scale = float(signal["reference_mean"]), float(signal["scale"])
        signal["ph_delta"], signal["ph_threshold"] = rate_parameters(mean, scale, every)
        if signal["local"]:  # what the day may move it by would add up within hours
            signal["ph_delta"] += float(signal["allowance"]) * float(signal["reference_sd"]) / scale
    else:
        crossed = crossed_by(signal)
        signal["ph_delta"], threshold = normal_parameters(every, crossed.shift_scale)
        signal["ph_threshold"] = raised_page_hinkley(threshold, crossed)
    if signal["rough"]:  # which says nothing yet of what is slow
        signal["ph_threshold"] = inf


def direction(signal: np.void) -> int:
    """Of the last detection."""
    return int(signal["ph_drift"])


@inner
def page_hinkley_statistic(signal: np.void, direction: int) -> tuple[float, float]:
    """How far the sum has risen from its lowest place, or fallen from its highest."""
    if direction > 0:
        return signal["ph_increase"] - signal["ph_increase_min"], signal["ph_threshold"]
    return signal["ph_decrease_max"] - signal["ph_decrease"], signal["ph_threshold"]


def says(at: Detected, row: Row, direction: int) -> Finding | None:
    """A change of the mean; not what the time of the day may do."""
    made = mean_changed(at, row, direction)
    return made if exceeds_the_day(row.signal, made) else None


TEST = KernelTest("page_hinkley", 0.75, True, True, set_threshold, direction, page_hinkley_statistic, says)
