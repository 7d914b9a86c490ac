"""The threshold of the e-detector.

At a threshold of A it fires at most once in A values on average, whatever the rate (`kernels/e_detector.py`).
In fact it fires about EXCESS times as rarely, since a sum that crosses jumps beyond the threshold and since
it gives away a standard error of the rate: 1.8 times at rates of 0.5 and 0.06, 3.5 times at 0.003, measured
by benchmarks/calibration/false_alarms.py. That is what the threshold is corrected by.
"""

EXCESS = 1.8


def e_height(false_alarm_every: float) -> float:
    """The threshold for a mean number of values between false alarms of both directions together."""
    return max(false_alarm_every / EXCESS, 1.0)
