"""Thresholds of the CUSUMs that stand side by side.

Each two-sided CUSUM fires on normal scores after a mean number of values that follows from its threshold h by
Siegmund's approximation (`mean_run_length`): its steps are log-likelihood ratios divided by an exponent,
which is therefore the theta that solves Lundberg's equation. They look at the same values, so several
together raise fewer false alarms than their sum: LANES_TOGETHER of them that were independent would raise
about as many as the six do with their SHARES. The one in the tail has three, for there a share costs little:
its threshold falls by 0.06 of 0.9 and the others rise by 2 in 100. The constants were fitted on independent
normal scores (benchmarks/calibration/cusums.py) and are checked by the scoreboard.
"""

from functools import lru_cache

from driftline.detectors.calibration.run_length import bisect, mean_run_length
from driftline.detectors.kernels.lanes import BENDS, DRIFTS, EXPONENTS, LANES, OVERSHOOT, SDS, drift_scale

LANES_TOGETHER = 4.8
SHARES = tuple(1.0 if sd == 1.0 else 3.0 for sd in SDS)  # of the false alarms
TAIL_CORRECTION = 0.297  # of the alternative in the tail; of the others Siegmund's


@lru_cache(maxsize=4096)
def cusum_heights(false_alarm_every: float, shift_scale: float = 1.0) -> tuple[float, ...]:
    """One threshold for each lane, for a mean number of values between false alarms of all together.

    shift_scale: what the smallest shifts are multiplied by.
    """
    every = false_alarm_every * LANES_TOGETHER
    return tuple(cusum_height(lane, every / SHARES[lane], shift_scale) for lane in range(LANES))


def cusum_height(lane: int, every: float, shift_scale: float = 1.0) -> float:
    """The threshold of one two-sided CUSUM."""
    scale = drift_scale(lane, shift_scale)
    lost = float(DRIFTS[lane] * scale + BENDS[lane])  # by a value on average
    exponent = EXPONENTS[lane] * scale
    correction = OVERSHOOT if SDS[lane] == 1.0 else TAIL_CORRECTION

    def excess(height: float) -> float:
        return mean_run_length(height, exponent, lost, correction) / 2 - every

    return bisect(excess, 0.0, 1e4)
