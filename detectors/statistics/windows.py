"""What a signal was before and after a change, told from values: never from the model of the signal.

Where a cycle moves a signal, a change is seen against what was to be expected at that time of the week, and
the average of the days before is no answer to "what was it": a morning is not a night. So `before` is the
window right before the change, or else the level before, or else the reference: the first whose difference
agrees with the effect. Where none does, the clock moves the signal more than the change, and nothing is told.
"""

from dataclasses import replace
from math import log, nan
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.signals import NUMERIC, Transform
from driftline.detectors.state.fields import CUSUMS
from driftline.detectors.statistics.levels import (
    Moments,
    Stay,
    effect_size,
    in_units,
    measured_in_scores,
    moments,
    score_unit,
    step_size,
)

RIGHT_BEFORE_MIN = 50  # values; the mean of fewer is chance
SPREAD_MIN = 20  # values, of which an sd is known to a sixth
MIXED_WINDOW = 2.0  # times as many values: most of them are of before
ROUNDING = 1e-12  # of the sums whose difference is taken
TINY = 1e-12  # instead of an sd of 0, which agrees least with any ratio
SAME_LEVEL = 0.25  # of the change: within that the level before, of many more values, is told instead
MEAN_ERROR = 0.25
VALUES_NEEDED_MAX = 150
# A few values vary by so much more than the reference, and by such a part of the change: they are of both.
MIXED_SD, MIXED_SHARE = 3.0, 0.25
MIXED_VALUES = 20
MATERIAL = 0.25  # of the effect: a smaller difference is not what was found
UNTOLD = Moments(nan, nan, 0)


class Told(Protocol):
    """What is needed here of a finding."""

    @property
    def after(self) -> Moments: ...
    @property
    def was(self) -> Moments: ...
    @property
    def step_sd(self) -> float: ...
    @property
    def score(self) -> float: ...


def values_needed(signal: np.void, before: Moments, after: Moments) -> int:
    """How many values since a change have to be known to say what a number is; 0 where any few do.

    The mean of a few amounts with a long tail is mostly far below theirs: its standard error is the sd by the
    root of their number, and should be less than `MEAN_ERROR` of it (of what is never below 0: there an error
    in parts of the mean means something). And a jump is found within a few values, with a beginning that is a
    few too early: their mean lies between the levels.
    """
    if signal["transform"] != Transform.VALUE:
        return 0
    reference, sd = reference_moments(signal), float(signal["reference_sd"])
    mixed = after.sd > max(MIXED_SD * sd, MIXED_SHARE * abs(after.mean - before.mean))
    needed = after.count + MIXED_VALUES if mixed and after.count < VALUES_NEEDED_MAX else 0
    if float(signal["reference_low"]) + float(signal["anchor"]) < 0 or reference.mean <= 0:
        return needed
    return max(needed, min(round((sd / reference.mean / MEAN_ERROR) ** 2), VALUES_NEEDED_MAX))


def recent_totals(signal: np.void) -> NDArray[np.float64]:
    """Count, sum and sum of squares of value - origin of the recent window."""
    totals: NDArray[np.float64] = signal["recent"][:, :3].sum(axis=0)
    return totals


def reference_moments(signal: np.void) -> Moments:
    """The values of the reference."""
    mean, sd = float(signal["reference_mean"]), float(signal["reference_sd"])
    return in_units(signal, Moments(mean, sd, int(signal["reference_count"])))


def reference_totals(signal: np.void) -> tuple[float, ...]:
    """What the totals of a signal's level are at its reference."""
    sd, scale, mean = (float(signal[name]) for name in ("reference_sd", "scale", "reference_mean"))
    count, ones, level = float(signal["reference_count"]), float(signal["ones"]), float(signal["level"])
    if signal["transform"] in NUMERIC:
        return count, 0.0, count * sd**2, 0.0, 0.0, level
    score = (ones - count * mean) / scale
    squares = count * sd**2 + ones**2 / count if signal["transform"] == Transform.BOUNDED else ones
    return count, ones, squares, score, score, level


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
    agreeing = [each for each in candidates if each.count and (now.mean - each.mean) * effect > 0]
    # A level that had changed long before is hardly another one right before it was found again.
    least = MATERIAL * abs(effect) * float(signal["effect_sd"])
    material = (each for each in agreeing if abs(now.mean - each.mean) >= least)
    if agreeing and not signal["cyclic"]:
        return next(material, agreeing[0])
    return next(material, level if effect == 0.0 else UNTOLD)


