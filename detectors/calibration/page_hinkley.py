"""From a requested mean number of values between false alarms to the parameters of Page-Hinkley.

Page-Hinkley with alpha 1 is a two-sided CUSUM whose drift is delta. For scores X of mean 0 and variance 1 let
theta > 0 solve

    E exp(theta (X - delta)) = 1                                                        (Lundberg's equation)

Then the mean number of values until a one-sided CUSUM crosses h without a change is about

    (exp(theta b) - theta b - 1) / (theta delta),    b = h + correction

by Wald's identity with Siegmund's correction for the overshoot (D. Siegmund, Sequential Analysis, 1985, eq.
2.57 and chapter X). For normal scores theta = 2 delta and correction = 1.166, his formula for the CUSUM.
Two sides halve it. The running mean costs nothing: differences from it are uncorrelated, and once a
reference has been seen their variance is 1.

For 0/1 scores the correction follows from the skewness g of X and its smaller step s, as the sum of the
mean overshoots upwards and downwards: g/3 is their difference (ibid., 10.3), and the overshoot in the
direction of the small steps is about s/2.
"""

from collections.abc import Callable
from functools import lru_cache
from math import expm1, inf, sqrt
from typing import NamedTuple

from driftline.detectors.kernels.cusums import OVERSHOOT

NORMAL_DELTA = 0.25  # half of the smallest shift, in sd, that Page-Hinkley is to find quickly


class PageHinkleyParameters(NamedTuple):
    """The drift delta and the threshold, in sd of the score."""

    delta: float
    threshold: float


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


@lru_cache(maxsize=1024)
def normal_parameters(false_alarm_every: float, shift_scale: float = 1.0) -> PageHinkleyParameters:
    """For normal scores, with a mean number of values between false alarms of both sides together.

    shift_scale: what the smallest shift is multiplied by.
    """
    delta = NORMAL_DELTA * shift_scale

    def excess(threshold: float) -> float:
        return mean_run_length(threshold, 2 * delta, delta, OVERSHOOT) / 2 - false_alarm_every

    return PageHinkleyParameters(delta, bisect(excess, 0.0, 1e4))


def lundberg(high: float, low: float, rate: float, delta: float) -> float:
    """Solves Lundberg's equation for a score of `high` with probability rate, else `low`; inf: no root."""
    if max(high, low) <= delta:
        return inf  # no single value goes up, so the sum never does

    def excess(theta: float) -> float:
        return rate * expm1(theta * (high - delta)) + (1 - rate) * expm1(theta * (low - delta))

    return bisect(excess, 1e-9, 600 / max(high, low))


@lru_cache(maxsize=65536)
def rate_parameters(rate: float, scale: float, false_alarm_every: float) -> PageHinkleyParameters:
    """For 0/1 signals of a reference rate, whose score is (x - rate) / scale.

    delta is at most 0.25 and at most 0.4 of the largest fall that is possible, so that a rare event that
    stops happening can be seen as well.
    """
    high, low = (1 - rate) / scale, -rate / scale
    small = min(high, -low)
    delta = min(NORMAL_DELTA, 0.4 * small)
    variance = rate * (1 - rate) / scale**2
    skewness = abs((1 - 2 * rate) / sqrt(rate * (1 - rate))) * sqrt(variance)
    correction = skewness / 3 + small
    rising, falling = lundberg(high, low, rate, delta), lundberg(-low, -high, 1 - rate, delta)

    def excess(threshold: float) -> float:
        lengths = (mean_run_length(threshold, theta, delta, correction) for theta in (rising, falling))
        return 1 / false_alarm_every - sum(1 / max(length, 1e-9) for length in lengths)

    return PageHinkleyParameters(delta, bisect(excess, 0.0, 1e6))
