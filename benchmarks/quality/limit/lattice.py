"""The exact CUSUM on a lattice: 0/1 signals, and two classes that swap.

The log-likelihood ratio of a 0/1 value moves the sum by one of two steps. Their ratio, as a fraction, makes
every sum a whole number, so that the Markov chain is exact (Reynolds and Stoumbos, "A CUSUM chart for
monitoring a proportion when inspecting continuously", 1999).
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import ceil, log

import numpy as np

from benchmarks.quality.limit.chain import Chain, Limit, Matrix, smallest

Steps = Mapping[int, float]  # step of the sum -> its probability

FINEST = 40  # denominator of the fraction that stands for the reference rate, when the rate isn't rarer


def transitions(steps: Steps, threshold: int) -> Matrix:
    """max(0, S + step) for sums 0 … threshold - 1; a sum of the threshold or more is an alarm."""
    matrix = np.zeros((threshold, threshold))
    rows = np.arange(threshold)
    for step, probability in steps.items():
        targets = np.maximum(rows + step, 0)
        inside = targets < threshold
        np.add.at(matrix, (rows[inside], targets[inside]), probability)
    return matrix


def lattice_limit(healthy: Steps, changed: Steps, false_alarm_every: float) -> Limit:
    """The optimum of one-sided sums with these steps."""
    return smallest(
        lambda threshold: Chain(transitions(healthy, threshold), transitions(changed, threshold)),
        false_alarm_every,
    )


def reference_rate(before: float, after: float) -> Fraction:
    """The rate at which the sum stands still: between both, -log((1-b)/(1-a)) / log(b(1-a) / a(1-b))."""
    one, zero = log(after / before), log((1 - after) / (1 - before))
    rate = zero / (zero - one)
    return Fraction(rate).limit_denominator(max(FINEST, ceil(1 / rate)))


@cache
def bernoulli_limit(before: float, after: float, false_alarm_every: float, sides: int = 1) -> Limit:
    """The optimum for a change of a rate; of two sides each gets half of the false alarms."""
    rate = reference_rate(before, after)
    up, down = rate.denominator - rate.numerator, -rate.numerator
    if after < before:
        up, down = -up, -down
    healthy, changed = {up: before, down: 1 - before}, {up: after, down: 1 - after}
    return lattice_limit(healthy, changed, sides * false_alarm_every)


@cache
def swap_limit(frequent: float, rare: float, false_alarm_every: float) -> Limit:
    """The optimum for two classes that exchange their probabilities: one step up, down, or none."""
    rest = 1 - frequent - rare
    return lattice_limit(
        {1: rare, -1: frequent, 0: rest}, {1: frequent, -1: rare, 0: rest}, false_alarm_every
    )
