"""Periodic summaries of every active signal, for dashboards, comparison and baselines."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import structs

from driftline.detectors import Level, SignalState
from driftline.schemas import (
    Distribution,
    Quantiles,
    Reference,
    SignalSummary,
    WaitsFor,
    encode,
    rfc3339,
    summary_key,
)
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.incident import key_of
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.rows.tables import Table
from driftline.stream_app.monitoring.signals.families import kind_of
from driftline.stream_app.monitoring.signals.units import unit_of
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.arming import Wait, waits_of
from driftline.stream_app.monitoring.streams.category_shares import categories_of
from driftline.stream_app.monitoring.streams.stream import Stream
from driftline.stream_app.pipeline.outputs import JSON
from driftline.stream_app.pipeline.records import OutputRecord
from driftline.stream_app.pipeline.turns import News, Turns

MONTH_DAYS = 30
MONTH_MS = MONTH_DAYS * 86_400_000


class Summariser:
    """Says how each signal of a model is: at each call when it ails or has changed, else once a minute.

    What was told is no part of the state: after a restart all is told.
    """

    def __init__(self, monitor: ModelMonitor, desk: AlarmDesk) -> None:
        self._monitor = monitor
        self._desk = desk
        self._turns: dict[tuple[StreamKey, str], Turns] = {}
        self._numbers: dict[str, int] = {}  # of the incidents that are open, in the order of their opening

    def summaries(self, sampling_rate: float) -> Iterator[OutputRecord]:
        """One record per signal that had values since it was summarised, and whose turn it is."""
        turns, self._turns = self._turns, {}
        incidents = self._incidents()
        watch_only = frozenset(name for name, each in self._desk.state.standings.items() if each.watch_only)
        now_ms = self._monitor.clock.now_ms
        for key, stream in self._monitor.streams.items():
            open_here = incidents.get(key, {})
            news = News({name: self._numbers[opened] for name, opened in open_here.items()}, watch_only)
            for table in stream.tables():
                place, signals = (key, table.name), table.bank.signals
                theirs = turns.get(place)
                if theirs is None or theirs.signals != signals:
                    theirs = Turns(key, signals, theirs)
                self._turns[place] = theirs
                if theirs.has_news(table.revision, news):
                    due = theirs.take(table.bank.looks(), news, table.revision, now_ms)
                    yield from self._told(stream, table, due, open_here, sampling_rate)

    def _incidents(self) -> dict[StreamKey, dict[str, str]]:
        """The names of the incidents that are open, by stream and signal."""
        found: dict[StreamKey, dict[str, str]] = {}
        incidents = self._desk.state.incidents
        highest = max(self._numbers.values(), default=0)
        known, self._numbers = self._numbers, {}
        for incident in incidents:
            number = known.get(incident.name, 0)
            if not number:
                number = highest = highest + 1
            self._numbers[incident.name] = number
            for signal, member in incident.members.items():
                if not member.recovered:
                    found.setdefault(member.evidence.stream, {})[signal] = incident.name
        return found

    def _told(
        self, stream: Stream, table: Table, due: list[int], incidents: Mapping[str, str], sampling_rate: float
    ) -> Iterator[OutputRecord]:
        """The summaries of the signals at these places of a table."""
        if not due:
            return
        waits = {wait.signal: wait for wait in waits_of(stream, self._monitor.clock.tick_ms)}
        requested = requested_per_30d(stream, table)
        for index in due:
            name = table.bank.signals[index].name
            summary = self._summary(Place(stream, table, index), incidents.get(name))
            yield record_of(
                structs.replace(
                    summary,
                    sampling_rate=sampling_rate,
                    requested_false_alarms_per_30d=requested.get(name),
                    waits_for=waits_for(waits.get(name)),
                )
            )

    def _summary(self, place: "Place", incident: str | None) -> SignalSummary:
        stream, table, index = place
        state = table.bank.state(index)
        key = key_of(stream.key, state.name)
        standing = self._desk.state.standings.get(state.name)
        return SignalSummary(
            model=self._monitor.model,
            version=stream.version,
            role=stream.role,
            segment=stream.segment,
            signal=state.name,
            time=rfc3339(self._monitor.clock.now_ms),
            armed=state.armed,
            phase=state.phase,
            seen=state.seen,
            recent=distribution(state.recent),
            reference=reference(state, stream),
            effect_size_sd=state.effect_size_sd,
            firing=incident is not None,
            watch_only=standing is not None and standing.watch_only,
            sampling_rate=1.0,
            realised_alerts_per_30d=self._desk.tally.per_day(key) * MONTH_DAYS,
            kind=kind_of(state.name),
            incident=incident,
            nearness=table.bank.nearness(index) if state.armed else None,
            unit=unit_of(state.name, self._monitor.plan, share=table.bank.is_share(index)),
            categories=categories_of(table, index),
        )


class Place(NamedTuple):
    """Where a signal is watched."""

    stream: Stream
    table: Table
    place: int


def record_of(summary: SignalSummary) -> OutputRecord:
    """A summary as it travels, under the key of its signal."""
    place = {name: getattr(summary, name) for name in ("model", "version", "role", "segment", "signal")}
    return OutputRecord(summary_key(**place), encode(summary), JSON)


def requested_per_30d(stream: Stream, table: Table) -> dict[str, float]:
    """False alarms in 30 days at the present rate of values, for signals that were asked for a number."""
    asked = stream.asked_of(table)
    rates = table.bank.rates().tolist()
    return {
        signal.name: rate * MONTH_MS / asked[signal.name]
        for signal, rate in zip(table.bank.signals, rates, strict=True)
        if signal.name in asked
    }


def waits_for(wait: Wait | None) -> WaitsFor | None:
    """What a signal lacks that is not armed, as it travels."""
    if wait is None:
        return None
    ready_at = None if wait.ready_ms is None else rfc3339(wait.ready_ms)
    return WaitsFor(values=wait.seen, of=wait.needed, ready_at=ready_at)


def distribution(level: Level) -> Distribution:
    """A level of a signal as it travels."""
    if not level.count:
        return Distribution(count=0, missing=level.missing)
    return Distribution(
        count=level.count,
        missing=level.missing,
        mean=level.mean,
        sd=level.sd,
        minimum=level.minimum,
        maximum=level.maximum,
        quantiles=None if level.quantiles is None else Quantiles(*level.quantiles),
    )


def reference(state: SignalState, stream: Stream) -> Reference | None:
    """What the signal was when it was healthy, and where that is known from."""
    level = state.reference
    if level is None:
        return None
    learned_from = stream.learned_from(state.name)
    return Reference(**structs.asdict(distribution(level)), learned_from=learned_from)
