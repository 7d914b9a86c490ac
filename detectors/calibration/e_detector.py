"""The threshold of the e-detector.

At a threshold of A it fires at most once in A values on average, whatever the rate (`kernels/e_detector.py`).
In fact it fires more rarely, since a sum that crosses jumps beyond the threshold and since it gives away a
standard error of the rate: 1.8 times at rates of 0.5 and 0.06, 2 to 3.5 times at 0.003, the more the rarer
false alarms are asked for (benchmarks/calibration/false_alarms.py and the scoreboard). That is what the
threshold is corrected by; between these rates, the logarithms of excess and rate lie on a line.
"""

from math import log

EXCESS, EXCESS_MAX = 1.8, 2.5
COMMON_RATE, RARE_RATE = 0.06, 0.003
SLOPE = log(EXCESS_MAX / EXCESS) / log(COMMON_RATE / RARE_RATE)


def e_height(rate: float, false_alarm_every: float) -> float:
    """The threshold for a mean number of values between false alarms of both directions together."""
    rarity = max(COMMON_RATE / min(rate, 1 - rate), 1.0)
    excess = min(EXCESS * float(rarity**SLOPE), EXCESS_MAX)
    return max(false_alarm_every / excess, 1.0)
