"""Thresholds of the CUSUMs that stand side by side.

Each two-sided CUSUM fires on normal scores after a mean number of values that follows from its threshold h by
Siegmund's approximation (`mean_run_length`): its steps are log-likelihood ratios divided by an exponent,
which is therefore the theta that solves Lundberg's equation. They look at the same values, so several
together raise fewer false alarms than their sum: LANES_TOGETHER of them that were independent would raise as
many as the six do. Both constants were fitted on independent normal scores
(benchmarks/calibration/cusums.py) and are checked by the scoreboard.
"""

from functools import lru_cache

from detectors.calibration.page_hinkley import NORMAL_CORRECTION, bisect, mean_run_length
from detectors.kernels.cusums import BENDS, DRIFTS, EXPONENTS
from detectors.kernels.lanes import LANES, SDS

LANES_TOGETHER = 4.0
TAIL_CORRECTION = 0.297  # of the alternative in the tail; of the others Siegmund's


@lru_cache(maxsize=4096)
def cusum_heights(false_alarm_every: float) -> tuple[float, ...]:
    """One threshold for each lane, for a mean number of values between false alarms of all together."""
    return tuple(cusum_height(lane, false_alarm_every * LANES_TOGETHER) for lane in range(LANES))


def cusum_height(lane: int, every: float) -> float:
    """The threshold of one two-sided CUSUM."""
    lost = float(DRIFTS[lane] + BENDS[lane])  # by a value on average
    correction = NORMAL_CORRECTION if SDS[lane] == 1.0 else TAIL_CORRECTION

    def excess(height: float) -> float:
        return mean_run_length(height, EXPONENTS[lane], lost, correction) / 2 - every

    return bisect(excess, 0.0, 1e4)
