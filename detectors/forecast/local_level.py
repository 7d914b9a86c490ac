"""How long a level is remembered: a local one while no cycle is known, the reference's afterwards."""

from math import inf, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.forecast.whitening import to_score
from driftline.detectors.kernels.scratch import DAY_MS, HOUR_MS
from driftline.detectors.season.cycle import amplitude_of_day
from driftline.detectors.signals import LINES, Transform, is_rate
from driftline.detectors.state.arrays import QUALITY

LOCAL_MS = 3_600_000  # memory of a local level
LOCAL_VALUES = 5000  # so many values are memory enough: what is faster than that is a jump
LOCAL_VALUES_MIN = 30
LOCAL_ONES = 300  # of a rate, so many of the rarer value: fewer are forgotten before a doubled rate is seen
LOCAL_MASS_VALUES = 1000  # of a mass: 90 to 80 % is seen within half of that, a daily cycle is followed
LOCAL_TAIL_ONES = 100  # of a tail: it is asked for more than a doubled rate, and a cycle moves it far
HOLD_MS = 43_200_000  # a changed level, but of faults, without a known cycle becomes the level in half a day
MATERIAL = 0.2  # sd of a cycle or a wandering that takes a signal where its reference is known less well
LAG = 0.03  # sd that a local level may be late by
VARIANCE_VALUES_MIN = 2000  # fewer would follow a doubled variance before it is seen
# On the first day nobody knows how far a cycle will take the signal: the memory is shorter then, if there are
# values enough.
QUARTER_MS = LOCAL_MS // 4
QUARTER_VALUES = 500
FOLLOWING_MS_MIN = 120_000
FOLLOWS_MS = DAY_MS / (2 * pi)  # a mean with a longer memory follows less of a daily wave than it leaves


def begin_local(signal: np.void) -> None:
    """When a signal is armed."""
    signal["local_sd"], signal["variance_counted"] = 1.0, float(signal["seen"])
    signal["local_ms"] = min(max(QUARTER_VALUES / values_per_ms(signal), QUARTER_MS), LOCAL_MS)
    set_memory(signal)


def set_memory(signal: np.void) -> None:
    """How many values the level is learned from, and how long a changed one is held.

    A line takes twice as many values as a mean for the same memory; the level of a 0/1 signal is a mean.
    """
    per_ms = values_per_ms(signal)
    wanders_by = sqrt(signal["wander_variance"]) * to_score(signal)
    signal["moved"] = signal["local"] or signal["cyclic"] == 2 or wanders_by > MATERIAL
    set_variance_memory(signal)
    signal["hold"] = inf if signal["transform"] in QUALITY else max(HOLD_MS * per_ms, 1000.0)
    if not signal["local"]:
        signal["memory"] = max(float(signal["remembered_ms"]) * per_ms, 20_000.0)
        return
    memory = values_in(signal, LOCAL_MS if is_rate(signal) else float(signal["local_ms"]))
    if signal["transform"] == Transform.MASS:
        memory = max(memory, LOCAL_MASS_VALUES)
    elif is_rate(signal):
        rate = float(signal["reference_mean"])
        ones = LOCAL_TAIL_ONES if signal["transform"] == Transform.TAIL else LOCAL_ONES
        memory = max(memory, ones / min(rate, 1 - rate))
        if has_seen_a_day(signal) and memory > FOLLOWS_MS * per_ms:
            memory = max(memory, DAY_MS * per_ms)  # whose range is allowed for (`learning.py`)
    signal["memory"] = 2 * memory if signal["transform"] in LINES else memory


def left_of_the_day(signal: np.void) -> float:
    """Which part of a daily wave a local level does not follow: that of a mean with a memory of τ leaves
    ωτ / √(1 + ω²τ²) of it.
    """
    turned = float(signal["memory"]) / values_per_ms(signal) / FOLLOWS_MS
    return turned / sqrt(1.0 + turned**2)


def has_seen_a_day(signal: np.void) -> bool:
    """Whether what a signal was like at every time of the day is known, if not for sure."""
    return bool(signal["last_ms"] - signal["season_from_ms"] >= DAY_MS - HOUR_MS)


def set_variance_memory(signal: np.void) -> None:
    """What moves the level of a number far may move its variance, which is that of late then.

    Of a slow signal that would not be late enough: it is that of the reference.
    """
    memory = max(values_in(signal, QUARTER_MS), VARIANCE_VALUES_MIN)
    is_known = memory <= LOCAL_MS * values_per_ms(signal) and signal["reference_sd"] > 0
    if signal["transform"] == Transform.VALUE and signal["moved"] and is_known:
        signal["variance_memory"] = memory
        signal["variance_counted"] = min(float(signal["variance_counted"]), memory)
    else:
        signal["variance_memory"], signal["local_sd"] = 0.0, 1.0


def following_ms(signal: np.void, means: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The memory with which a line follows the daily cycle that mean scores [336] show, at most an hour.

    A line with memory m is late by m² times the curvature of what it follows, which is that of a wave of
    a day of the same variance.
    """
    amplitude = amplitude_of_day(means, weights, 1.0) / to_score(signal)
    curvature = amplitude * (2 * pi / DAY_MS) ** 2
    return min(max(sqrt(LAG / curvature), FOLLOWING_MS_MIN), LOCAL_MS) if curvature else LOCAL_MS


def values_per_ms(signal: np.void) -> float:
    """How many values the signal has had, on average over its life."""
    elapsed_ms = max(int(signal["last_ms"]) - int(signal["first_ms"]), 1)
    return max(int(signal["seen"]) - 1, 1) / elapsed_ms


def values_in(signal: np.void, milliseconds: float) -> float:
    """How many values a local level remembers of that time: LOCAL_VALUES_MIN … LOCAL_VALUES."""
    return min(max(milliseconds * values_per_ms(signal), LOCAL_VALUES_MIN), LOCAL_VALUES)
