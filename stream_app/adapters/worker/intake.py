"""The way of a batch from Faust into its shard."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import perf_counter

from aiokafka.errors import IllegalStateError
from faust import App
from faust.types import TP

from stream_app.adapters.log_reader import LogReader
from stream_app.adapters.logs import get_log
from stream_app.adapters.metrics import Metrics, PartitionView
from stream_app.adapters.worker.checkpointer import Checkpointer
from stream_app.adapters.worker.ownership import Ownership
from stream_app.adapters.worker.partition import RECORDS_HELD_MAX, Partition
from stream_app.pipeline import Records

log = get_log("driftline.intake")

CHUNK_RECORDS = 5_000  # between chunks heartbeats, web and producer get their turn
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
        self.on_urgent: Callable[[], None] = lambda: None

    async def take(self, records: Records) -> None:
        """Take records of one topic; those of a partition that is not ours any more are dropped."""
        (topic,), number, first = records.topics, records.partition, int(records.offsets[0])
        await self._ownership.settled.wait()
        partition = self._ownership.get(number)
        if partition is None:
            return
        async with partition.absorbing:
            expected = partition.expected.get(topic)
            if expected is not None and first > expected:
                await self._fill(partition, topic, expected, first)
            partition.receive(topic, records)
            await self._absorb(partition)
        self._balance(partition)

    async def tend(self) -> None:
        """Never returns: releases records that wait for a topic which has nothing more to deliver."""
        while True:
            await asyncio.sleep(IDLE_S)
            await self._ownership.settled.wait()
            for partition in self._ownership.all():
                for topic in partition.awaited():
                    with suppress(IllegalStateError, TimeoutError):  # just given away, or without a leader
                        async with asyncio.timeout(POSITION_S_MAX):
                            position = await self._app.consumer.position(TP(topic, partition.number))
                            partition.reached(topic, position or 0)
                async with partition.absorbing:
                    await self._absorb(partition)
                self._balance(partition)

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
            partition.learn_end(topic, self.highwater(topic, partition.number))
        released = partition.release()
        for start in range(0, len(released), CHUNK_RECORDS):
            await self._ownership.settled.wait()
            await self._checkpointer.accepted.wait()
            if not self._ownership.owns(partition):
                return
            begun = perf_counter()
            partition.apply(released[start : start + CHUNK_RECORDS])
            self._metrics.batch_seconds.observe(perf_counter() - begun)
            if partition.shard.urgent:
                self.on_urgent()
            await self._checkpointer.relieve(partition)
            await asyncio.sleep(0)

    def _balance(self, partition: Partition) -> None:
        """Hold the topic back that is too far ahead.

        Not with `pause_partitions`: Faust throws away what it has fetched of a paused partition. What it does
        when an agent's queue is full only stops the fetching.
        """
        for topic in partition.alignment.topics:
            source = TP(topic, partition.number)
            held = partition.alignment.held(topic)
            if held > RECORDS_HELD_MAX // 4 and topic not in partition.paused:
                partition.paused.add(topic)
                self._app.consumer.on_buffer_full(source)
            elif held < RECORDS_HELD_MAX // 8 and topic in partition.paused:
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

    def highwater(self, topic: str, number: int) -> int:
        """End offset of a partition as of the last fetch, 0 before it."""
        try:
            return self._app.consumer.highwater(TP(topic, number)) or 0
        except (AssertionError, AttributeError):  # aiokafka's way to say: not assigned (any more)
            return 0
