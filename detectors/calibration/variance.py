"""The threshold of the test for a change of the variance.

The test adds up log-likelihood ratios of normal scores with variance `ratio` against variance 1, for a
doubled and a halved variance. A sum of log-likelihood ratios solves Lundberg's equation with theta = 1, so
one side fires after about (exp(b) - b - 1) / |mean ratio| values, b = h + correction (Siegmund, 1985, eq.
2.57). The correction is the mean overshoot: upwards that of a chi-square tail, (ratio - 1) / 2 · its mean
residual 1.
"""

from functools import lru_cache
from math import expm1, inf, log

from driftline.detectors.calibration.page_hinkley import bisect
from driftline.detectors.kernels.lanes import VARIANCE_RATIO

OVERSHOOT = 0.7


@lru_cache(maxsize=4096)
def variance_height(false_alarm_every: float) -> float:
    """The threshold, for a mean number of values between false alarms of both sides together."""
    wider = abs((1 - 1 / VARIANCE_RATIO) / 2 - log(VARIANCE_RATIO) / 2)
    narrower = abs((1 - VARIANCE_RATIO) / 2 + log(VARIANCE_RATIO) / 2)

    def excess(height: float) -> float:
        b = height + OVERSHOOT
        crossings = expm1(b) - b if b < 700 else inf
        return crossings / (wider + narrower) - false_alarm_every

    return bisect(excess, 0.0, 1e3)
