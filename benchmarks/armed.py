"""Many models that have long been watched, in one shard, while it catches up: what each of them adds.

One model learns; the others are its state under names of their own, as after a restart. All figures are
processor time, since others use the machine too.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from statistics import median
from time import process_time
from typing import NamedTuple, TypeVar

from benchmarks.events import EventMaker, model_name
from driftline.stream_app.adapters.garbage import spare_the_garbage_collector
from driftline.stream_app.adapters.worker.intake import records_at_once
from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.pipeline import Record, Records, Recovery, Shard, recover

FIRST_MS = 1_790_000_000_000
SPACING_MS = 100.0  # between two events of a model
LEARNED_EVENTS = 5_000  # the warm-up, and as much again
EVENTS = 60_000
EVENTS_OF_MODEL = 120  # at least: each has a tick
WARM_EVENTS_OF_MODEL = 50  # before the clock runs
ROUNDS = 3
TICKS = 1_000
TOPIC = "driftline.predictions"
VERSION = "2026-11-01"  # of the events
T = TypeVar("T")


class Learned(NamedTuple):
    """The state records of one model that has learned."""

    settings: Settings
    features: int
    state: list[tuple[bytes, bytes | None]]

    @classmethod
    def model(cls, features: int = 20) -> "Learned":
        """One that has seen ``LEARNED_EVENTS`` events."""
        settings = Settings.model_validate({"limits": {"models": 10_000}})
        shard = Shard(0, settings, 1, summaries="latest")
        absorb(shard, features, 1, LEARNED_EVENTS, 0)
        (cut,) = shard.cut([model_name(0)])
        return cls(settings, features, [(record.key, record.value) for record in cut.records])

    def copies(self, models: int) -> list[tuple[bytes, bytes | None]]:
        """The state of so many models. A key ends with the name of its model, wherever it stands."""
        mine = f"|{model_name(0)}".encode()
        assert models <= 1_000, "names of more digits would change the length of keys in the heads"
        return [
            (key.replace(mine, name), value and value.replace(mine, name))
            for name in (f"|{model_name(place)}".encode() for place in range(models))
            for key, value in self.state
        ]

    def recovered(self, models: int) -> Recovery:
        """A shard with so many models."""
        recovery = recover(0, self.settings, self.copies(models))
        if recovery.unreadable:
            raise RuntimeError(f"{recovery.unreadable[0]}")
        recovery.shard.start_at(TOPIC, LEARNED_EVENTS)  # below that they have absorbed everything
        return recovery


def absorb(shard: Shard, features: int, models: int, events: int, before: int) -> float:
    """Let a shard absorb events of its models in turn, ``before`` of each came earlier; seconds per event."""
    maker, names = EventMaker(features), [model_name(place) for place in range(models)]
    first = shard.positions.get(TOPIC, 0)

    def record(place: int) -> Record:
        turn, model = divmod(place, models)
        time_ms = FIRST_MS + int((before + turn) * SPACING_MS)
        value = maker.event(before * models + place, names[model], time_ms)  # no id comes twice
        return Record(TOPIC, 0, first + place, time_ms, names[model].encode(), value)

    records = map(record, range(events))
    seconds = 0.0
    left = events
    for batch in batches(records, records_at_once(models)):
        left -= len(batch)
        began = process_time()
        shard.apply(batch, more=left > 0)
        seconds += process_time() - began
        shard.take_alerts()
    return seconds / events


def batches(records: Iterator[Record], at_once: int) -> Iterator[Records]:
    """As many at a time as a worker takes."""
    while some := list(islice(records, at_once)):
        yield Records.of(some)


def seconds_per_event(models: int, features: int = 20) -> float:
    """Of so many models with so many features."""
    shard = Learned.model(features).recovered(models).shard
    warm = WARM_EVENTS_OF_MODEL
    absorb(shard, features, models, warm * models, LEARNED_EVENTS)
    spare_the_garbage_collector()  # as a worker does
    events = max(EVENTS * 20 // features, EVENTS_OF_MODEL * models)
    return absorb(shard, features, models, events, LEARNED_EVENTS + warm)


def seconds_per_tick() -> float:
    """Of a healthy model, with a look at all its signals and nothing to say of them.

    A signal whose minute is over is summarised; that costs as much as the minute is worth.
    """
    recovery = Learned.model().recovered(1)
    watch = recovery.shard.models[model_name(0)].watch
    table = watch.monitor.streams[StreamKey(VERSION, "live")].predictions
    watch.summarise()
    seconds = []
    for _ in range(TICKS):
        table.revision += 1  # as if values had come
        began = process_time()
        watch._orders.append(0)  # of the event that ticks
        watch._tick(FIRST_MS, may_wait=False)  # in a row with others it is cheaper
        told = list(watch._summariser.summaries(1.0))
        seconds.append(process_time() - began)
        assert not told
    return median(seconds)


class Restored(NamedTuple):
    """How long it took to take up so many signals."""

    signals: int
    seconds: float


def restore_in_process(models: int, features: int) -> Restored:
    """The state of so many models into a shard."""
    learned = Learned.model(features)
    began = process_time()
    recovery = learned.recovered(models)
    return Restored(recovery.shard.signals(), process_time() - began)


def apart(measure: Callable[..., T], *arguments: int) -> T:
    """A measurement in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as process:
        return process.submit(measure, *arguments).result()


def medians(measures: dict[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """In rounds, so that what disturbs the machine for a while disturbs all of them."""
    runs = [{name: measure() for name, measure in measures.items()} for _ in range(rounds)]
    return {name: median(run[name] for run in runs) for name in measures}
