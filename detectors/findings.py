"""From a detection to a finding: where the change began, and what the signal was before and after."""

from dataclasses import dataclass, replace
from math import isnan, log, sqrt
from operator import attrgetter
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.forecast.local_level import has_seen_a_day
from driftline.detectors.forecast.whitening import to_score
from driftline.detectors.kernels.change_point import best_mark, followed
from driftline.detectors.kernels.scratch import WEEK_MS
from driftline.detectors.signals import Transform, is_rate, is_share
from driftline.detectors.state.arrays import Row
from driftline.detectors.state.fields import Changed
from driftline.detectors.statistics.levels import Moments, Stay, effect_size, in_units, moments, step_size
from driftline.detectors.statistics.shares import Moved, moved, new_codes, share_moments
from driftline.detectors.statistics.windows import UNTOLD, reference_totals, told_before, values_needed

RATE_MARGIN = 1e-6
YOUNG_SPIKE = 2000  # values
SURELY = 2.0  # standard errors
FIRST_DAY = 1.75  # judged: what was seen first is seldom the very noon or midnight
LEVEL_KNOWN = 64  # values; the first of a level are of the change itself, and a test may fire at them again


@dataclass(frozen=True)
class Finding:
    """A detector's report. Times are event time; before and after are in the units of the signal.

    row: of the batch, where it was detected. effect_size_sd: the new level against the reference, in
    reference sd. statistic and threshold: the detector's own; for Page-Hinkley the sum that crossed the
    threshold, for ADWIN the mean score of the window it kept and its delta. of: what has changed, the mean,
    the variance or the shape of the distribution; "up" is then wider. odds: of a 0/1 signal, the odds of a 1
    after the change divided by those before; 1.0 for all others. size: by how much the mean or sd has
    changed, in the unit of the signal; by the effect where no values before it are told. seen: how many
    values the signal had had, gap_ms: the mean time between two of them; needs: how many `after` has to be
    of to be near the truth. share: before and after are shares, of ones or of the first of `categories`,
    those that moved most. new_codes: of a signal that counts categories which are new, the most frequent of
    them. A mean of nan: nothing true can be told. was: the level right before the change,
    which need not be healthy; step_sd: by how many sd it left that one (`levels.step_size`); score: the mean
    score of `after`; first_values: how many values the reference is of while these are but the first part of
    the warm-up, else 0.
    """

    signal: str
    detector: str
    direction: Literal["up", "down"]
    row: int
    detected_ms: int
    detected_offset: int
    began_ms: int
    began_offset: int
    before: Moments
    after: Moments
    effect_size_sd: float
    statistic: float
    threshold: float
    of: Changed = "mean"
    odds: float = 1.0
    size: float = 0.0
    seen: int = 0
    gap_ms: float = 0.0
    needs: int = 0
    share: bool = False
    categories: tuple[Moved, ...] = ()
    new_codes: tuple[int, ...] = ()
    was: Moments = UNTOLD
    step_sd: float = 0.0
    score: float = 0.0
    first_values: int = 0

    def retold(self, after: Moments, effect_size_sd: float) -> "Finding":
        """The same change, told by other values after it."""
        return sized(replace(self, after=after, effect_size_sd=effect_size_sd))


class ChangePoint(NamedTuple):
    """A time at which a change may have begun: totals before and after it, direction +1 or -1."""

    direction: int
    began_ms: int
    began_offset: int
    before: NDArray[np.float64]
    after: NDArray[np.float64]


class Statistic(NamedTuple):
    """A detector's statistic when it fired, and the threshold that it has crossed."""

    value: float
    threshold: float


class Detected(NamedTuple):
    """A detection: of which signal, by which detector, at which row of the batch, by what."""

    signal: str
    detector: str
    row: int
    time_ms: int
    offset: int
    statistic: Statistic


