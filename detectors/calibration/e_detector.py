"""The threshold of the e-detector.

At a threshold of A it fires at most once in A values on average, whatever the rate (`kernels/e_detector.py`).
In fact it fires more rarely, since a sum that crosses jumps beyond the threshold and since it gives away a
standard error of the rate, which counts the more the longer the sums grow: 2 times at a rate of 0.06, 2.7
times at 0.003 when a false alarm in 10,000 values is asked for and 5.6 times at one in 100,000 (references of
20,000 values; of 2,000: 3.2 and 3.6 times; the scoreboard). That is what the threshold is corrected by;
between these rates, the logarithms of excess and rate lie on a line.
"""

from math import exp, log

EXCESS = 1.8
RARE_EXCESS, RARE_EXCESS_MAX = 2.5, 4.0
OFTEN, SELDOM = 1e4, 1e5  # values between false alarms for which those hold
COMMON_RATE, RARE_RATE = 0.06, 0.003


def e_height(rate: float, false_alarm_every: float) -> float:
    """The threshold for a mean number of values between false alarms of both directions together."""
    seldom = min(max(log(false_alarm_every / OFTEN) / log(SELDOM / OFTEN), 0.0), 1.0)
    rarity = min(max(log(COMMON_RATE / min(rate, 1 - rate)) / log(COMMON_RATE / RARE_RATE), 0.0), 1.0)
    rare_excess = RARE_EXCESS * exp(seldom * log(RARE_EXCESS_MAX / RARE_EXCESS))
    excess = EXCESS * exp(rarity * log(rare_excess / EXCESS))
    return max(false_alarm_every / excess, 1.0)
