"""What a watched signal and a waiting prediction cost in memory, in a process of their own."""

import ctypes
import gc
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.events import EventMaker, Traffic
from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Record, Records, Shard

FIRST_MS = 1_790_000_000_000
CHUNK = 1_000
FEATURES, MODELS = 100, 10
WAITING = 50_000
BANKS, NUMBERS = 100, 20
DAY_MS, STEP_MS = 86_400_000, 300_000


def memory() -> dict[str, float]:
    """Bytes of resident memory per armed signal of a model, per number, and per 1,000 waiting predictions."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as process:
        signals = process.submit(of_signals).result()
        waiting = process.submit(of_waiting_predictions).result()
        flat, cyclic = (process.submit(of_numbers, height).result() for height in (0.0, 1.0))
    return {
        "bytes_per_number": round(flat.held_bytes),
        "bytes_per_number_with_a_cycle": round(cyclic.held_bytes),
        "bytes_per_signal": round(signals.held_bytes),
        "resident_bytes_per_signal": round(signals.resident_bytes),
        "bytes_per_1000_waiting": round(1_000 * waiting.held_bytes),
        "resident_bytes_per_1000_waiting": round(1_000 * waiting.resident_bytes),
    }


class Memory(NamedTuple):
    """Of a process: what is resident, and what is left of it when the allocator gives back what is free."""

    resident_bytes: float
    held_bytes: float

    def growth(self, before: "Memory", things: int) -> "Memory":
        """What each of so many things added."""
        resident = (self.resident_bytes - before.resident_bytes) / things
        return Memory(resident, (self.held_bytes - before.held_bytes) / things)


def of_signals() -> Memory:
    """Nine models of 100 features, until all signals are armed, beside one that is; next to nothing waits for
    feedback.
    """
    settings = Settings.model_validate({"limits": {"predictions_waiting": 1, "ids_remembered": 1}})
    maker = EventMaker(FEATURES)
    shard = Shard(0, settings, summaries=None)
    learned = int(2.5 * settings.defaults.warm_up)
    apply(shard, records(maker, Traffic(learned, FEATURES)))  # compiles, and fills what is filled once
    save(shard)
    before, signals_before = memory_now(), shard.signals()
    apply(shard, records(maker, Traffic(learned * MODELS, FEATURES, MODELS)))
    save(shard)
    return memory_now().growth(before, shard.signals() - signals_before)


def of_numbers(height: float) -> Memory:
    """Banks of numbers alone, armed and watched for more than a week, with a daily cycle of so many sd.

    One has learned; the others are its state, as after a restart.
    """
    snapshot = read_days(height).snapshot()
    before = memory_now()
    banks = [Bank.restore(BankSettings(), snapshot) for _ in range(BANKS)]
    numbers = sum(bank.armed for bank in banks)
    assert numbers == BANKS * NUMBERS, numbers
    return memory_now().growth(before, numbers)


def read_days(height: float) -> Bank:
    """A bank of numbers that has read nine days, a value each five minutes."""
    bank = Bank(BankSettings())
    bank.add([Signal(f"feature:{place}", place, Transform.VALUE) for place in range(NUMBERS)], NUMBERS)
    random = np.random.default_rng(1)
    places = np.arange(9 * DAY_MS // STEP_MS)
    for part in np.array_split(places, len(places) // 100):
        times_ms = FIRST_MS + part * STEP_MS
        cycle = height * np.sin(2 * np.pi * times_ms / DAY_MS)
        bank.update(random.normal(size=(len(part), NUMBERS)) + cycle[:, np.newaxis], times_ms, part)
    return bank


def of_waiting_predictions() -> Memory:
    """One model of 20 features; each prediction waits for behaviours and labels, and its id is remembered."""
    maker = EventMaker()
    shard = Shard(0, Settings(), summaries=None)
    apply(shard, records(maker, Traffic(5_000)))
    before = memory_now()
    apply(shard, islice(records(maker, Traffic(5_000 + WAITING)), 5_000, None))
    return memory_now().growth(before, WAITING)


def records(maker: EventMaker, traffic: Traffic) -> Iterator[Record]:
    """Events as a broker would deliver them."""
    for offset, message in enumerate(maker.messages(traffic, FIRST_MS)):
        yield Record("driftline.predictions", 0, offset, message.time_ms, message.key, message.value)


def apply(shard: Shard, events: Iterator[Record]) -> None:
    """Let a shard absorb records, a thousand at a time."""
    while chunk := list(islice(events, CHUNK)):
        shard.apply(Records.of(chunk))


def save(shard: Shard) -> None:
    """What a worker does now and then: what was kept for the next checkpoint is dropped then."""
    for cut in shard.cut(shard.dirty):
        shard.confirm(cut)


def memory_now() -> Memory:
    """Memory of this process, garbage aside. Elsewhere than with glibc nothing can be given back."""
    gc.collect()
    resident = resident_bytes()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    return Memory(resident, resident_bytes())


def resident_bytes() -> int:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
