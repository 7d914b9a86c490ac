"""What a signal was before and after a change, told from values: never from the model of the signal.

Where a cycle moves a signal, a change is seen against what was to be expected at that time of the week, and
the average of the days before is no answer to "what was it": a morning is not a night. So `before` is the
window right before the change, or else the level before, or else the reference: the first whose difference
agrees with the effect. Where none does, the clock moves the signal more than the change, and nothing is told.
"""

from math import nan

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.levels import Moments, in_units, measured_in_scores, moments

RIGHT_BEFORE_MIN = 50  # values; the mean of fewer is chance
SAME_LEVEL = 0.25  # of the change: within that the level before, of many more values, is told instead
UNTOLD = Moments(nan, nan, 0)


def recent_totals(signal: np.void) -> NDArray[np.float64]:
    """Count, sum and sum of squares of value - origin of the recent window."""
    totals: NDArray[np.float64] = signal["recent"][:, :3].sum(axis=0)
    return totals


def reference_moments(signal: np.void) -> Moments:
    """The values of the reference."""
    mean, sd = float(signal["reference_mean"]), float(signal["reference_sd"])
    return in_units(signal, Moments(mean, sd, int(signal["reference_count"])))


def told_before(
    signal: np.void, before: NDArray[np.float64], after: NDArray[np.float64], effect: float
) -> Moments:
    """What the signal was before a change by `effect` sd, from totals (count, sum, sum of squares, …) of the
    level before and of the values after it.
    """
    origin = float(signal["origin"])
    now = in_units(signal, moments(origin, after))
    level = in_units(signal, moments(origin, before))
    candidates = [level, reference_moments(signal)]
    if measured_in_scores(signal):
        right = recent_totals(signal) - after[:3]
        if RIGHT_BEFORE_MIN <= right[0] < before[0]:
            before_it = in_units(signal, moments(origin, right))
            if abs(level.mean - before_it.mean) > SAME_LEVEL * abs(now.mean - before_it.mean):
                candidates.insert(0, before_it)
    agreeing = (each for each in candidates if each.count and (now.mean - each.mean) * effect > 0)
    fallback = level if effect == 0.0 else UNTOLD
    return next(agreeing, fallback)


def told_spread(signal: np.void, values: float, wider: bool) -> tuple[Moments, Moments]:
    """(before, after) of a change of the variance that began about so many values ago.

    After is the recent window where the change is older, else its newest half; before is what it held before
    that, or the reference: the first whose sd agrees.
    """
    origin, newest, whole = float(signal["origin"]), signal["recent"][0, :3], recent_totals(signal)
    totals = newest if newest[0] >= RIGHT_BEFORE_MIN and values < whole[0] else whole
    after, older = (in_units(signal, moments(origin, each)) for each in (totals, whole - totals))
    candidates = [reference_moments(signal), older]
    if measured_in_scores(signal):
        candidates.reverse()
    enough = (each for each in candidates if each.count >= RIGHT_BEFORE_MIN)
    return next((each for each in enough if (after.sd > each.sd) == wider), UNTOLD), after


def last_values(signal: np.void, values: float) -> Moments:
    """The last values of a signal: the longest window that holds no more than so many, else the shortest.

    Besides the recent window and its newest half there are the values since the present level began, and
    those since each CUSUM was zero.
    """
    totals = signal["totals"][:3]
    since_marks = [totals - mark for mark in signal["marks"][:, :3]]
    windows = [signal["recent"][0, :3], recent_totals(signal), totals, *since_marks]
    windows = [each for each in windows if each[0] >= RIGHT_BEFORE_MIN] or [recent_totals(signal)]
    within = [each for each in windows if each[0] <= values]
    chosen = max(within, key=count_of) if within else min(windows, key=count_of)
    return in_units(signal, moments(float(signal["origin"]), chosen))


def count_of(totals: NDArray[np.float64]) -> float:
    """How many values totals are of."""
    return float(totals[0])
