"""The latest summary of every signal, sorted, filtered and paged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite
from typing import Final, Literal, NamedTuple

import msgspec

from driftline.schemas import SignalSummary
from driftline.schemas.summaries import called
from driftline.stream_app.dashboard.records import time_ms

MINUTE_MS: Final = 60_000
PAGE: Final = 50
VOLUME: Final = "volume:"
SIGNALS_MAX: Final = 200_000
"""About 1.6 kB each, so 320 MB; beyond, those whose model is silent longest are forgotten."""
KEPT_MS: Final = 7 * 86_400_000
"""What nothing was heard of for so long (of a version that is gone) is forgotten, as the topic forgets it."""

Column = Literal["signal", "kind", "now", "reference", "effect", "nearness", "phase", "budget"]
COLUMNS: Final[tuple[Column, ...]] = (
    "signal",
    "kind",
    "now",
    "reference",
    "effect",
    "nearness",
    "phase",
    "budget",
)
_DECODER: Final = msgspec.json.Decoder(SignalSummary)


class Point(NamedTuple):
    """A signal in one minute (of event time, since the epoch); low and high are at 5 and 95 per cent."""

    minute: int
    mean: float | None
    low: float | None
    high: float | None
    effect: float | None
    nearness: float | None
    values: int
    firing: bool


@dataclass(slots=True)
class Signal:
    """A signal, when it was last heard of on the wall, and the event time of what was heard."""

    key: str
    summary: SignalSummary
    heard_ms: int
    time_ms: int  # event time


class Stream(NamedTuple):
    """A version of a model in a role."""

    model: str
    version: str
    role: str


@dataclass
class Tally:
    """What a stream's signals add up to."""

    signals: int = 0
    armed: int = 0
    firing: int = 0
    event_ms: int = 0
    heard_ms: int = 0
    nearest: float = 0.0
    requested_per_30d: float = 0.0
    sampling_rate: float = 1.0
    volume_key: str = ""  # of the signal that counts its traffic


@dataclass(frozen=True)
class Query:
    """Which signals, in which order, which page (from 1)."""

    model: str
    text: str = ""
    kind: str = ""
    version: str = ""
    only: str = ""  # firing, near, learning
    sort: Column = "nearness"
    descending: bool = True
    page: int = 1


@dataclass
class Found:
    """A page of signals, and how many there are on all."""

    signals: list[Signal] = field(default_factory=list)
    total: int = 0
    page: int = 1
    pages: int = 1


class Signals:
    """All signals by key, ``model|version|role|signal``."""

    def __init__(self) -> None:
        self.by_key: dict[str, Signal] = {}
        self.revision = 0
        self._tallies: tuple[int, dict[Stream, Tally]] = (-1, {})

    def hear(self, key: str, summary: SignalSummary, heard_ms: int) -> Point:
        """Take up a summary; the minute that it is about."""
        self.revision += 1
        self.by_key[key] = Signal(key, summary, heard_ms, time_ms(summary.time))
        if len(self.by_key) > SIGNALS_MAX:
            del self.by_key[min(self.by_key, key=lambda each: self.by_key[each].heard_ms)]
        return point_of(summary)

    def forget_silent(self) -> None:
        """Drop what was heard of last a week before the latest."""
        since_ms = max((signal.heard_ms for signal in self.by_key.values()), default=0) - KEPT_MS
        kept = {key: signal for key, signal in self.by_key.items() if signal.heard_ms >= since_ms}
        if len(kept) < len(self.by_key):
            self.revision += 1
            self.by_key = kept

    def tallies(self) -> dict[Stream, Tally]:
        """By stream, in alphabetical order; added up once for each state."""
        if self._tallies[0] != self.revision:
            self._tallies = (self.revision, dict(sorted(tallied(self.by_key.values()).items())))
        return self._tallies[1]

    def of_model(self, model: str) -> list[Signal]:
        """A model's signals."""
        return [signal for signal in self.by_key.values() if signal.summary.model == model]

    def find(self, query: Query) -> Found:
        """The page that a query asks for; a page beyond the last is the last."""
        found = [signal for signal in self.of_model(query.model) if fits(signal.summary, query)]
        found.sort(key=lambda signal: signal.key)
        known = [signal for signal in found if rank_of(signal.summary, query.sort) is not None]
        unknown = [signal for signal in found if rank_of(signal.summary, query.sort) is None]
        known.sort(key=lambda signal: rank_of(signal.summary, query.sort) or 0, reverse=query.descending)
        pages = max(-(-len(found) // PAGE), 1)
        page = min(max(query.page, 1), pages)
        shown = [*known, *unknown][(page - 1) * PAGE : page * PAGE]
        return Found(shown, len(found), page, pages)


def decode_summary(value: bytes) -> SignalSummary:
    """A summary from its record.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return _DECODER.decode(value)


def point_of(summary: SignalSummary) -> Point:
    """A summary as a point of its signal's history."""
    recent = summary.recent
    quantiles = recent.quantiles
    return Point(
        minute=time_ms(summary.time) // MINUTE_MS,
        mean=recent.mean,
        low=None if quantiles is None else quantiles.p05,
        high=None if quantiles is None else quantiles.p95,
        effect=summary.effect_size_sd,
        nearness=summary.nearness,
        values=recent.count,
        firing=summary.firing,
    )


def tallied(signals: Iterable[Signal]) -> dict[Stream, Tally]:
    """Signals added up by stream."""
    tallies: dict[Stream, Tally] = {}
    for signal in signals:
        summary = signal.summary
        tally = tallies.setdefault(Stream(summary.model, summary.version, summary.role), Tally())
        tally.signals += 1
        tally.armed += summary.armed
        tally.firing += summary.firing
        tally.heard_ms = max(tally.heard_ms, signal.heard_ms)
        tally.nearest = max(tally.nearest, summary.nearness or 0.0)
        tally.requested_per_30d += summary.requested_false_alarms_per_30d or 0.0
        tally.event_ms = max(tally.event_ms, signal.time_ms)
        if summary.signal.startswith(VOLUME) and not summary.segment:
            tally.volume_key = signal.key
        tally.sampling_rate = min(tally.sampling_rate, summary.sampling_rate)
    return tallies


def fits(summary: SignalSummary, query: Query) -> bool:
    """Whether a signal is asked for."""
    return (
        (not query.text or query.text.lower() in called(summary.signal, summary.segment).lower())
        and (not query.kind or query.kind == summary.kind)
        and (not query.version or query.version == summary.version)
        and (query.only != "firing" or summary.firing)
        and (query.only != "near" or (summary.nearness or 0.0) >= 0.5)
        and (query.only != "learning" or not summary.armed)
    )


def rank_of(summary: SignalSummary, column: Column) -> float | str | None:
    """What a column sorts by; None sorts last whichever way."""
    match column:
        case "signal":
            return summary.signal
        case "kind":
            return summary.kind
        case "phase":
            return summary.phase
        case "now":
            number = summary.recent.mean
        case "reference":
            number = None if summary.reference is None else summary.reference.mean
        case "effect":
            number = None if summary.effect_size_sd is None else abs(summary.effect_size_sd)
        case "nearness":
            number = 2.0 if summary.firing else summary.nearness
        case "budget":
            number = summary.requested_false_alarms_per_30d
    return number if number is not None and isfinite(number) else None
