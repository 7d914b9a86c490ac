"""What a worker keeps, restores and drops when partitions come and go."""

import asyncio
from types import SimpleNamespace
from typing import Any

from faust.types import TP

from driftline.stream_app.adapters.state_store import FencedError
from driftline.stream_app.adapters.worker.checkpointer import CheckpointRefusedError
from driftline.stream_app.adapters.worker.ownership import Ownership
from driftline.stream_app.adapters.worker.partition import Partition
from tests.adapters.worker_fakes import C, F, FakeShard, P


class Group:
    """A consumer group, a restorer and a checkpointer, as far as ownership sees them."""

    def __init__(self) -> None:
        self.assigned: set[TP] = set()
        self.touched: set[int] = set()
        self.restored: list[int] = []
        self.saved: list[int] = []
        self.refusal: Exception | None = None
        self.followed: list[int] = []
        self.consumer = SimpleNamespace(assignment=lambda: self.assigned)
        settings = SimpleNamespace(kafka=SimpleNamespace(inputs=(P, F, C)))
        metrics = SimpleNamespace(follow=lambda shard: self.followed.append(shard.partition))
        self.ownership = Ownership(self, settings, self, self, metrics)

    async def restore(self, number: int) -> Partition:
        """As `Restorer.restore`."""
        self.restored.append(number)
        shard = FakeShard()
        shard.partition = number
        return Partition(shard, (P, F), {})

    async def untouched(self, number: int) -> bool:
        """As `Restorer.untouched`."""
        return number not in self.touched

    async def save_all(self, partition: Partition) -> None:
        """As `Checkpointer.save_all`."""
        self.saved.append(partition.number)
        if self.refusal:
            raise self.refusal

    async def rebalance(self, *numbers: int) -> None:
        """Take everything away, and give these."""
        await self.ownership.on_partitions_revoked(None, self.assigned)
        self.assigned = {TP(topic, number) for topic in (P, F, C) for number in numbers}
        await self.ownership.on_rebalance_complete(None)


def owned(group: Group) -> list[int]:
    """Numbers of the partitions owned."""
    return [partition.number for partition in group.ownership.all()]


def scenario(group: Group, *steps: Any) -> None:
    """Run rebalances one after the other."""

    async def run() -> None:
        for step in steps:
            await step()

    asyncio.run(run())


def test_everything_is_durable_before_partitions_go() -> None:
    """The next owner would start behind what this one has absorbed, and read it all again."""
    group = Group()
    scenario(group, lambda: group.rebalance(0, 1), lambda: group.rebalance(1))
    assert group.saved == [0, 1]
    assert owned(group) == [1]


def test_what_comes_back_is_kept_and_only_new_partitions_are_restored() -> None:
    """Each rebalance would read and decode the state of every partition anew."""
    group = Group()
    scenario(group, lambda: group.rebalance(0, 1), lambda: group.rebalance(1, 2))
    assert group.restored == [0, 1, 2]
    assert owned(group) == [1, 2]


def test_what_another_worker_had_meanwhile_is_restored() -> None:
    """An old shard would go on from before what the other worker has absorbed and announced."""
    group = Group()
    scenario(group, lambda: group.rebalance(0), lambda: _touch(group), lambda: group.rebalance(0))
    assert group.restored == [0, 0]


async def _touch(group: Group) -> None:
    group.touched.add(0)


def test_a_partition_that_is_taken_over_is_dropped_and_the_flow_goes_on() -> None:
    """One lost partition would stop the worker, or go on being read by two."""
    group = Group()
    scenario(group, lambda: group.rebalance(0, 1))
    group.ownership.fence(group.ownership.all()[0], FencedError("taken"))
    assert owned(group) == [1]
    assert group.ownership.settled.is_set()
    assert group.ownership.fenced_since is not None


def test_a_checkpoint_that_fails_half_way_is_not_gone_on_with() -> None:
    """Alerts of the cut that was not confirmed would wait for the next event of their model."""
    group = Group()
    scenario(group, lambda: group.rebalance(0))
    group.refusal = CheckpointRefusedError("no")
    scenario(group, lambda: group.rebalance(0))
    assert group.restored == [0, 0]


def test_topics_that_do_not_fit_together_are_refused() -> None:
    """Half a model would be watched by this worker and half by another."""
    group = Group()
    group.assigned = {TP(P, 0), TP(P, 1), TP(F, 0), TP(F, 1), TP(C, 0)}
    try:
        asyncio.run(group.ownership.on_rebalance_complete(None))
    except RuntimeError as error:
        assert "same number of partitions" in str(error)
    else:
        raise AssertionError("an assignment of unequal topics was taken")
    assert not group.ownership.settled.is_set()
