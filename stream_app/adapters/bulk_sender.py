"""Many records to Kafka at full speed: batches are filled here, partition by partition."""

from asyncio import Future
from collections import deque
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder

from driftline.stream_app.config import KafkaSettings

BATCH_BYTES: Final = 512 * 1024  # half of what a broker takes at most
REQUEST_BYTES: Final = 1_048_576
IN_FLIGHT_MAX: Final = 16  # batches that wait for the broker: 16 × 512 KB = 8 MB


class BulkSender:
    """Sends records; leaving the block waits until the broker has all of them.

    A key always goes to the partition where kafka-python, the Java client and so every other producer of
    driftline puts it (murmur2). The records of a partition keep their order.

    Raises:
        KafkaError: records were refused or could not be delivered.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self.delivered = 0
        self._producer = AIOKafkaProducer(
            **settings.aiokafka(), acks="all", max_batch_size=BATCH_BYTES, max_request_size=REQUEST_BYTES
        )
        self._filling: dict[tuple[str, int], BatchBuilder] = {}
        self._places: dict[tuple[str, bytes], int] = {}
        self._in_flight: deque[tuple[Future[Any], int]] = deque()

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for topic, partition in list(self._filling):
                    await self._ship(topic, partition)
                await self._settle(0)
        finally:
            await self._producer.stop()

    async def send(self, topic: str, key: bytes, value: bytes, time_ms: int) -> None:
        """Put a record into the batch of its partition; a full one leaves for the broker first."""
        partition = self._places.get((topic, key))
        if partition is None:
            partition = await self._place(topic, key)
        batch = self._filling.get((topic, partition))
        if batch is None or batch.append(key=key, value=value, timestamp=time_ms) is None:
            if batch is not None:
                await self._ship(topic, partition)
            batch = self._filling[topic, partition] = self._producer.create_batch()
            batch.append(key=key, value=value, timestamp=time_ms)

    async def _place(self, topic: str, key: bytes) -> int:
        partitions = sorted(await self._producer.partitions_for(topic))
        partition: int = partitions[(murmur2(key) & 0x7FFFFFFF) % len(partitions)]
        self._places[topic, key] = partition
        return partition

    async def _ship(self, topic: str, partition: int) -> None:
        batch = self._filling.pop((topic, partition))
        future = await self._producer.send_batch(batch, topic, partition=partition)
        self._in_flight.append((future, batch.record_count()))
        await self._settle(IN_FLIGHT_MAX)

    async def _settle(self, left: int) -> None:
        while len(self._in_flight) > left:
            future, records = self._in_flight.popleft()
            await future
            self.delivered += records
