"""Periodic summaries of every active signal, for dashboards, comparison and baselines."""

from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

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
from driftline.stream_app.monitoring.arming import Wait, waits_of
from driftline.stream_app.monitoring.category_shares import categories_of
from driftline.stream_app.monitoring.families import kind_of
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.stream import Stream
from driftline.stream_app.monitoring.tables import Table
from driftline.stream_app.monitoring.units import unit_of
from driftline.stream_app.pipeline.outputs import JSON
from driftline.stream_app.pipeline.records import OutputRecord

MONTH_DAYS = 30
MONTH_MS = MONTH_DAYS * 86_400_000
HEALTHY_EVERY_MS = 60_000
AILING = 0.5  # of the way to a finding


class Face(NamedTuple):
    """What of a signal is news at once; ``ailing``: it fires, learns, or is half-way to a finding."""

    armed: bool
    phase: str
    incident: str | None
    watch_only: bool
    ailing: bool


class Told(NamedTuple):
    """When a signal was summarised last, at which revision of its table, and how it was then."""

    time_ms: int
    revision: int
    face: Face


class Summariser:
    """Says how each signal of a model is: at each call when it ails or has changed, else once a minute.

    At most one ``Told`` per signal, about 200 bytes. It is no part of the state: after a restart all is told.
    """

    def __init__(self, monitor: ModelMonitor, desk: AlarmDesk) -> None:
        self._monitor = monitor
        self._desk = desk
        self._told: dict[str, Told] = {}

    def summaries(self, sampling_rate: float) -> Iterator[OutputRecord]:
        """One record per signal that had values since it was summarised, and whose turn it is."""
        told, self._told = self._told, {}
        incidents = {
            key_of(incident.version, incident.role, signal): incident.name
            for incident in self._desk.state.incidents
            for signal, member in incident.members.items()
            if not member.recovered
        }
        for stream in self._monitor.streams.values():
            waits = {wait.signal: wait for wait in waits_of(stream, self._monitor.clock.tick_ms)}
            for table in stream.tables():
                requested = requested_per_30d(stream, table)
                for index, signal in enumerate(table.bank.signals):
                    key = key_of(stream.version, stream.role, signal.name)
                    face = self._face(table, index, incidents.get(key))
                    self._told[key], is_due = self._turn(told.get(key), key, table.revision, face)
                    if is_due:
                        summary = self._summary(Place(stream, table, index), face)
                        yield record_of(
                            structs.replace(
                                summary,
                                sampling_rate=sampling_rate,
                                requested_false_alarms_per_30d=requested.get(signal.name),
                                waits_for=waits_for(waits.get(signal.name)),
                            )
                        )

    def _face(self, table: Table, index: int, incident: str | None) -> Face:
        name = table.bank.signals[index].name
        standing = self._desk.state.standings.get(name)
        armed, phase = table.bank.phase(index)
        ailing = incident is not None or not armed or table.bank.nearness(index) >= AILING
        return Face(armed, phase, incident, standing is not None and standing.watch_only, ailing)

    def _turn(self, told: Told | None, key: str, revision: int, face: Face) -> tuple[Told, bool]:
        """What is remembered of a signal from now on, and whether it is summarised now."""
        now_ms = self._monitor.clock.now_ms
        if told is None:  # the minutes of healthy signals do not all begin together
            spread_ms = crc32(key.encode()) % HEALTHY_EVERY_MS
            return Told(now_ms - spread_ms, revision, face), True
        if told.revision == revision and told.face == face:
            return told, False
        if not face.ailing and told.face == face and now_ms - told.time_ms < HEALTHY_EVERY_MS:
            return told, False
        return Told(now_ms, revision, face), True

    def _summary(self, place: "Place", face: Face) -> SignalSummary:
        stream, table, index = place
        state = table.bank.state(index)
        key = key_of(stream.version, stream.role, state.name)
        return SignalSummary(
            model=self._monitor.model,
            version=stream.version,
            role=stream.role,
            signal=state.name,
            time=rfc3339(self._monitor.clock.now_ms),
            armed=state.armed,
            phase=state.phase,
            seen=state.seen,
            recent=distribution(state.recent),
            reference=reference(state, stream),
            effect_size_sd=state.effect_size_sd,
            firing=face.incident is not None,
            watch_only=face.watch_only,
            sampling_rate=1.0,
            realised_alerts_per_30d=self._desk.tally.per_day(key) * MONTH_DAYS,
            kind=kind_of(state.name),
            incident=face.incident,
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
    subject = f"{summary.version}|{summary.role}|{summary.signal}"
    return OutputRecord(summary_key(summary.model, subject), encode(summary), JSON)


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
