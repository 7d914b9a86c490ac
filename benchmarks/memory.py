"""What a watched signal and a waiting prediction cost in memory, in a process of their own."""

import gc
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from benchmarks.events import EventMaker, Traffic
from stream_app.adapters.memory import MemoryRecord
from stream_app.config import Settings
from stream_app.pipeline import Shard

FIRST_MS = 1_790_000_000_000
CHUNK = 1_000
FEATURES, MODELS = 100, 10
WAITING = 50_000


def memory() -> dict[str, float]:
    """Bytes of resident memory per armed signal and per 1,000 waiting predictions."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as process:
        per_signal, signals = process.submit(bytes_per_signal).result()
        per_waiting = process.submit(bytes_per_waiting).result()
    return {
        "bytes_per_signal": round(per_signal),
        "signals": signals,
        "bytes_per_1000_waiting": round(1_000 * per_waiting),
    }


def bytes_per_signal() -> tuple[float, int]:
    """Ten models of 100 features, until all signals are armed; next to nothing waits for feedback."""
    settings = Settings.model_validate({"limits": {"predictions_waiting": 1, "ids_remembered": 1}})
    maker = EventMaker(FEATURES)
    shard = Shard(0, settings, summaries=False)
    apply(shard, records(maker, Traffic(CHUNK, FEATURES)))  # compiles, and fills what is filled once
    before, signals_before = resident_bytes(), shard.signals()
    events = records(maker, Traffic(int(2.5 * settings.defaults.warm_up) * MODELS, FEATURES, MODELS))
    apply(shard, events)
    signals = shard.signals() - signals_before
    return (resident_bytes() - before) / signals, signals


def bytes_per_waiting() -> float:
    """One model of 20 features; each prediction waits for behaviours and labels, and its id is remembered."""
    maker = EventMaker()
    shard = Shard(0, Settings(), summaries=False)
    apply(shard, records(maker, Traffic(5_000)))
    before = resident_bytes()
    apply(shard, islice(records(maker, Traffic(5_000 + WAITING)), 5_000, None))
    return (resident_bytes() - before) / WAITING


def records(maker: EventMaker, traffic: Traffic) -> Iterator[MemoryRecord]:
    """Events as a broker would deliver them."""
    for offset, message in enumerate(maker.messages(traffic, FIRST_MS)):
        yield MemoryRecord("driftline.predictions", 0, offset, message.time_ms, message.key, message.value)


def apply(shard: Shard, events: Iterator[MemoryRecord]) -> None:
    """Let a shard absorb records, a thousand at a time."""
    while chunk := list(islice(events, CHUNK)):
        shard.apply(chunk)


def resident_bytes() -> int:
    """Resident memory of this process, garbage aside."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
