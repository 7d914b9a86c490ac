"""Trouble that no detector was made for: noises, sizes and directions beside those of the scoreboard's grid.

    python -m benchmarks.quality --only trouble_alarms --only trouble_delays --only heirs

Shifts of 0.35, 0.7 and 1.4 sd, rates and variances that fall or grow slowly; longer memories, calm and wild
stretches, scales that drift; rounded and floored numbers; rates of 0.5 and 0.01; numbers that come every two
or every hundred minutes; attributes of data sets that river ships. Heirs take over what an older version has
learned, at once or through a snapshot as from a baseline file, and see the same data as before. Seeds and
sizes were fixed before anything was tuned by them.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from benchmarks.quality import arl, delay
from benchmarks.quality.blends import Blend
from benchmarks.quality.changes import CHANGES, TROUBLES, Change, Kind
from benchmarks.quality.contestants import OURS, Driftline, Setting
from benchmarks.quality.datasets import examples_of
from benchmarks.quality.episodes import episodes
from benchmarks.quality.feed import Batch, Feed
from benchmarks.quality.noises import NOISES, Classes, Flags, Matrix, Noise, Source, Times, zipf
from driftline.detectors import Bank, Transform

Row = dict[str, Any]
SIGNALS, FALSE_ALARMS, REQUESTED = 64, 64, 1e4
LONG, SHORT = 20_000, 2_000
MINUTE_MS = 60_000
LARGER_OF_TWO_SD = 0.5642  # by so much the larger of two normal values is higher on average: 1 / sqrt(pi)
HEIR_AT = 25_000


@dataclass(frozen=True)
class Resampled:
    """Attributes of a data set that river ships, drawn at random with replacement: an attribute per signal.

    A change keeps to values that there are: a share of the values is the larger, or smaller, of two.
    """

    dataset: str
    transform: Transform = Transform.VALUE
    phi: float = 0.0
    cyclic: bool = False
    kinds: tuple[Kind, ...] = ("mean",)

    @property
    def id(self) -> str:
        return f"{self.dataset} resampled"

    def columns(self) -> Matrix:
        """The attributes that are not the same in all examples [examples, attributes]."""
        rows = [[float(value) for value in x.values()] for x, _ in examples_of(self.dataset)]
        matrix = np.array(rows)
        return matrix[:, np.ptp(matrix, axis=0) > 0]

    def source(self, random: np.random.Generator, columns: int) -> Source:
        attributes, places = self.columns(), np.arange(columns)
        count = attributes.shape[1]
        given = attributes[:, places % count]
        rises = (places // count if columns > count else places) % 2 == 0

        def next_values(times_ms: Times, share: Matrix | float, change: Change | None) -> Matrix:
            shape = (len(times_ms), columns)
            one, other = (given[random.integers(len(given), size=shape), places] for _ in range(2))
            if change is None:
                return one
            moved = random.random(shape) < share * change.size / LARGER_OF_TWO_SD
            towards = np.where(rises, np.maximum(one, other), np.minimum(one, other))
            return np.where(moved, towards, one)

        return next_values


def blend(walk: str = "iid", shape: str = "normal", spacing_ms: int = MINUTE_MS) -> Blend:
    """Without a cycle, a value a minute."""
    return Blend(walk, shape, "flat", spacing_ms)


WALKS = ("ar_20", "ar_97", "ar2", "beats", "garch", "garch_ar_50", "scale_drifts")
NEW: dict[str, Noise] = {
    noise.id: noise
    for noise in (
        *(blend(walk) for walk in WALKS),
        *(blend("iid", shape) for shape in ("heavy", "rounded", "floored", "whole")),
        *(blend("ar_90", shape) for shape in ("skewed", "heavy", "whole")),
        *(blend(spacing_ms=minutes * MINUTE_MS) for minutes in (2, 100)),
        Flags("bernoulli_01", 0.01),
        Classes("categories_90", zipf(90), swapped=(1, 7)),
        *(Resampled(name) for name in ("Bananas", "Phishing", "ImageSegments", "Shuttle")),
    )
}
EVERY_NOISE: dict[str, Noise] = NOISES | NEW
EVERY_CHANGE = CHANGES | TROUBLES
BETWEEN = ("mean_035", "mean_07", "mean_14")
HEIRS = ("gaussian", "ar_90", "daily_weekly_ar_50", "bernoulli_06", "categories_50", "categories_90")
HEIR_CHANGES = {"bernoulli_06": "rate_2", "categories_50": "class_swap", "categories_90": "class_swap"}


def pairs() -> Iterator[tuple[str, str]]:
    """Noise and change of each row of the table of delays."""
    for noise in ("gaussian", "student_t3", "log_normal", "ar_50"):
        yield from ((noise, change) for change in (*BETWEEN, "variance_half"))
    yield from (("gaussian", change) for change in ("variance_15", "variance_gradual"))
    for noise in ("bernoulli_50", "bernoulli_06", "bernoulli_01"):
        yield from ((noise, change) for change in ("rate_half", "rate_third", "rate_2"))
    for noise in NEW.values():
        if isinstance(noise, Blend):
            yield from ((noise.id, change) for change in ("mean_05", "mean_14", "variance_2"))
        elif isinstance(noise, Resampled):
            yield from ((noise.id, change) for change in ("mean_025", "mean_05"))
    yield "categories_90", "class_swap"


def spaced(feed: Feed) -> Feed:
    """Values as far apart as their noise says."""
    own = feed.noise.spacing_ms if isinstance(feed.noise, Blend) else feed.spacing_ms
    return replace(feed, spacing_ms=own)


def false_alarms(noise: str, warm_up: int) -> Row:
    """Realised ÷ requested, as in the scoreboard's own table."""
    feed = arl.healthy_feed("gaussian", warm_up, REQUESTED, SIGNALS, FALSE_ALARMS)
    kind = EVERY_NOISE[noise]
    feed = spaced(replace(feed, noise=kind, spacing_ms=arl.spacing_ms(kind, warm_up)))
    measured = arl.measure(OURS, feed, warm_up, REQUESTED)
    return {"contestant": OURS, "noise": noise, "warm_up": warm_up} | asdict(measured)


