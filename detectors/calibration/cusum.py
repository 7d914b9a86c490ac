"""Thresholds of the CUSUMs that stand side by side.

Each two-sided CUSUM of drift k (half the shift it is made for) fires on normal scores after a mean number of
values that follows from its threshold h by Siegmund's approximation (`mean_run_length`, theta = 2 k). They
look at the same values, so several together raise fewer false alarms than their sum: LANES_TOGETHER of them
that were independent would raise as many as the five do. The number was fitted once, on independent normal
scores (benchmarks/calibration/false_alarms.py), and is checked by the scoreboard.
"""

from functools import lru_cache

from detectors.calibration.page_hinkley import NORMAL_CORRECTION, bisect, mean_run_length
from detectors.kernels.lanes import SHIFTS

LANES_TOGETHER = 4.0


@lru_cache(maxsize=4096)
def cusum_heights(false_alarm_every: float) -> tuple[float, ...]:
    """One threshold for each of SHIFTS, for a mean number of values between false alarms of all together."""
    return tuple(_height(shift / 2, false_alarm_every * LANES_TOGETHER) for shift in SHIFTS)


def _height(drift: float, every: float) -> float:
    """The threshold of one two-sided CUSUM."""

    def excess(height: float) -> float:
        return mean_run_length(height, 2 * drift, drift, NORMAL_CORRECTION) / 2 - every

    return bisect(excess, 0.0, 1e4)
