"""From a detection to a finding: where the change began, and what the signal was before and after."""

from dataclasses import dataclass, replace
from math import log
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.change_point import best_mark, followed
from driftline.detectors.levels import Moments, effect_size, in_units, measured_in_scores, moments
from driftline.detectors.signals import Transform, is_rate
from driftline.detectors.whitening import to_score

RATE_MARGIN = 1e-6
ELSEWHERE_SD = 0.5  # a mean so far from what is expected now was that of another time of the day


@dataclass(frozen=True)
class Finding:
    """A detector's report. Times are event time; before and after are in the units of the signal.

    row: of the batch, where it was detected. effect_size_sd: the new level against the reference, in
    reference sd. statistic and threshold: the detector's own; for Page-Hinkley the sum that crossed the
    threshold, for ADWIN the mean score of the window it kept and its delta. of: what has changed, the mean,
    the variance or the shape of the distribution; "up" is then wider. odds: of a 0/1 signal, the odds of a 1
    after the change divided by those before; 1.0 for all others.
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
    of: Literal["mean", "variance", "shape"] = "mean"
    odds: float = 1.0


class ChangePoint(NamedTuple):
    """A time at which a change may have begun: totals before and after it, direction +1 or -1."""

    direction: int
    began_ms: int
    began_offset: int
    before: NDArray[np.float64]
    after: NDArray[np.float64]


class Detected(NamedTuple):
    """Where a detector fired."""

    row: int
    time_ms: int
    offset: int


def change_towards(signal: np.void, direction: int) -> ChangePoint:
    """The change point of a signal that has just turned in a direction.

    A signal that is away in that direction already has turned when its level began, as far as Page-Hinkley
    has not told of that yet.
    """
    if signal["away"] and signal["level_direction"] == direction and signal["told"] <= 1:
        return level_start(signal)
    return at_mark(signal, best_mark(signal, direction), direction)


def level_start(signal: np.void) -> ChangePoint:
    """The change with which the present level began."""
    began = int(signal["level_ms"]), int(signal["level_offset"])
    direction = int(signal["level_direction"])
    return ChangePoint(direction, *began, signal["before"].copy(), signal["totals"].copy())


def at_mark(signal: np.void, which: int, direction: int) -> ChangePoint:
    """The change point that a CUSUM remembers."""
    before = signal["marks"][which].copy()
    began = int(signal["marks_ms"][which]), int(signal["marks_offset"][which])
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


def finding(
    names: tuple[str, str], signal: np.void, point: ChangePoint, measure: tuple[float, float], at: Detected
) -> Finding:
    """A finding by (signal, detector); `measure` is (statistic, threshold)."""
    origin = float(signal["origin"])
    after = moments(origin, point.after)
    effect = effect_size(signal, after.mean, mean_score(point.after))
    before = moments(origin, point.before)
    if measured_in_scores(signal) and signal["transform"] != Transform.CATEGORY:
        # What it would be now without the change: at another time of the day it was something else.
        sd = float(signal["effect_sd"])
        expected = after.mean - effect * sd
        if is_rate(signal):
            expected = min(max(expected, 0.0), 1.0)
        if abs(expected - before.mean) > ELSEWHERE_SD * sd:
            before = replace(before, mean=expected)
    return Finding(
        signal=names[0],
        detector=names[1],
        direction="up" if point.direction > 0 else "down",
        row=at.row,
        detected_ms=at.time_ms,
        detected_offset=at.offset,
        began_ms=point.began_ms,
        began_offset=point.began_offset,
        before=in_units(signal, before),
        after=in_units(signal, after),
        effect_size_sd=effect,
        statistic=measure[0],
        threshold=measure[1],
        odds=odds_ratio(before.mean, after.mean) if is_rate(signal) else 1.0,
    )


def odds_ratio(before: float, after: float) -> float:
    """The odds of one rate divided by those of another; rates of 0 and 1 count as a little off them."""
    one, other = (min(max(rate, RATE_MARGIN), 1 - RATE_MARGIN) for rate in (before, after))
    return other / (1 - other) / (one / (1 - one))