def delays(noise: str, change: str) -> Row:
    """As in the scoreboard's own table."""
    feed = spaced(delay.scenario(EVERY_NOISE[noise], EVERY_CHANGE[change], LONG, REQUESTED, SIGNALS))
    measured = delay.measure(OURS, feed, LONG, REQUESTED)
    figures = asdict(measured) | {"ratio": measured.ratio}
    return {"contestant": OURS, "noise": noise, "change": change, "requested": REQUESTED} | figures


class Heir:
    """A bank that at a row begins anew with the references of the one before, as a new version does.

    by_snapshot: through a snapshot, as with a baseline file.
    """

    def __init__(self, setting: Setting, at: int, *, by_snapshot: bool) -> None:
        self.setting, self.at, self.by_snapshot = setting, at, by_snapshot
        self.old, self.new = Driftline(setting), Driftline(setting)
        self.inherited = False

    def update(self, batch: Batch) -> list[arl.Alarm]:
        before = batch.offsets < self.at
        alarms = self.old.update(Batch(*(part[before] for part in batch))) if before.any() else []
        if before.all():
            return alarms
        if not self.inherited:
            old = self.old.bank
            if self.by_snapshot:
                old = Bank.restore(old.settings, old.snapshot())
            self.new.bank.inherit(old, [signal.name for signal in old.signals])
            self.inherited = True
        return alarms + self.new.update(Batch(*(part[~before] for part in batch)))


def heirs(noise: str, by_snapshot: bool) -> Row:
    """Realised ÷ requested of signals that begin with what others have learned, and delays of a change."""
    kind = EVERY_NOISE[noise]
    spacing, change = arl.spacing_ms(kind, LONG), EVERY_CHANGE[HEIR_CHANGES.get(noise, "mean_05")]
    setting = Setting(kind.transform, SIGNALS, LONG, REQUESTED)
    rows = HEIR_AT + arl.horizon_values(REQUESTED, SIGNALS, FALSE_ALARMS)
    healthy = Feed(kind, SIGNALS, rows, spacing)
    alarms = arl.run(healthy, Heir(setting, HEIR_AT, by_snapshot=by_snapshot))
    since = [alarm for alarm in alarms if alarm.offset >= HEIR_AT]
    found = arl.realised(episodes(since, arl.OPEN_SHARE * REQUESTED), healthy, HEIR_AT, REQUESTED)
    limit = delay.optimum_values(kind, change, REQUESTED)
    changes_at = HEIR_AT + delay.HEALTHY_VALUES + np.arange(SIGNALS) * (1_440 // SIGNALS)
    rows = int(changes_at[-1] + max(1_000, delay.HORIZON_LIMITS * limit))
    changing = Feed(kind, SIGNALS, rows, spacing, change=change, changes_at=changes_at)
    alarms = arl.run(changing, Heir(setting, HEIR_AT, by_snapshot=by_snapshot))
    late = delay.measured([alarm for alarm in alarms if alarm.offset >= HEIR_AT], changing, limit)
    return {
        **{"contestant": OURS, "noise": noise, "from": "snapshot" if by_snapshot else "bank"},
        **{"episodes": found.episodes, "ratio": found.ratio, "low": found.low, "high": found.high},
        **{"change": change.id, "mean": late.mean, "missed": late.missed, "delay_ratio": late.ratio},
    }
