"""When checkpoints happen: an alert waits for nothing that is only due now and then."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from driftline.stream_app.adapters.state_store import FencedError
from driftline.stream_app.adapters.worker.checkpointer import CheckpointRefusedError
from driftline.stream_app.adapters.worker.partition import Partition
from driftline.stream_app.adapters.worker.schedule import STAND_BACK_S, CheckpointSchedule
from driftline.stream_app.config import WorkerSettings
from tests.adapters.worker_fakes import F, FakeShard, P


class QuietShard(FakeShard):
    """A fake that has no notices either."""

    def take_notices(self) -> list[str]:
        """None."""
        return []


class Scene:
    """A schedule over two partitions, and a checkpointer that takes as long as it is told."""

    def __init__(self) -> None:
        self.partitions = [Partition(QuietShard(), (P, F), {}) for _ in range(2)]
        for number, partition in enumerate(self.partitions):
            partition.number = number
        self.journal: list[str] = []
        self.save_s = 0.0
        self.acknowledge_s = 0.0
        self.failure: Exception | None = None
        self.fenced: list[int] = []
        ownership = SimpleNamespace(
            settled=asyncio.Event(),
            all=lambda: self.partitions,
            owns=lambda partition: True,
            fence=lambda partition, error: self.fenced.append(partition.number),
        )
        ownership.settled.set()
        settings = WorkerSettings(checkpoint_bytes_per_s=1_000)
        self.schedule = CheckpointSchedule(settings, ownership, self)

    async def save(self, partition: Partition, models: Sequence[str]) -> int:
        """As `Checkpointer.save`; of 10,000 bytes, for which the budget has 10 s."""
        await asyncio.sleep(self.save_s)
        if self.failure is not None:
            raise self.failure
        shard: Any = partition.shard
        shard.dirty -= set(models)
        shard.urgent -= set(models)
        self.journal.append(f"saved {' '.join(models)}")
        return 10_000

    async def acknowledge(self, partition: Partition) -> None:
        """As `Checkpointer.acknowledge`."""
        await asyncio.sleep(self.acknowledge_s)
        self.journal.append(f"acknowledged {partition.number}")

    def alert(self, number: int, model: str) -> None:
        """A model has an alert waiting."""
        shard: Any = self.partitions[number].shard
        shard.urgent.add(model)

    def run(self, *steps: Callable[[], Awaitable[Any]]) -> None:
        """Do steps while the schedule runs."""

        async def all_of_it() -> None:
            parts = [asyncio.create_task(part) for part in (self.schedule.run(), self.schedule.attend())]
            await asyncio.sleep(0)
            for step in steps:
                await step()
            for part in parts:
                part.cancel()
            for ended in await asyncio.gather(*parts, return_exceptions=True):
                if not isinstance(ended, asyncio.CancelledError | None):
                    raise ended

        asyncio.run(all_of_it())


def test_an_alert_does_not_wait_for_the_byte_budget() -> None:
    """A round of a thousand models takes minutes; an alert is promised within a second."""
    scene = Scene()
    scene.partitions[0].shard.dirty = {"a"}
    scene.alert(1, "b")
    scene.run(scene.schedule.hurry)
    assert scene.journal == ["saved a", "saved b"]


def test_an_alert_does_not_wait_for_summaries_and_commits() -> None:
    """Every few seconds an alert came half a second late, behind the acknowledgements of all partitions."""
    scene = Scene()
    scene.acknowledge_s = 60.0
    scene.alert(0, "a")
    scene.run(scene.schedule.hurry)
    assert scene.journal == ["saved a"]


def test_reading_stands_back_only_for_a_moment() -> None:
    """With a broker that takes seconds to answer, a worker with alerts would fall behind."""
    scene = Scene()
    scene.save_s = 60.0
    scene.alert(0, "a")
    taken_s: list[float] = []

    async def hurry() -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await scene.schedule.hurry()
        taken_s.append(loop.time() - begun)

    scene.run(hurry)
    assert STAND_BACK_S <= taken_s[0] < 10.0
    assert scene.journal == ["acknowledged 0", "acknowledged 1"]


def test_alerts_of_several_partitions_go_together() -> None:
    """The second would wait until the broker has taken the first, behind whatever its partition writes."""
    scene = Scene()
    scene.save_s = 0.6 * STAND_BACK_S
    for number, model in enumerate("ab"):
        scene.alert(number, model)
    scene.run(scene.schedule.hurry)
    assert sorted(scene.journal[-2:]) == ["saved a", "saved b"]


def test_a_refusal_ends_the_worker_and_a_fence_only_the_partition() -> None:
    """Alerts would wait for ever in a worker that looks alive, or one lost partition would end it."""
    scene = Scene()
    scene.failure = CheckpointRefusedError("no")
    scene.alert(0, "a")
    with pytest.raises(CheckpointRefusedError):
        scene.run(scene.schedule.hurry)
    fenced = Scene()
    fenced.failure = FencedError("another worker")
    fenced.alert(1, "b")
    fenced.run(fenced.schedule.hurry)
    assert fenced.fenced == [1]