def change_towards(signal: np.void, direction: int) -> ChangePoint:
    """The change point of a signal that has just turned in a direction.

    A signal that is away in that direction already has turned when its level began, as far as Page-Hinkley
    has not told of that yet; what is measured from that level itself, once it is known, has turned since.
    """
    goes_on = signal["away"] and signal["level_direction"] == direction and signal["ph_told"] <= 1
    if goes_on and not (signal["turned"] and signal["totals"][0] > LEVEL_KNOWN):
        return level_start(signal)
    is_part = signal["transform"] in (Transform.SPIKE, Transform.EXTREME)
    if is_part and signal["seen"] <= YOUNG_SPIKE and not signal["away"]:
        return since_counted(signal, direction)
    return at_mark(signal, best_mark(signal, direction), direction)


def since_counted(signal: np.void, direction: int) -> ChangePoint:
    """The change of a value that is counted because it came: all that was counted is of after it.

    A window that a CUSUM chose begins with the value and ends with it, and of 5 % makes 15.
    """
    before = np.array(reference_totals(signal))
    return ChangePoint(direction, int(signal["first_ms"]), 0, before, signal["totals"] - before)


def level_start(signal: np.void) -> ChangePoint:
    """The change with which the present level began."""
    began = int(signal["level_ms"]), int(signal["level_offset"])
    direction = int(signal["level_direction"])
    return ChangePoint(direction, *began, signal["before"].copy(), signal["totals"].copy())


def at_mark(signal: np.void, which: int, direction: int) -> ChangePoint:
    """The change point that a CUSUM remembers."""
    before = signal["onset_marks"][which].copy()
    began = int(signal["onset_marks_ms"][which]), int(signal["onset_marks_offset"][which])
    after = signal["totals"] - before
    after[3] += followed(signal, before) * after[0] * to_score(signal)
    return ChangePoint(direction, *began, before, after)


def candidates(signal: np.void) -> list[ChangePoint]:
    """The change points a signal remembers: the last upwards, the last downwards, the start of its level."""
    points = [at_mark(signal, best_mark(signal, direction), direction) for direction in (1, -1)]
    if signal["level_direction"]:
        points.append(level_start(signal))
    return points


def last_values(signal: np.void, values: float, direction: int, at: Detected) -> ChangePoint:
    """A change of something else than the mean, about `values` values ago; after are those of the recent
    window.

    Nothing remembers when it began; the signal's rate says when about that was.
    """
    recent = signal["recent"]
    halves = recent[:1] if recent[0, 0] >= values else recent
    after = np.array([*halves[:, [0, 1, 2, 5]].sum(axis=0), 0.0, 0.0])
    elapsed_ms = int(signal["last_ms"]) - int(signal["first_ms"])
    began_ms = at.time_ms - round(values * elapsed_ms / max(int(signal["seen"]) - 1, 1))
    return ChangePoint(direction, began_ms, at.offset, np.zeros_like(after), after)


def mean_score(totals: NDArray[np.float64]) -> float:
    """Mean score of some values; 0, the reference's, of none."""
    return float(totals[3]) / float(totals[0]) if totals[0] > 0 else 0.0


def nearest_change(signal: np.void, values: float) -> ChangePoint:
    """Of the changes a signal remembers, the one that began nearest to `values` values ago."""
    points = [point for point in candidates(signal) if point.after[0] > 0]
    real = [p for p in points if p.direction * (mean_score(p.after) - mean_score(p.before)) > 0]
    if not real:
        level = signal["totals"].copy()
        began = int(signal["level_ms"]), int(signal["level_offset"])
        return ChangePoint(1 if mean_score(level) > 0 else -1, *began, signal["before"].copy(), level)
    return min(real, key=lambda point: abs(log(point.after[0] / max(values, 1.0))))


