"""From a detection to a finding: where the change began, and what the signal was before and after."""

from dataclasses import dataclass
from math import log
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.change_point import best_mark
from detectors.levels import Moments, effect_size, moments


@dataclass(frozen=True)
class Finding:
    """A detector's report. Times are event time; before and after are in the units of the signal.

    row: of the batch, where it was detected. effect_size_sd: the new level against the reference, in
    reference sd. statistic and threshold: the detector's own; for Page-Hinkley the sum that crossed the
    threshold, for ADWIN the mean score of the window it kept and its delta.
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


def page_hinkley_change(signal: np.void) -> ChangePoint:
    """The change point of a signal whose Page-Hinkley test has just fired."""
    direction = int(signal["drift"])
    return at_mark(signal, best_mark(signal, direction), direction)


def at_mark(signal: np.void, which: int, direction: int) -> ChangePoint:
    """The change point that a CUSUM remembers."""
    before = signal["marks"][which].copy()
    began = int(signal["marks_ms"][which]), int(signal["marks_offset"][which])
    return ChangePoint(direction, *began, before, signal["level"] - before)


def candidates(signal: np.void) -> list[ChangePoint]:
    """The change points a signal remembers: the last upwards, the last downwards, the start of its level."""
    points = [at_mark(signal, best_mark(signal, direction), direction) for direction in (1, -1)]
    if signal["level_direction"]:
        began = int(signal["level_ms"]), int(signal["level_offset"])
        before, level = signal["before"].copy(), signal["level"].copy()
        points.append(ChangePoint(int(signal["level_direction"]), *began, before, level))
    return points


def mean_score(totals: NDArray[np.float64]) -> float:
    """Mean score of some values; 0, the reference's, of none."""
    return float(totals[3]) / float(totals[0]) if totals[0] > 0 else 0.0


def nearest_change(signal: np.void, values: float) -> ChangePoint:
    """Of the changes a signal remembers, the one that began nearest to `values` values ago."""
    points = [point for point in candidates(signal) if point.after[0] > 0]
    real = [p for p in points if p.direction * (mean_score(p.after) - mean_score(p.before)) > 0]
    if not real:
        level = signal["level"].copy()
        began = int(signal["level_ms"]), int(signal["level_offset"])
        return ChangePoint(1 if mean_score(level) > 0 else -1, *began, signal["before"].copy(), level)
    return min(real, key=lambda point: abs(log(point.after[0] / max(values, 1.0))))


def finding(
    names: tuple[str, str], signal: np.void, point: ChangePoint, measure: tuple[float, float], at: Detected
) -> Finding:
    """A finding by (signal, detector); `measure` is (statistic, threshold)."""
    origin = float(signal["origin"])
    after = moments(origin, point.after)
    return Finding(
        signal=names[0],
        detector=names[1],
        direction="up" if point.direction > 0 else "down",
        row=at.row,
        detected_ms=at.time_ms,
        detected_offset=at.offset,
        began_ms=point.began_ms,
        began_offset=point.began_offset,
        before=moments(origin, point.before),
        after=after,
        effect_size_sd=effect_size(signal, after.mean, mean_score(point.after)),
        statistic=measure[0],
        threshold=measure[1],
    )
