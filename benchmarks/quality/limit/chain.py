"""A CUSUM as a Markov chain: its mean run lengths, exactly, and the threshold for a requested one.

Brook and Evans, "An approach to the probability distribution of CUSUM run length", Biometrika 59 (1972).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
INVERSE_ITERATIONS = 8


class Chain(NamedTuple):
    """The states of a CUSUM below its threshold; state 0 is the sum zero.

    healthy, changed: [states, states] probabilities of the next state before and after the change (for an
    integral equation, kernel times quadrature weights). What a row lacks to 1 is the probability of an alarm.
    """

    healthy: Matrix
    changed: Matrix


class Limit(NamedTuple):
    """What the optimum reaches, in values; a change seen on its first value has a delay of 1.

    zero_state: the change comes when the sum is zero. steady_state: it comes after a long healthy time
    without an alarm, as changes do.
    """

    threshold: float
    false_alarm_every: float
    zero_state: float
    steady_state: float


def run_lengths(matrix: Matrix) -> Vector:
    """Mean values until an alarm from each state: L = 1 + Q L."""
    states = len(matrix)
    return np.asarray(np.linalg.solve(np.eye(states) - matrix, np.ones(states)), np.float64)


def long_healthy(matrix: Matrix) -> Vector:
    """The distribution of the state after a long time without an alarm: the dominant left eigenvector of Q.

    By inverse iteration: its eigenvalue 1 - 1 / ARL is so near 1 that a few steps suffice.
    """
    states = len(matrix)
    inverse = np.linalg.inv(np.eye(states) - matrix).T
    weights: Vector = np.full(states, 1 / states)
    for _ in range(INVERSE_ITERATIONS):
        ahead: Vector = inverse @ weights
        weights = ahead / float(ahead.sum())
    return weights


def limit_of(chain: Chain, threshold: float) -> Limit:
    """Everything about one threshold."""
    after = run_lengths(chain.changed)
    return Limit(
        threshold,
        false_alarm_every=float(run_lengths(chain.healthy)[0]),
        zero_state=float(after[0]),
        steady_state=float(long_healthy(chain.healthy) @ after),
    )


def between(below: Limit, above: Limit, false_alarm_every: float) -> Limit:
    """The limit that alternates between two thresholds; run lengths grow with log(ARL0)."""
    low, high = np.log([below.false_alarm_every, above.false_alarm_every])
    share = float((np.log(false_alarm_every) - low) / (high - low))
    one, other = np.array(below), np.array(above)
    mixed = (1 - share) * one + share * other
    return Limit(float(mixed[0]), false_alarm_every, float(mixed[2]), float(mixed[3]))


def smallest(build: Callable[[int], Chain], false_alarm_every: float) -> Limit:
    """For thresholds that are whole numbers: the mixture of the two on either side of the requested ARL0."""
    high = 2
    while run_lengths(build(high).healthy)[0] < false_alarm_every:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if run_lengths(build(middle).healthy)[0] < false_alarm_every:
            low = middle
        else:
            high = middle
    return between(limit_of(build(low), low), limit_of(build(high), high), false_alarm_every)
