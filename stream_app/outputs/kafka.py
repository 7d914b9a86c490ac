"""Outputs on Kafka's topics."""

import asyncio
from collections.abc import Mapping, Sequence
from time import time
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from prometheus_client import Counter

from driftline.schemas import PUBLISHED_AT, rfc3339
from driftline.stream_app.outputs.sink import Output, Sink
from driftline.stream_app.pipeline import OutputRecord

log = structlog.stdlib.get_logger("driftline.publisher")

REQUEST_BYTES_MAX: Final = 2 * 1024 * 1024
"""A dead letter of 1 MiB grows by a third in base64."""


class KafkaSink(Sink):
    """Writes each kind to its topic; a write returns when all in-sync replicas have it, a flush at once.

    It has producers of its own, without idempotence: after refusing one record that is too large, a broker
    refuses everything else that an idempotent producer sends to the partition. Signals, which are many and
    much alike, are compressed with gzip, which every client reads.

    Args:
        topics: as in `KafkaSettings.outputs`.
        options: aiokafka's connection options (bootstrap servers, security).
        too_large: counts, by topic, records that are left out because the broker takes none of their size.
    """

    def __init__(self, topics: Mapping[Output, str], options: Mapping[str, Any], too_large: Counter) -> None:
        self._topics = topics
        options = {**options, "acks": "all", "max_request_size": REQUEST_BYTES_MAX}
        self._producer = AIOKafkaProducer(**options)
        # A batch is compressed as a whole, so it has to have time to become one.
        self._compressing = AIOKafkaProducer(**options, compression_type="gzip", linger_ms=20)
        self._too_large = too_large

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()
        await self._compressing.start()

    async def stop(self) -> None:
        """Send what waits, and disconnect."""
        await self._producer.stop()
        await self._compressing.stop()

    async def write(self, output: Output, records: Sequence[OutputRecord]) -> None:
        """Send records and wait for all of them; alerts say when that was.

        Raises:
            aiokafka.errors.KafkaError: the broker refused, or did not answer in time.
        """
        topic = self._topics[output]
        producer = self._compressing if output == "signals" else self._producer
        if output == "alerts":
            records = stamped(records)
        sent = [await _sent(producer, topic, record) for record in records]
        results = await asyncio.gather(*sent, return_exceptions=True)
        for record, result in zip(records, results, strict=True):
            if isinstance(result, MessageSizeTooLargeError):
                self._too_large.labels(topic).inc()
                log.error("record too large for its topic", topic=topic, bytes=len(record.value))
            elif isinstance(result, BaseException):
                raise result

    async def send_to(self, topic: str, partition: int, value: bytes) -> None:
        """Send a record that is no output to a partition, and wait for it.

        Raises:
            aiokafka.errors.KafkaError: the broker refused, or did not answer in time.
        """
        await self._producer.send_and_wait(topic, value, partition=partition)


def stamped(records: Sequence[OutputRecord]) -> list[OutputRecord]:
    """The records with the time on the wall as a header: what they tell is in event time."""
    now = rfc3339(round(time() * 1000)).encode()
    return [record._replace(headers=[*record.headers, (PUBLISHED_AT, now)]) for record in records]


async def _sent(producer: AIOKafkaProducer, topic: str, record: OutputRecord) -> "asyncio.Future[Any]":
    """The future of a record; one that is too large fails there, as if the broker had said so."""
    try:
        sent: asyncio.Future[Any] = await producer.send(
            topic, key=record.key, value=record.value, headers=record.headers
        )
    except MessageSizeTooLargeError as error:
        sent = asyncio.get_running_loop().create_future()
        sent.set_exception(error)
    return sent