def finding(at: Detected, row: Row, point: ChangePoint) -> Finding:
    """What a detection tells of its change, in the state that the signal had then."""
    signal = row.signal
    now, was = stay(signal, point.after), stay(signal, point.before)
    effect = effect_size(signal, now.values.mean, now.score)
    before, after = told_before(signal, point.before, point.after, effect), in_units(signal, now.values)
    made = Finding(
        signal=at.signal,
        detector=at.detector,
        direction="up" if point.direction > 0 else "down",
        row=at.row,
        detected_ms=at.time_ms,
        detected_offset=at.offset,
        began_ms=began_ms(signal, point, at),
        began_offset=point.began_offset,
        before=before,
        after=after,
        effect_size_sd=effect,
        statistic=at.statistic.value,
        threshold=at.statistic.threshold,
        size=abs(effect) * float(signal["effect_sd"]),
        seen=int(signal["seen"]),
        gap_ms=(int(signal["last_ms"]) - int(signal["first_ms"])) / max(int(signal["seen"]) - 1, 1),
        needs=values_needed(signal, before, after),
        share=is_share(signal),
        was=in_units(signal, was.values) if was.values.count else UNTOLD,
        step_sd=step_size(signal, was, now) if was.values.count else 0.0,
        score=now.score,
        first_values=int(signal["reference_count"]) if signal["rough"] else 0,
    )
    if signal["transform"] == Transform.CATEGORY:
        return told_by_shares(made, row.shape, float(point.after[0]))
    if signal["transform"] == Transform.UNSEEN:
        made = replace(made, new_codes=new_codes(row.shape, float(point.after[0])))
    return sized(replace(made, odds=odds_ratio(before.mean, made.after.mean)) if made.share else made)


def mean_changed(at: Detected, row: Row, direction: int) -> Finding:
    """What a test of the mean tells that has fired in a direction."""
    return finding(at, row, change_towards(row.signal, direction))


def exceeds_the_day(signal: np.void, made: Finding) -> bool:
    """Whether a change is surely more than what the time of the day may move a rate by, from midnight to
    noon; the e-detector asks that of every value.
    """
    if not is_rate(signal):
        return True
    if not signal["local"]:  # of before its cycle was known a window still holds what the day has moved
        return not signal["cyclic"] or made.began_ms >= signal["season_from_ms"] + WEEK_MS
    sd, times = float(signal["reference_sd"]), 2.0 if has_seen_a_day(signal) else FIRST_DAY
    least = times * float(signal["allowance"]) * sd + SURELY * sd / sqrt(max(made.after.count, 1))
    return abs(made.after.mean - made.before.mean) >= least


def stay(signal: np.void, totals: NDArray[np.float64]) -> Stay:
    """Values that totals are of."""
    return Stay(moments(float(signal["origin"]), totals), mean_score(totals))


def began_ms(signal: np.void, point: ChangePoint, at: Detected) -> int:
    """When a change began; one that no mark remembers at the first value at the earliest."""
    return max(min(point.began_ms, at.time_ms), min(int(signal["first_ms"]), at.time_ms))


def told_by_shares(made: Finding, shape: np.void, values: float) -> Finding:
    """The finding of a change among categories: figures are the share of the one that moved most."""
    categories, count = moved(shape, values)
    if not categories:
        return replace(made, before=UNTOLD, after=replace(UNTOLD, count=count), share=True)
    first = categories[0]
    before = share_moments(first.before, made.before.count or count)
    after = share_moments(first.after, count)
    return sized(replace(made, before=before, after=after, share=True, categories=categories))


def sized(made: Finding) -> Finding:
    """The finding with the size of what it tells."""
    of = attrgetter("sd" if made.of == "variance" else "mean")
    size = abs(of(made.after) - of(made.before))
    return made if isnan(size) else replace(made, size=size)


def odds_ratio(before: float, after: float) -> float:
    """The odds of one rate divided by those of another; rates of 0 and 1 count as a little off them."""
    if isnan(before):
        return 1.0
    one, other = (min(max(rate, RATE_MARGIN), 1 - RATE_MARGIN) for rate in (before, after))
    return other / (1 - other) / (one / (1 - one))
