"""The engine over records from anywhere but Kafka: files, standard input, memory."""

from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

import orjson

from driftline.schemas import OLDEST_MS
from driftline.stream_app.adapters.baselines import read_baselines, write_baselines
from driftline.stream_app.adapters.garbage import seldom_collected
from driftline.stream_app.adapters.unwatched import Unwatched, unwatched
from driftline.stream_app.config import Settings
from driftline.stream_app.outputs import Output, Sink
from driftline.stream_app.pipeline import OutputRecord, Records, Shard, SourceRecord

DEFAULT_BATCH = 32_768  # what a shard sorts by model together
UNWATCHED_MAX = 1000  # in a summary; each is about 300 B


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


@seldom_collected()
def replay(
    batches: Iterable[Records],
    settings: Settings,
    *sinks: Sink,
    summaries: Literal["every", "latest"] | None = None,
    baseline: Path | None = None,
) -> Summary:
    """Run all records through one shard; how they are batched changes nothing but the speed.

    Args:
        sinks: each of them gets everything that is said.
        summaries: of signals, at every tick, or the latest of each a batch at most; None: none are even made.
        baseline: a file for what was learned.
    """
    baselines = read_baselines(settings)
    shard = Shard(0, settings, summaries=summaries, baselines=baselines, earliest_ms=OLDEST_MS)
    started = perf_counter()
    first_refused = ""
    for batch in batches:
        shard.apply(batch)
        said = taken(shard)
        if said["dead_letters"] and not first_refused:
            first_refused = place_and_sentence(said["dead_letters"][0])
        for sink in sinks:
            without_waiting(given(sink, said))
    if baseline is not None:
        write_baselines(baseline, shard)
    return replace(summary_of(shard, perf_counter() - started), first_refused=first_refused)


def taken(shard: Shard) -> dict[Output, list[OutputRecord]]:
    """All that a shard says; no checkpoint waits for it."""
    return {
        "alerts": shard.take_alerts(),
        "dead_letters": shard.take_dead_letters(),
        "audit": shard.take_audit(),
        "signals": shard.take_summaries(),
    }


async def given(sink: Sink, said: dict[Output, list[OutputRecord]]) -> None:
    """Write all of it."""
    for output, records in said.items():
        await sink.write(output, records)
    await sink.flush()


def without_waiting(step: Coroutine[Any, Any, None]) -> None:
    """Run a step that waits for nothing. It needs no event loop of its own where, as in a notebook, one runs.

    Raises:
        RuntimeError: it does wait.
    """
    try:
        step.send(None)
    except StopIteration:
        return
    step.close()
    raise RuntimeError("a sink of a replay may take its time, but there is no event loop that it can await")


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


def batches(records: Iterable[SourceRecord], size: int = DEFAULT_BATCH) -> Iterator[Records]:
    """The records, ``size`` at a time, the last ones fewer."""
    source = iter(records)
    while batch := list(islice(source, size)):
        yield Records.of(batch)