class BeforeAfter(NamedTuple):
    """What a signal was and what it has become, in its units."""

    before: Moments
    after: Moments


def told_spread(signal: np.void, values: float, ratio: float) -> BeforeAfter:
    """What is told of a change of the sd by a ratio that began about so many values ago.

    Before is the reference, or what else the recent window holds: that which agrees best with the ratio.
    Where no window is short enough, what it became is told by the ratio, since a mixture of both would hardly
    differ; of the smaller one, for the other has a cycle in it, or a change that is not found yet.
    """
    origin, enough = float(signal["origin"]), max(values, SPREAD_MIN)
    totals = last_totals(signal, enough)
    older = recent_totals(signal) - totals
    candidates = [reference_moments(signal)]
    if older[0] >= RIGHT_BEFORE_MIN:
        candidates.append(in_units(signal, moments(origin, older)))
    if measured_in_scores(signal):
        candidates.reverse()
    after = in_units(signal, moments(origin, totals))
    if totals[0] > MIXED_WINDOW * enough:
        before = min(candidates, key=lambda each: each.sd)
        return BeforeAfter(before, replace(after, sd=before.sd * ratio, count=int(values)))
    agreeing = [each for each in candidates if each.sd > 0.0 and (after.sd > each.sd) == (ratio > 1)]
    nearest = min(agreeing, key=lambda each: abs(log(max(after.sd, TINY) / each.sd / ratio)), default=UNTOLD)
    return BeforeAfter(nearest, after)


class Since(NamedTuple):
    """The values of a signal since a finding: how far they lie from its reference, and from what it was."""

    values: Moments
    effect_sd: float
    step_sd: float


def since(signal: np.void, found: Told, values: int) -> Since | None:
    """What came since the present level was found, `values` of them, without what it was found by; None when
    that is not the level any more.
    """
    anchor, origin = float(signal["anchor"]), float(signal["origin"])
    mean, count = found.after.mean - anchor - origin, found.after.count
    told = count * np.array([1.0, mean, found.after.sd**2 + mean**2, found.score])
    totals = signal["totals"][:4] - told
    if not values == totals[0] > 0:
        return None
    now, score = moments(origin, totals), float(totals[3]) / values
    # Back at what never varied is back at it, not a hundred sd below by the rounding of sums.
    rounding = ROUNDING * (abs(float(signal["totals"][1])) + abs(float(told[1]))) / values
    if abs(now.mean - float(signal["reference_mean"])) <= rounding:
        now = replace(now, mean=float(signal["reference_mean"]))
    was = Stay(
        replace(found.was, mean=found.was.mean - anchor), found.score - found.step_sd / score_unit(signal)
    )
    step = step_size(signal, was, Stay(now, score))
    return Since(in_units(signal, now), effect_size(signal, now.mean, score), step)


def last_values(signal: np.void, values: float) -> Moments:
    """The last values of a signal, about so many; of no window that a CUSUM chose: it lies on its side.

    By one of those an error rate of 20 % was told to be 8 % and back.
    """
    return in_units(signal, moments(float(signal["origin"]), last_totals(signal, values, marks=False)))


def last_totals(signal: np.void, values: float, *, marks: bool = True) -> NDArray[np.float64]:
    """Totals of about the last `values` values: of the longest window that holds no more, but half of them.

    There are the recent window, its newest half and the values since the present level began; or else, with
    ``marks``, those since a CUSUM was zero, which lie a little on its side. Where all of these are too short
    or too long, the shortest that reaches further back.
    """
    totals = signal["totals"][:3]
    windows = [signal["recent"][0, :3], recent_totals(signal), totals]
    since_marks = [totals - mark for mark in signal["onset_marks"][:CUSUMS, :3]] if marks else []
    enough = max(values / 2, 1.0)
    for group in (windows, since_marks):
        within = [each for each in group if enough <= each[0] <= values]
        if within:
            return max(within, key=count_of)
    return min((each for each in windows if each[0] >= enough), key=count_of, default=windows[1])


def count_of(totals: NDArray[np.float64]) -> float:
    """How many values totals are of."""
    return float(totals[0])
