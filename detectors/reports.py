"""Findings from detections: each is looked at in the state the signal had at that very row."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal, NamedTuple

import numpy as np

from driftline.detectors.daily import comes_daily
from driftline.detectors.engine import state_after
from driftline.detectors.findings import (
    Detected,
    Finding,
    Statistic,
    change_towards,
    finding,
    last_values,
    nearest_change,
    sized,
)
from driftline.detectors.kernels.lanes import ODDS_LANES, SHAPE_WINDOW
from driftline.detectors.kernels.names import CUSUM, NAMES, PAGE_HINKLEY, SHAPE, VARIANCE
from driftline.detectors.kernels.scratch import WEEK_MS, Batch
from driftline.detectors.levels import score_unit
from driftline.detectors.local_level import has_seen_a_day
from driftline.detectors.signals import BankSettings, is_rate
from driftline.detectors.state.arrays import Kept, Row
from driftline.detectors.watches import Watch
from driftline.detectors.whitening import to_score
from driftline.detectors.windows import reference_moments, told_spread

SURELY = 2.0  # standard errors
FIRST_DAY = 1.75  # judged: what was seen first is seldom the very noon or midnight


@dataclass(frozen=True)
class Scene:
    """A batch and the arrays as they were before it."""

    before: Kept
    batch: Batch
    settings: BankSettings

    def state(self, index: int, row: int) -> Row:
        """A signal after a row."""
        return state_after(self.before.arrays(), index, self.batch, row, self.settings)

    def detected(self, signal: str, detector: str, row: int, statistic: Statistic) -> Detected:
        """A detection at a row, with its time and offset."""
        time_ms, offset = int(self.batch.times_ms[row]), int(self.batch.offsets[row])
        return Detected(signal, detector, row, time_ms, offset, statistic)

    def of_kernel(self, name: str, index: int, row: int, test: int) -> Finding | None:
        """The finding of one of the kernel's tests; None where it is what the time of the day may do."""
        state = self.state(index, row)
        signal, fired = state.signal, fired_by(state.signal, test)
        at = self.detected(name, NAMES[test], row, fired.statistic)
        if fired.of == "mean":
            made = finding(at, state, change_towards(signal, fired.direction))
            is_news = test != PAGE_HINKLEY or exceeds_the_day(signal, made)
            return made if is_news and not comes_daily(state, made.began_ms, made.score) else None
        if fired.of == "shape":
            made = finding(at, state, last_values(signal, SHAPE_WINDOW, fired.direction, at))
            return replace(made, of="shape") if made.share else of_shape(made, signal)
        spread = spread_since(signal, fired.direction)
        made = finding(at, state, last_values(signal, spread.values, fired.direction, at))
        return of_variance(made, signal, spread)

    def per_signal(self, name: str, index: int, row: int, watch: Watch, update: int) -> Finding | None:
        """The finding of a per-signal detector at its update of this number.

        None when it is told already, or no more than what the signal's cycle is allowed to be off by.
        """
        state = self.state(index, row)
        signal = state.signal
        every = int(signal["every"])
        point = nearest_change(signal, watch.values_since_change(every, update))
        made = finding(self.detected(name, watch.name, row, watch.statistic(every)), state, point)
        allowed_sd = float(signal["allowance"]) * to_score(signal) * score_unit(signal)
        is_more = abs(made.effect_size_sd) >= allowed_sd and exceeds_the_day(signal, made)
        return (
            made
            if is_more and not comes_daily(state, made.began_ms, made.score) and watch.tells(made)
            else None
        )


class Spread(NamedTuple):
    """Since how many values the variance is another, and the ratio of the sd to what it was."""

    values: float
    ratio: float


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


def spread_since(signal: np.void, direction: int) -> Spread:
    """What the test of the variance has seen since it rose."""
    _, count, squares = signal["spreads"][0 if direction > 0 else 1].tolist()
    return Spread(count, sqrt(squares / max(count, 1.0)))


def of_variance(made: Finding, signal: np.void, spread: Spread) -> Finding:
    """The finding of a change of the variance: its effect says how much wider values lie."""
    before, after = told_spread(signal, spread.values, spread.ratio > 1)
    return sized(replace(made, before=before, after=after, effect_size_sd=spread.ratio - 1, of="variance"))


def of_shape(made: Finding, signal: np.void) -> Finding:
    """The finding of a change of a number's distribution, which is measured against the reference."""
    return replace(made, before=reference_moments(signal), of="shape")


class Fired(NamedTuple):
    """What a test of the kernel that has just fired says: which way, by what, and what has changed."""

    direction: int
    statistic: Statistic
    of: Literal["mean", "variance", "shape"] = "mean"


def fired_by(signal: np.void, test: int) -> Fired:
    """What the kernel's test has left in the record."""
    if test == PAGE_HINKLEY:
        rising = signal["ph_increase"] - signal["ph_increase_min"]
        falling = signal["ph_decrease_max"] - signal["ph_decrease"]
        drift = int(signal["ph_drift"])
        return Fired(drift, Statistic(float(rising if drift > 0 else falling), float(signal["ph_threshold"])))
    if test == VARIANCE:
        widened = int(signal["widened"])
        height = float(signal["spreads"][0 if widened > 0 else 1][0])
        return Fired(widened, Statistic(height, float(signal["spread_height"])), "variance")
    if test == SHAPE:
        wider = 1 if signal["recent"][0, 5] >= 0 else -1
        return Fired(
            wider, Statistic(float(signal["shape_statistic"]), float(signal["shape_height"])), "shape"
        )
    turned = int(signal["turned"])
    lanes, heights = signal["lanes"][0 if turned > 0 else 1], signal["heights"]
    if test == CUSUM:
        lane = int(np.argmax(lanes / heights))
        return Fired(turned, Statistic(float(lanes[lane]), float(heights[lane])))
    return Fired(turned, Statistic(float(signal["lanes"].sum()) / (2 * ODDS_LANES), float(heights[0])))
