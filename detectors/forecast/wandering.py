"""Wandering: a level that comes and goes by itself, slowly, beside noise from value to value.

Traffic goes up and down within an hour, and each second counts its own chance besides. Then scores are the
sum of two autoregressive processes, of which the correlation of neighbours shows the fast one only. Means of
blocks of 32 scores that lie two and eight blocks apart show the slow one: its variance, and how much of it
is left after a value. It is followed by the Kalman filter of that model in its steady state (R. E. Kalman,
J. Basic Eng. 82, 1960), and innovations are what that does not foretell.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from driftline.detectors.forecast.whitening import to_score
from driftline.detectors.kernels.long_run import BLOCK, FAR, NEAR

SURE = 4.0  # standard errors
SMALLEST = 0.01  # of the variance of scores: a wandering by less than a tenth of their sd is never told
KEPT_MAX = 0.9999
GAIN_MAX = 0.3  # more would follow a jump before it is seen


class Wandering(NamedTuple):
    """Its variance, in that of scores, and how much of it is left after one value."""

    variance: float
    kept: float


NONE = Wandering(0.0, 0.0)


def wandering(sums: tuple[float, float, float, float], variance: float) -> Wandering:
    """From how many blocks, their means squared, and the products with those NEAR and FAR blocks before.

    variance: of single scores.
    """
    blocks, squares, near, far = sums
    if blocks <= FAR or near <= SURE * squares / sqrt(blocks):
        return NONE
    kept = min(max(far / near, 0.0) ** (1 / (BLOCK * (FAR - NEAR))), KEPT_MAX)
    slow = min(near / max(kept, 0.5) ** (BLOCK * NEAR), squares) / blocks
    return Wandering(slow, kept) if slow > SMALLEST * variance else NONE


def kalman_gain(step_variance: float, kept: float) -> float:
    """The share of an innovation that is taken for wandering.

    step_variance: of what is added to the wandering with a value, in that of the noise.
    """
    # P = kept² P / (1 + P) + step_variance; the gain is P / (1 + P).
    half = (1 - kept**2 - step_variance) / 2
    predicted = sqrt(half**2 + step_variance) - half
    return min(predicted / (1 + predicted), GAIN_MAX)


def follow(signal: np.void, slow: Wandering) -> None:
    """Sets the filter that follows it, and sigma to what that leaves.

    What innovations were like before it was known says nothing of those that come.
    """
    before = float(signal["wander_gain"])
    signal["wander_variance"] = slow.variance / to_score(signal) ** 2
    # Of a local level it is what a line left, which may be a longer one tomorrow.
    kept = 1.0 if signal["local"] else slow.kept
    gain = kalman_gain((1 - slow.kept**2) * float(signal["wander_variance"]), kept)
    signal["wander_gain"], signal["wander_kept"] = gain, kept
    signal["sigma"] /= sqrt(1 - gain)  # what is foretold is not known any better
    if gain > 2 * before or before > 2 * gain:
        for name in ("blocks", "crossings", "crossing_values"):
            signal[name] = 0.0


def follow_more(signal: np.void, variance: float) -> None:
    """A wandering of at least that variance, in that of innovations, is followed as fast as before.

    As long as a level is local, what is known is only what a line through the last hour leaves of it.
    """
    gain, kept = float(signal["wander_gain"]), float(signal["wander_kept"])
    predicted = gain / (1 - gain)
    step_variance = predicted * (1 - kept**2 * (1 - gain))
    variance = max(variance, float(signal["wander_variance"]), 2 * step_variance)
    signal["wander_variance"], signal["wander_kept"] = variance, sqrt(1 - step_variance / variance)
