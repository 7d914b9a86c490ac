"""Signals of versions 8 to 10, whose evidence of shifts was CUSUMs, with levels of their own."""

from typing import Any, Final

import numpy as np

from driftline.detectors.calibration.crossings import EXPECTED_EVERY
from driftline.detectors.state.fields import Records
from driftline.detectors.state.lanes import LANES, drift_scale

CALLED: Final = {"cusum": "e_detector"}
"""Detectors that are gone, and which one finds what they found."""
CROSSED_EVERY: Final = (
    (570.0, 487.6, 370.7, 405.7, 498.8),
    (10_999.8, 9_497.2, 7_373.1, 11_798.0, 11_137.3),
)
"""Values between two crossings of each level by each CUSUM of normal innovations, without that of 2 sd."""


def with_evidence(signals: Records) -> None:
    """Begins evidence anew, and keeps how many times as often as expected it was high.

    So what thresholds were raised by goes on to raise them: a healthy signal that wanders would be an alarm.
    What weighs evidence is set by `set_thresholds`, for all signals.
    """
    signals["lanes"] = 0.0
    for lane in range(LANES):
        scales = np.array([drift_scale(lane, scale) or 1.0 for scale in signals["shift_scale"].tolist()])
        for level in range(2):
            as_often = CROSSED_EVERY[level][lane] / EXPECTED_EVERY[level][lane] / scales**2
            signals["crossings"][:, level, lane] *= as_often


def has_evidence(content: dict[str, Any]) -> bool:
    """Whether records, beside the description of their layout, are of a later version."""
    return " weights:" in content["layout"]
