"""The way of a batch into its shard."""

import asyncio
from collections.abc import AsyncIterator
from time import time
from types import SimpleNamespace
from typing import Any

from faust.types import TP

from driftline.stream_app.adapters.alignment import Linger
from driftline.stream_app.adapters.metrics import Metrics
from driftline.stream_app.adapters.worker.intake import STOP_READING, Intake
from driftline.stream_app.adapters.worker.partition import RECORDS_HELD_MAX, Partition
from driftline.stream_app.pipeline import Records
from tests.adapters.worker_fakes import F, FakeShard, P, records


class Scene:
    """An intake with one partition, a log to read holes from, and a consumer that notes what it is told."""

    def __init__(self, ends: dict[str, int] | None = None) -> None:
        self.shard = FakeShard()
        self.partition = Partition(self.shard, (P, F), ends or {})
        self.log = list(records(P, *range(100)))
        self.told: list[tuple[str, TP]] = []
        self.owned = True
        self.positions: dict[TP, int] = {}
        self.consumer = SimpleNamespace(
            assignment=lambda: {TP(P, 0), TP(F, 0)},
            highwater=self._highwater,
            on_buffer_full=lambda source: self.told.append(("hold", source)),
            on_buffer_drop=lambda source: self.told.append(("go", source)),
        )
        checkpointer = SimpleNamespace(accepted=asyncio.Event(), relieve=self._relieve)
        checkpointer.accepted.set()
        ownership = SimpleNamespace(
            settled=asyncio.Event(),
            get=lambda number: self.partition if self.owned and number == 0 else None,
            owns=lambda partition: self.owned,
            all=lambda: [self.partition],
        )
        ownership.settled.set()
        self.intake = Intake(self, ownership, checkpointer, self, Metrics())

    @staticmethod
    def _highwater(source: TP) -> int:
        raise AssertionError("Partition is not assigned")

    async def _relieve(self, partition: Partition) -> None:
        pass

    async def read(self, topic: str, number: int, start: int, stop: int) -> AsyncIterator[list[Any]]:
        """As `LogReader.read`."""
        yield [record for record in self.log if start <= record.offset < stop]

    def take(self, topic: str, *offsets: int) -> None:
        """Take a batch of these offsets, and let the shard absorb what is ready."""
        asyncio.run(self.take_and_absorb(records(topic, *offsets)))

    async def take_and_absorb(self, batch: Records) -> None:
        """As the agent and the intake's own task do between them."""
        await self.intake.take(batch)
        await self.intake.absorb()

    def applied(self) -> list[int]:
        """Offsets in the order in which the shard got them."""
        return [record.offset for record in self.shard.applied]


def test_a_hole_is_read_again() -> None:
    """Faust drops what it had fetched when partitions move: events would be missing for good."""
    scene = Scene()
    scene.take(P, 0, 1)
    scene.take(P, 5, 6)
    assert scene.applied() == [0, 1, 2, 3, 4, 5, 6]
    assert scene.shard.skipped == []


def test_what_the_log_does_not_have_is_passed_over_and_told() -> None:
    """Expired records would stop the flow for ever, or look like a quiet time."""
    scene = Scene()
    scene.take(P, 0, 1)
    scene.log = [record for record in scene.log if record.offset != 4]
    scene.take(P, 5, 6)
    assert scene.applied() == [0, 1, 2, 3, 5, 6]
    assert scene.shard.skipped == [(P, 5)]


def test_a_batch_of_a_partition_that_went_away_is_dropped() -> None:
    """Two workers would absorb the same events and announce the same alerts."""
    scene = Scene()
    scene.owned = False
    scene.take(P, 0, 1)
    assert scene.applied() == []


def test_an_alert_wakes_the_checkpoints() -> None:
    """It would wait for the next round of checkpoints, seconds instead of milliseconds.

    Reading stands back until it returns: behind more chunks, each step of a checkpoint takes as long as one.
    """
    scene = Scene()
    woken: list[bool] = []

    async def hurry() -> None:
        await asyncio.sleep(0)
        woken.append(True)

    scene.intake.on_urgent = hurry
    scene.take(P, 0)
    assert woken == []
    scene.shard.urgent = {"model"}
    scene.take(P, 1)
    assert woken == [True]


def test_records_wait_until_a_fetch_of_the_silent_topic_was_answered() -> None:
    """An answer given before they came says nothing about what was written with them."""
    scene = Scene()
    answered_ms = {P: 0.0, F: 0.0}
    consumer = SimpleNamespace(last_poll_timestamp=lambda source: answered_ms[source.topic])
    scene.consumer._thread = SimpleNamespace(_ensure_consumer=lambda: consumer)
    scene.partition = Partition(scene.shard, (P, F), {}, Linger(60.0, 60.0, asked_s=0.01))

    async def run() -> None:
        await scene.take_and_absorb(records(P, 0, timestamp=int(time() * 1000)))
        assert scene.applied() == []
        answered_ms[F] = time() * 1000 - 5_000
        await scene.intake.absorb()
        assert scene.applied() == []
        await asyncio.sleep(0.02)
        answered_ms[F] = time() * 1000
        await scene.intake.absorb()

    asyncio.run(run())
    assert scene.applied() == [0]


def test_the_topic_that_is_ahead_is_held_back_and_let_go() -> None:
    """One topic read an hour ahead of the other would fill the memory."""
    scene = Scene({P: 10**9, F: 10**9})
    full = int(RECORDS_HELD_MAX * STOP_READING)
    scene.take(P, *range(full))
    assert scene.told == []
    scene.take(P, full)
    assert scene.told == [("hold", TP(P, 0))]
    asyncio.run(scene.take_and_absorb(records(F, 0, timestamp=1)))
    assert scene.told == [("hold", TP(P, 0)), ("go", TP(P, 0))]
    assert scene.applied() == list(range(full + 1))
