"""Writing to output topics and waiting until the broker has it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from time import time
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from driftline.schemas import PUBLISHED_AT, rfc3339
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.metrics import Metrics
from driftline.stream_app.pipeline import OutputRecord

log = get_log("driftline.publisher")


def stamped(records: Sequence[OutputRecord]) -> list[OutputRecord]:
    """The records with the time on the wall as a header: what they tell is in event time."""
    now = rfc3339(round(time() * 1000)).encode()
    return [record._replace(headers=[*record.headers, (PUBLISHED_AT, now)]) for record in records]


class Publisher:
    """Publishes records in order and waits for all in-sync replicas.

    It has a producer of its own, without idempotence: after refusing one record that is too large, a broker
    refuses everything else that an idempotent producer sends to the partition. What is published twice here
    has the same id, or is a summary or a dead letter with its source.

    Args:
        options: aiokafka's connection options (bootstrap servers, security).
        compressed: topics of many records that are much alike; with gzip, which every client reads.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        request_bytes_max: int,
        metrics: Metrics,
        compressed: Collection[str] = (),
    ) -> None:
        options = {**options, "acks": "all", "max_request_size": request_bytes_max}
        self._producer = AIOKafkaProducer(**options)
        # A batch is compressed as a whole, so it has to have time to become one.
        self._compressing = AIOKafkaProducer(**options, compression_type="gzip", linger_ms=20)
        self._compressed = frozenset(compressed)
        self._too_large = metrics.too_large

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()
        await self._compressing.start()

    async def stop(self) -> None:
        """Send what waits, and disconnect."""
        await self._producer.stop()
        await self._compressing.stop()

    async def publish(self, topic: str, records: Sequence[OutputRecord]) -> int:
        """Send records and wait for all of them; the bytes sent.

        A record that is too large for the topic is counted and logged, and does not stop the others.

        Raises:
            aiokafka.errors.KafkaError: the broker refused, or did not answer in time.
        """
        results = await asyncio.gather(
            *[await self._send(topic, record) for record in records], return_exceptions=True
        )
        for record, result in zip(records, results, strict=True):
            if isinstance(result, MessageSizeTooLargeError):
                self._too_large.labels(topic).inc()
                log.error("record too large for its topic", topic=topic, bytes=len(record.value))
            elif isinstance(result, BaseException):
                raise result
        return sum(len(record.key or b"") + len(record.value) for record in records)

    async def send_to(self, topic: str, partition: int, value: bytes) -> None:
        """Send one record to a partition and wait for it.

        Raises:
            aiokafka.errors.KafkaError: the broker refused, or did not answer in time.
        """
        await self._producer.send_and_wait(topic, value, partition=partition)

    async def _send(self, topic: str, record: OutputRecord) -> asyncio.Future[Any]:
        try:
            producer = self._compressing if topic in self._compressed else self._producer
            sent: asyncio.Future[Any] = await producer.send(
                topic, key=record.key, value=record.value, headers=record.headers
            )
        except MessageSizeTooLargeError as error:
            sent = asyncio.get_running_loop().create_future()
            sent.set_exception(error)
        return sent
