"""From a requested mean number of values between false alarms to the parameters of Page-Hinkley and ADWIN.

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

ADWIN's delta is read from a table, because its bound is far from tight: realised mean numbers of updates
between false alarms on independent N(0, 1) scores, made by benchmarks/calibration/adwin_table.py with river
0.26.1. Between the entries it is interpolated in the logarithms. The entries rest on 400 alarms for large
delta and on 12 to 22 at 0.002 (a relative error of about a quarter); no delta above 0.5 is used, and below
0.002 the mean time is taken as proportional to 1/delta, which errs on the quiet side.
"""

from collections.abc import Callable
from functools import lru_cache
from math import exp, expm1, inf, log, sqrt
from typing import NamedTuple

NORMAL_DELTA = 0.25  # half of the smallest shift, in sd, that Page-Hinkley is to find quickly
NORMAL_CORRECTION = 1.166

ADWIN_DELTAS = (0.5, 0.2, 0.05, 0.01, 0.002)
ADWIN_UPDATES = {  # clock: mean updates between false alarms at each delta
    1: (1_240, 4_210, 23_400, 158_000, 1_430_000),
    2: (1_340, 4_830, 28_200, 164_000, 909_000),
    4: (1_670, 4_910, 26_400, 177_000, 1_050_000),
    8: (1_860, 6_240, 35_700, 271_000, 1_670_000),
    16: (2_520, 7_310, 38_100, 304_000, 1_430_000),
    32: (3_120, 10_900, 57_000, 323_000, 1_250_000),
}


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
def normal_parameters(false_alarm_every: float) -> PageHinkleyParameters:
    """For normal scores, with a mean number of values between false alarms of both sides together."""
    theta = 2 * NORMAL_DELTA

    def excess(threshold: float) -> float:
        one_sided = mean_run_length(threshold, theta, NORMAL_DELTA, NORMAL_CORRECTION)
        return one_sided / 2 - false_alarm_every

    return PageHinkleyParameters(NORMAL_DELTA, bisect(excess, 0.0, 1e4))


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


def adwin_delta(false_alarm_every: float, clock: int) -> float:
    """ADWIN's delta for a mean number of updates between false alarms; clock is a power of two up to 32."""
    updates = ADWIN_UPDATES[clock]
    if false_alarm_every <= updates[0]:
        return ADWIN_DELTAS[0]
    for index in range(1, len(updates)):
        if false_alarm_every <= updates[index]:
            low, high = log(updates[index - 1]), log(updates[index])
            place = (log(false_alarm_every) - low) / (high - low)
            return exp((1 - place) * log(ADWIN_DELTAS[index - 1]) + place * log(ADWIN_DELTAS[index]))
    return ADWIN_DELTAS[-1] * updates[-1] / false_alarm_every
