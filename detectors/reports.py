"""Findings from detections: each is looked at in the state the signal had at that very row."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

import numpy as np

from driftline.detectors.engine import state_after
from driftline.detectors.findings import (
    Detected,
    Finding,
    change_towards,
    finding,
    last_values,
    nearest_change,
    sized,
)
from driftline.detectors.kernels.lanes import ODDS_LANES, SHAPE_WINDOW
from driftline.detectors.kernels.names import CUSUM, NAMES, PAGE_HINKLEY, SHAPE, VARIANCE
from driftline.detectors.kernels.scratch import Batch
from driftline.detectors.levels import score_unit
from driftline.detectors.signals import BankSettings
from driftline.detectors.state.arrays import Kept
from driftline.detectors.watches import Watch
from driftline.detectors.whitening import to_score
from driftline.detectors.windows import reference_moments, told_spread


@dataclass(frozen=True)
class Scene:
    """A batch and the arrays as they were before it."""

    before: Kept
    batch: Batch
    settings: BankSettings

    def state(self, index: int, row: int) -> tuple[np.void, np.void]:
        """The record of a signal, and its shape, after a row."""
        return state_after(self.before.arrays(), index, self.batch, row, self.settings)

    def detected(self, row: int) -> Detected:
        """A row with its time and offset."""
        return Detected(row, int(self.batch.times_ms[row]), int(self.batch.offsets[row]))

    def of_kernel(self, name: str, index: int, row: int, test: int) -> Finding:
        """The finding of one of the kernel's tests."""
        state = self.state(index, row)
        signal = state[0]
        direction, measure, of = told_by(signal, test)
        at, names = self.detected(row), (name, NAMES[test])
        if of == "mean":
            return finding(names, state, change_towards(signal, direction), measure, at)
        if of == "variance":
            since, ratio = spread_since(signal, direction)
        else:
            since, ratio = float(SHAPE_WINDOW), 1.0
        made = finding(names, state, last_values(signal, since, direction, at), measure, at)
        return not_of_the_mean(made, signal, (since, ratio), of)

    def per_signal(self, name: str, index: int, row: int, watch: Watch, update: int) -> Finding | None:
        """The finding of a per-signal detector at its update of this number.

        None when it is told already, or no more than what the signal's cycle is allowed to be off by.
        """
        state = self.state(index, row)
        signal = state[0]
        every = int(signal["every"])
        point = nearest_change(signal, watch.values_since_change(every, update))
        measure = watch.measure(every)
        made = finding((name, watch.name), state, point, measure, self.detected(row))
        allowed_sd = float(signal["allowance"]) * to_score(signal) * score_unit(signal)
        return made if abs(made.effect_size_sd) >= allowed_sd and watch.tells(made) else None


def spread_since(signal: np.void, direction: int) -> tuple[float, float]:
    """Since when the variance is another, in values, and the ratio of the sd to what it was."""
    _, count, squares = signal["spreads"][0 if direction > 0 else 1].tolist()
    return count, sqrt(squares / max(count, 1.0))


def not_of_the_mean(
    made: Finding, signal: np.void, spread: tuple[float, float], of: Literal["variance", "shape"]
) -> Finding:
    """The finding of a change of something else: an effect of the variance says how much wider (spread: since
    so many values, by this ratio of sds).
    """
    if of == "variance":
        since, ratio = spread
        before, after = told_spread(signal, since, ratio > 1)
        return sized(replace(made, before=before, after=after, effect_size_sd=ratio - 1, of=of))
    if made.share:
        return replace(made, of=of)
    return replace(made, before=reference_moments(signal), of=of)


Told = tuple[int, tuple[float, float], Literal["mean", "variance", "shape"]]


def told_by(signal: np.void, test: int) -> Told:
    """(direction, (statistic, threshold), what changed) of the kernel's test that has just fired."""
    if test == PAGE_HINKLEY:
        rising = signal["ph_increase"] - signal["ph_increase_min"]
        falling = signal["ph_decrease_max"] - signal["ph_decrease"]
        drift = int(signal["ph_drift"])
        return drift, (float(rising if drift > 0 else falling), float(signal["ph_threshold"])), "mean"
    if test == VARIANCE:
        widened = int(signal["widened"])
        statistic = float(signal["spreads"][0 if widened > 0 else 1][0])
        return widened, (statistic, float(signal["spread_height"])), "variance"
    if test == SHAPE:
        wider = 1 if signal["recent"][0, 5] >= 0 else -1
        return wider, (float(signal["shape_statistic"]), float(signal["shape_height"])), "shape"
    turned = int(signal["turned"])
    lanes, heights = signal["lanes"][0 if turned > 0 else 1], signal["heights"]
    if test == CUSUM:
        lane = int(np.argmax(lanes / heights))
        return turned, (float(lanes[lane]), float(heights[lane])), "mean"
    return turned, (float(signal["lanes"].sum()) / (2 * ODDS_LANES), float(heights[0])), "mean"
