"""The engine over records from anywhere but Kafka: files, standard input, memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from driftline.schemas import OLDEST_MS
from driftline.stream_app.adapters.baselines import read_baselines, write_baselines
from driftline.stream_app.adapters.garbage import seldom_collected
from driftline.stream_app.adapters.unwatched import Unwatched, unwatched
from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import OutputRecord, Records, Shard, SourceRecord

Sink = Callable[[OutputRecord], object]
DEFAULT_BATCH = 32_768  # what a shard sorts by model together
UNWATCHED_MAX = 1000  # in a summary; each is about 300 B


def ignore(record: OutputRecord) -> None:
    """Where outputs go that nobody asked for."""


@dataclass
class Sinks:
    """Where each kind of output goes; signals are not even made unless asked for.

    ``signals`` gets the summaries of every tick, ``latest`` one of each signal a batch at most: the one or
    the other.
    """

    alerts: Sink = ignore
    dead_letters: Sink = ignore
    audit: Sink = ignore
    signals: Sink | None = None
    latest: Sink | None = None
    baseline: Path | None = None


@dataclass
class Summary:
    """What a replay saw and said."""

    events: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    signals: int = 0
    incidents: int = 0
    alerts_by_status: dict[str, int] = field(default_factory=dict)
    alerts_by_kind: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    not_watched: list[Unwatched] = field(default_factory=list)
    first_refused: str = ""
    """Where the first record came from that could not be used, and why; empty if all could."""

    @property
    def events_per_second(self) -> float:
        return self.events / self.seconds if self.seconds > 0 else 0.0

    def to_builtins(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "rejected": self.rejected,
            "first_refused": self.first_refused or None,
            "not_watched": [each.to_builtins() for each in self.not_watched[:UNWATCHED_MAX]],
            "signals": self.signals,
            "incidents": self.incidents,
            "alerts": {"by_status": self.alerts_by_status, "by_kind": self.alerts_by_kind},
            "seconds": round(self.seconds, 3),
            "events_per_second": round(self.events_per_second, 1),
        }


def replay(
    records: Iterable[SourceRecord], settings: Settings, sinks: Sinks, batch_size: int = DEFAULT_BATCH
) -> Summary:
    """Run all records through one shard; the batch size changes nothing but the speed."""
    return replay_batches(batches(records, batch_size), settings, sinks)


@seldom_collected()
def replay_batches(batches: Iterable[Records], settings: Settings, sinks: Sinks) -> Summary:
    """The same of records that are together already."""
    baselines = read_baselines(settings)
    shard = Shard(
        0,
        settings,
        summaries="every" if sinks.signals else "latest" if sinks.latest else None,
        baselines=baselines,
        earliest_ms=OLDEST_MS,
    )
    started = perf_counter()
    first_refused = ""
    for batch in batches:
        shard.apply(batch)
        for alert in shard.take_alerts():
            sinks.alerts(alert)
        for letter in shard.take_dead_letters():
            first_refused = first_refused or place_and_sentence(letter)
            sinks.dead_letters(letter)
        for record in shard.take_audit():
            sinks.audit(record)
        if (hear := sinks.signals or sinks.latest) is not None:
            for summary in shard.take_summaries():
                hear(summary)
    if sinks.baseline is not None:
        write_baselines(sinks.baseline, shard)
    return replace(summary_of(shard, perf_counter() - started), first_refused=first_refused)


def place_and_sentence(letter: OutputRecord) -> str:
    """Where a dead letter's record came from, lines counted from 1, and what was wrong with it."""
    told = orjson.loads(letter.value)
    source = told["source"]
    return f"{source['topic']}:{source['offset'] + 1}: {told['sentence']}"


def summary_of(shard: Shard, seconds: float) -> Summary:
    """What the shard counted."""
    counters = shard.counters
    by_status: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    for model in shard.models.values():
        for (kind, status), count in model.watch.announced.items():
            by_kind[kind] += count
            by_status[status] += count
    return Summary(
        events=sum(counters.events.values()) + sum(counters.rejected.values()),
        rejected={str(reason): count for reason, count in sorted(counters.rejected.items())},
        signals=shard.signals(),
        incidents=sum(model.watch.incidents for model in shard.models.values()),
        alerts_by_status={str(status): count for status, count in sorted(by_status.items())},
        alerts_by_kind={str(kind): count for kind, count in sorted(by_kind.items())},
        seconds=seconds,
        not_watched=unwatched(shard),
    )


def batches(records: Iterable[SourceRecord], size: int) -> Iterator[Records]:
    """The records, ``size`` at a time, the last ones fewer."""
    source = iter(records)
    while batch := list(islice(source, size)):
        yield Records.of(batch)
