"""Values until a CUSUM crosses a threshold without a change.

For scores X of mean 0 and variance 1 and a CUSUM whose drift is delta let theta > 0 solve

    E exp(theta (X - delta)) = 1                                                        (Lundberg's equation)

Then the mean number of values until one side of it crosses h without a change is about

    (exp(theta b) - theta b - 1) / (theta delta),    b = h + correction

by Wald's identity with Siegmund's correction for the overshoot (D. Siegmund, Sequential Analysis, 1985, eq.
2.57 and chapter X). For normal scores theta = 2 delta and correction = 1.166, his formula for the CUSUM.
Two sides halve it.
"""

from collections.abc import Callable
from math import expm1, inf

OVERSHOOT = 1.166  # of a sum of normal scores over a level and under 0 together


def bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function crosses 0 between low and high."""
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return high


def mean_run_length(threshold: float, theta: float, delta: float, correction: float) -> float:
    """Values until a one-sided CUSUM crosses the threshold without a change (the formula above)."""
    height = theta * (threshold + correction)
    return (expm1(height) - height) / (theta * delta) if height < 700 else inf
