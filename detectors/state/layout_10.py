"""Signals of versions 8 to 10, whose evidence of shifts was CUSUMs: sums of logarithms."""

from math import log
from typing import Any

import numpy as np

from driftline.detectors.kernels.lanes import EXPONENTS, LANES, LARGEST, drift_scale
from driftline.detectors.kernels.reading import is_number
from driftline.detectors.state.fields import Records


def with_evidence(signals: Records) -> None:
    """Turns CUSUMs into the likelihood ratios they are logarithms of, and forgets how often they were high.

    What weighs them is set by `set_thresholds`, for all signals.
    """
    for signal in signals:
        if is_number(signal):
            scales = [drift_scale(lane, float(signal["shift_scale"])) for lane in range(LANES)]
            signal["lanes"] = np.expm1(np.minimum(signal["lanes"] * EXPONENTS * scales, log(LARGEST)))
        signal["lanes"] = np.minimum(signal["lanes"], LARGEST)
        signal["crossings"], signal["crossing_values"] = 0.0, 0.0


def has_evidence(content: dict[str, Any]) -> bool:
    """Whether records, beside the description of their layout, are of a later version."""
    return " weights:" in content["layout"]
