"""Periodic summaries of every active signal, for dashboards, comparison and baselines."""

from collections.abc import Iterator, Set

from msgspec import structs

from detectors import Level, SignalState
from schemas import Distribution, Quantiles, Reference, SignalSummary, encode, rfc3339, summary_key
from stream_app.monitoring.model import ModelMonitor
from stream_app.monitoring.stream import Stream
from stream_app.pipeline.records import OutputRecord

HEADERS = [("content-type", b"application/json")]
Firing = Set[tuple[str, str, str]]


def summaries_of(monitor: ModelMonitor, firing: Firing, sampling_rate: float) -> Iterator[OutputRecord]:
    """One record per signal that had values since the last call; ``firing`` holds (version, role, signal)."""
    now = rfc3339(monitor.clock.now_ms)
    for stream in monitor.streams.values():
        for table in stream.tables():
            if table.revision == table.summarised:
                continue
            table.summarised = table.revision
            for state in table.bank.states():
                summary = SignalSummary(
                    model=monitor.model,
                    version=stream.version,
                    role=stream.role,
                    signal=state.name,
                    time=now,
                    armed=state.armed,
                    seen=state.seen,
                    recent=distribution(state.recent),
                    reference=reference(state, stream),
                    effect_size_sd=state.effect_size_sd,
                    firing=(stream.version, stream.role, state.name) in firing,
                    sampling_rate=sampling_rate,
                )
                subject = f"{stream.version}|{stream.role}|{state.name}"
                yield OutputRecord(summary_key(monitor.model, subject), encode(summary), HEADERS)


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
