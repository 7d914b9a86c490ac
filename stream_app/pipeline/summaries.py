"""Periodic summaries of every active signal, for dashboards, comparison and baselines."""

from collections.abc import Iterator

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
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.stream import Stream
from driftline.stream_app.monitoring.tables import Table
from driftline.stream_app.pipeline.outputs import JSON
from driftline.stream_app.pipeline.records import OutputRecord

MONTH_DAYS = 30
MONTH_MS = MONTH_DAYS * 86_400_000


def summaries_of(monitor: ModelMonitor, desk: AlarmDesk, sampling_rate: float) -> Iterator[OutputRecord]:
    """One record per signal that had values since the last call."""
    now = rfc3339(monitor.clock.now_ms)
    firing = {
        key_of(incident.version, incident.role, signal)
        for incident in desk.state.incidents
        for signal in incident.signals
    }
    standings = desk.state.standings
    for stream in monitor.streams.values():
        waits = {wait.signal: wait for wait in waits_of(stream, monitor.clock.tick_ms)}
        for table in stream.tables():
            if table.revision == table.summarised:
                continue
            table.summarised = table.revision
            requested = requested_per_30d(stream, table)
            for state in table.bank.states():
                key = key_of(stream.version, stream.role, state.name)
                summary = SignalSummary(
                    model=monitor.model,
                    version=stream.version,
                    role=stream.role,
                    signal=state.name,
                    time=now,
                    armed=state.armed,
                    phase=state.phase,
                    seen=state.seen,
                    recent=distribution(state.recent),
                    reference=reference(state, stream),
                    effect_size_sd=state.effect_size_sd,
                    firing=key in firing,
                    watch_only=state.name in standings and standings[state.name].watch_only,
                    sampling_rate=sampling_rate,
                    requested_false_alarms_per_30d=requested.get(state.name),
                    realised_alerts_per_30d=desk.tally.per_day(key) * MONTH_DAYS,
                    waits_for=waits_for(waits.get(state.name)),
                )
                subject = f"{stream.version}|{stream.role}|{state.name}"
                yield OutputRecord(summary_key(monitor.model, subject), encode(summary), JSON)


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
