"""The order of a checkpoint, and what happens when the broker refuses."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, TopicAuthorizationFailedError

from driftline.stream_app.adapters.metrics import Metrics
from driftline.stream_app.adapters.worker.checkpointer import Checkpointer, CheckpointRefusedError
from driftline.stream_app.adapters.worker.partition import Partition
from driftline.stream_app.outputs import Output, Sink
from driftline.stream_app.pipeline import OutputRecord
from tests.adapters.worker_fakes import F, FakeShard, P

LETTER = OutputRecord(None, b"letter", [])


class JournalSink(Sink):
    """Notes what is durable, and nothing before: writing alone is not enough."""

    def __init__(self, journal: list[str]) -> None:
        self._journal = journal
        self._written: list[str] = []

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Not durable yet."""
        self._written.append(f"publish {output} {len(records)}")

    async def flush(self) -> None:
        """Durable now."""
        self._journal += self._written
        self._written.clear()


class Bench:
    """A checkpointer whose every step goes into the journal of the shard."""

    def __init__(self) -> None:
        self.shard = FakeShard()
        self.partition = Partition(self.shard, (P, F), {})
        self.refusals: list[Exception] = []
        self.checkpointer = Checkpointer(self, JournalSink(self.shard.journal), self.commit, Metrics())

    async def write(self, number: int, records: list[Any]) -> int:
        """As `StateStore.write`."""
        if self.refusals:
            raise self.refusals.pop(0)
        self.shard.journal += [
            f"{'write' if record.value else 'remove'} {record.key.decode()}" for record in records
        ]
        return sum(len(record.value or b"") for record in records)

    async def commit(self, number: int, offsets: dict[str, int]) -> None:
        self.shard.journal.append(f"commit {offsets}")


def test_nothing_is_confirmed_before_it_is_durable_and_published() -> None:
    """A crash in between would lose an alert, or remove state that the last durable head still names."""
    bench = Bench()
    assert asyncio.run(bench.checkpointer.save(bench.partition, ["a", "b"])) == 2 * len(b"state")
    assert bench.shard.journal == [
        "cut a b",
        "write head a",
        "write head b",
        "publish alerts 2",
        "publish audit 2",
        "confirm a",
        "confirm b",
        "remove old a",
        "remove old b",
    ]


def test_dead_letters_are_published_before_their_offsets_are_acknowledged() -> None:
    """A crash in between would lose the only trace of a rejected record."""
    bench = Bench()
    bench.shard.acknowledged = {P: 7}
    bench.partition.dead_letters = [LETTER]
    bench.shard.summaries = [LETTER, LETTER]
    asyncio.run(bench.checkpointer.acknowledge(bench.partition))
    assert bench.shard.journal == ["publish dead_letters 1", "publish signals 2", "commit {'predictions': 7}"]
    assert bench.partition.acknowledged == {P: 7}


class SlowSink(JournalSink):
    """One output of it takes until the test lets it go."""

    def __init__(self, journal: list[str], slow: Output) -> None:
        super().__init__(journal)
        self._slow = slow
        self.goes_on = asyncio.Event()

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Wait, if it is the slow one."""
        if output == self._slow:
            await self.goes_on.wait()
        await super().write(output, records)


def test_an_alert_does_not_wait_for_the_summaries_of_its_partition() -> None:
    """They are compressed in large batches, and an alert of that moment came 100 to 300 ms late."""
    bench = Bench()
    bench.shard.summaries = [LETTER]

    async def run() -> None:
        sink = SlowSink(bench.shard.journal, "signals")
        checkpointer = Checkpointer(bench, sink, bench.commit, Metrics())
        acknowledging = asyncio.create_task(checkpointer.acknowledge(bench.partition))
        await asyncio.sleep(0)
        await checkpointer.save(bench.partition, ["a"])
        sink.goes_on.set()
        await acknowledging

    asyncio.run(run())
    published = [step for step in bench.shard.journal if step.startswith("publish")]
    assert published == ["publish alerts 1", "publish audit 1", "publish signals 1"]


def test_nothing_is_acknowledged_while_dead_letters_are_on_their_way() -> None:
    """Those that go ahead because they are many would be lost with a crash before the broker has them."""
    bench = Bench()
    bench.shard.acknowledged = {P: 7}
    bench.partition.dead_letters = [LETTER] * 2_001

    async def run() -> None:
        sink = SlowSink(bench.shard.journal, "dead_letters")
        checkpointer = Checkpointer(bench, sink, bench.commit, Metrics())
        steps = [
            asyncio.create_task(step(bench.partition))
            for step in (checkpointer.relieve, checkpointer.acknowledge)
        ]
        await asyncio.sleep(0.01)
        assert bench.shard.journal == []
        sink.goes_on.set()
        await asyncio.gather(*steps)

    asyncio.run(run())
    assert bench.shard.journal == ["publish dead_letters 2001", "commit {'predictions': 7}"]


def test_what_is_acknowledged_already_is_not_committed_again() -> None:
    """An idle worker would commit the same offsets every few seconds for each partition."""
    bench = Bench()
    bench.partition.acknowledged = bench.shard.acknowledged = {P: 7}
    asyncio.run(bench.checkpointer.acknowledge(bench.partition))
    assert bench.shard.journal == []


def test_a_refusal_is_answered_by_the_same_records_and_stops_reading() -> None:
    """The cut would be lost, or memory would fill while the broker is away."""
    bench = Bench()
    bench.refusals = [KafkaTimeoutError(), KafkaConnectionError()]

    async def run() -> list[bool]:
        seen = []
        saving = asyncio.create_task(bench.checkpointer.save(bench.partition, ["a"]))
        while not saving.done():
            await asyncio.sleep(0.05)
            seen.append(bench.checkpointer.accepted.is_set())
        return seen

    seen = asyncio.run(run())
    assert not seen[0]
    assert seen[-1]
    assert bench.shard.journal.count("cut a") == 1
    assert bench.shard.journal.count("write head a") == 1


@pytest.mark.parametrize(
    ("refusal", "patience_s"), [(TopicAuthorizationFailedError(), 60.0), (KafkaTimeoutError(), 0.0)]
)
def test_gives_up_when_trying_again_is_useless(refusal: Exception, patience_s: float) -> None:
    """A worker without permission, or without a broker, would look alive for ever."""
    bench = Bench()
    bench.refusals = [refusal] * 9
    bench.checkpointer.patience_s = patience_s
    with pytest.raises(CheckpointRefusedError, match=type(refusal).__name__):
        asyncio.run(bench.checkpointer.save(bench.partition, ["a"]))
    assert "confirm a" not in bench.shard.journal


def test_writes_nothing_after_a_failure() -> None:
    """A shard that stopped in the middle of a batch would become the durable truth."""
    bench = Bench()
    bench.checkpointer.halted = True
    bench.shard.dirty = {"a"}
    asyncio.run(bench.checkpointer.save_all(bench.partition))
    assert bench.shard.journal == []


def test_many_dead_letters_do_not_wait_for_the_next_round() -> None:
    """A topic full of rubbish would fill the memory between two checkpoints."""
    bench = Bench()
    bench.partition.dead_letters = [LETTER] * 5
    asyncio.run(bench.checkpointer.relieve(bench.partition))
    assert bench.shard.journal == []
    bench.partition.dead_letters = [LETTER] * 2_001
    asyncio.run(bench.checkpointer.relieve(bench.partition))
    assert bench.shard.journal == ["publish dead_letters 2001"]
    assert bench.partition.dead_letters == []
