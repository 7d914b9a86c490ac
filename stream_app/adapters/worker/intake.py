"""The way of a batch from Faust into its shard."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from time import monotonic, perf_counter, time

from aiokafka.errors import IllegalStateError
from faust import App
from faust.types import TP

from driftline.stream_app.adapters.log_reader import LogReader
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.metrics import Metrics, PartitionView
from driftline.stream_app.adapters.worker.checkpointer import Checkpointer
from driftline.stream_app.adapters.worker.internals.faust_private import answered_ms
from driftline.stream_app.adapters.worker.ownership import Ownership
from driftline.stream_app.adapters.worker.partition import Partition, portions
from driftline.stream_app.pipeline import Records

log = get_log("driftline.intake")

# What a fetch brings; between chunks heartbeats, web, producer and fetching get their turn. A model costs
# some 500 µs a chunk, however few records are its own, so many models that are behind get larger ones: that
# of a hundred takes 0.6 s, that of a thousand 1.4 s (`python -m benchmarks.scaling`).
CHUNK_RECORDS = 6_144
CHUNK_RECORDS_OF_MODEL = 256
CHUNK_RECORDS_MAX = 32_768
PAUSE_S = 0.001  # Faust passes on what was fetched in many steps: one each time would take it half a second
STOP_READING, GO_ON_READING = 3 / 8, 1 / 4  # of what may be held
IDLE_S = 0.02  # how often partitions are looked at whose records wait for a topic that is silent

POSITION_S_MAX = 1.0


class Intake:
    """Receives batches, fills holes, aligns topics, applies records to shards."""

    def __init__(
        self, app: App, ownership: Ownership, checkpointer: Checkpointer, reader: LogReader, metrics: Metrics
    ) -> None:
        self._app = app
        self._ownership = ownership
        self._checkpointer = checkpointer
        self._reader = reader
        self._metrics = metrics
        self._arrived = asyncio.Event()
        self.on_urgent: Callable[[], Awaitable[None]] = no_hurry

    async def take(self, records: Records) -> None:
        """Receive records of one topic; those of a partition that is not ours any more are dropped."""
        (topic,), number, first = records.topics, records.partition, int(records.offsets[0])
        await self._ownership.settled.wait()
        partition = self._ownership.get(number)
        if partition is None:
            return
        expected = partition.expected.get(topic)
        if expected is not None and first > expected:
            await self._fill(partition, topic, expected, first)
        partition.receive(topic, records)
        self._balance(partition)
        self._arrived.set()

    async def tend(self) -> None:
        """Never returns: lets shards absorb what arrived, or waited for a topic that is silent.

        Not as part of ``take``: more is read, and lingers, while what came before is absorbed.
        """
        looked = 0.0
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_S):
                    await self._arrived.wait()
            self._arrived.clear()
            await self._ownership.settled.wait()
            if monotonic() - looked >= IDLE_S:
                await self._look_at_positions()
                looked = monotonic()
            await self.absorb()

    async def absorb(self) -> None:
        """Let each shard absorb what is ready."""
        for partition in self._ownership.all():
            await self._absorb(partition)

    async def _look_at_positions(self) -> None:
        for partition in self._ownership.all():
            for topic in partition.awaited():
                with suppress(IllegalStateError, TimeoutError):  # just given away, or without a leader
                    async with asyncio.timeout(POSITION_S_MAX):
                        position = await self._app.consumer.position(TP(topic, partition.number))
                        partition.reached(topic, position or 0)

    async def _fill(self, partition: Partition, topic: str, start: int, stop: int) -> None:
        """Read again what a batch passed over; what the log does not have becomes a gap."""
        found = 0
        async for records in self._reader.read(topic, partition.number, start, stop):
            if records:
                found += len(records)
                partition.receive(topic, Records.of(records))
        self._metrics.holes.labels(topic).inc()
        log.warning("hole", topic=topic, partition=partition.number, start=start, stop=stop, found=found)

    async def _absorb(self, partition: Partition) -> None:
        for topic in partition.alignment.topics:
            # In this order: the end is at least as new as the answer.
            partition.alignment.answered(topic, self._answered_at(topic, partition.number))
            partition.learn_end(topic, self.highwater(topic, partition.number))
        released = partition.release()
        self._balance(partition)
        size = records_at_once(len(partition.shard.models))
        waiting = sum(map(len, released))
        for records in portions(released, size):
            await self._ownership.settled.wait()
            await self._checkpointer.accepted.wait()
            if not self._ownership.owns(partition):
                return
            waiting -= len(records)
            self._apply(partition, records, waiting > 0)
            if partition.shard.urgent:
                await self.on_urgent()
            await self._checkpointer.relieve(partition)
            await asyncio.sleep(PAUSE_S)
        if released:
            self._arrived.set()  # more may be ready by now

    def _apply(self, partition: Partition, records: Records, more: bool) -> None:
        begun = perf_counter()
        partition.apply(records, more)
        self._metrics.batch_seconds.observe(perf_counter() - begun)

    def _balance(self, partition: Partition) -> None:
        """Hold the topic back that is too far ahead; partitions share what may be read ahead.

        Not with `pause_partitions`: Faust throws away what it has fetched of a paused partition. What it does
        when an agent's queue is full only stops the fetching.
        """
        partitions = len(self._ownership.all())
        for topic in partition.alignment.topics:
            source = TP(topic, partition.number)
            held = partition.fullness(topic) * partitions
            if held > STOP_READING and topic not in partition.paused:
                partition.paused.add(topic)
                self._app.consumer.on_buffer_full(source)
            elif held < GO_ON_READING and topic in partition.paused:
                partition.paused.discard(topic)
                if source in self._app.consumer.assignment():
                    self._app.consumer.on_buffer_drop(source)

    def views(self) -> Iterator[PartitionView]:
        """What metrics tell of each partition."""
        for partition in self._ownership.all():
            topics = partition.alignment.topics
            for topic in topics:
                # Before the first fetch only the partition knows an end, that of its assignment.
                partition.learn_end(topic, self.highwater(topic, partition.number))
            yield PartitionView(
                partition.shard,
                lag={topic: partition.lag(topic) for topic in topics},
                acknowledged=partition.acknowledged,
                held={topic: partition.alignment.held(topic) for topic in topics},
                misaligned=partition.alignment.misaligned,
            )

    def _answered_at(self, topic: str, number: int) -> float:
        """When the last fetch of a partition was answered, by our monotonic clock."""
        ago_s = max(0.0, time() - answered_ms(self._app, TP(topic, number)) / 1000)
        return monotonic() - ago_s

    def highwater(self, topic: str, number: int) -> int:
        """End offset of a partition as of the last fetch, 0 before it."""
        try:
            return self._app.consumer.highwater(TP(topic, number)) or 0
        except (AssertionError, AttributeError):  # aiokafka's way to say: not assigned (any more)
            return 0


async def no_hurry() -> None:
    """Nobody sees to alerts."""


def records_at_once(models: int) -> int:
    """How many records a shard of so many models absorbs in one step."""
    return min(max(CHUNK_RECORDS, CHUNK_RECORDS_OF_MODEL * models), CHUNK_RECORDS_MAX)
