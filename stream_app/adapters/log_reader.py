"""Reading a stretch of one partition from the log, outside the consumer group."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

SILENCE_MAX_S = 60.0  # a leader election takes seconds; after a minute without progress something is broken


class LogReader:
    """Reads from one offset to another, with a consumer that belongs to no group and commits nothing.

    Args:
        options: aiokafka's connection options (bootstrap servers, security).
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()  # the consumer reads one partition at a time

    async def read(
        self, topic: str, partition: int, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[list[ConsumerRecord]]:
        """Yield the records with start ≤ offset < stop that the log still has, in order.

        Args:
            stop: without it, the end of the partition at the time of the call.

        Raises:
            TimeoutError: the broker delivered nothing for a minute.
        """
        async with self._lock:
            consumer = await self._started()
            source = TopicPartition(topic, partition)
            end = (await consumer.end_offsets([source]))[source]
            begin = (await consumer.beginning_offsets([source]))[source]
            position, stop = max(start, begin), end if stop is None else min(stop, end)
            if position >= stop:
                return
            consumer.assign([source])
            try:
                consumer.seek(source, position)
                while position < stop:
                    async with asyncio.timeout(SILENCE_MAX_S):
                        fetched: list[ConsumerRecord] = []
                        while not fetched and position < stop:
                            fetched = (await consumer.getmany(source, timeout_ms=200)).get(source, [])
                            position = await consumer.position(source)
                    if fetched:
                        yield [record for record in fetched if record.offset < stop]
            finally:
                consumer.unsubscribe()

    async def end(self, topic: str, partition: int) -> int:
        """The offset that the next record of the partition will get."""
        source = TopicPartition(topic, partition)
        return int((await (await self._started()).end_offsets([source]))[source])

    async def close(self) -> None:
        """Close the connections."""
        if self._consumer is not None:
            await self._consumer.stop()

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                **self._options,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=8 * 1024 * 1024,
                fetch_max_wait_ms=20,  # a fetch that waits for more blocks every other request
            )
            await consumer.start()
            self._consumer = consumer
        return self._consumer
