"""From the false alarms that are asked for to the threshold of each detector: one documented function
each.
"""

from driftline.detectors.calibration.adwin import ADWIN_UPDATES, adwin_delta
from driftline.detectors.calibration.categories import category_heights, groups
from driftline.detectors.calibration.crossings import (
    Crossed,
    raised_cusums,
    raised_page_hinkley,
    raised_variance,
)
from driftline.detectors.calibration.cusum import cusum_heights
from driftline.detectors.calibration.page_hinkley import lundberg, normal_parameters, rate_parameters

__all__ = [
    "ADWIN_UPDATES",
    "Crossed",
    "adwin_delta",
    "category_heights",
    "cusum_heights",
    "groups",
    "lundberg",
    "normal_parameters",
    "raised_cusums",
    "raised_page_hinkley",
    "raised_variance",
    "rate_parameters",
]
