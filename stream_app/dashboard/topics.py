"""Reading the topics without a consumer group: all partitions, from where what is known ends."""

import asyncio
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.dashboard.errors import DashboardError
from driftline.stream_app.dashboard.history import Positions
from driftline.stream_app.dashboard.records import FEEDS, Feed, Heard

WAIT_MS: Final = 200
RECORDS_MAX: Final = 2000
"""Taken up at a time: a page waits for no more than these, about 30 ms."""
SEND_S_MAX: Final = 15.0


class TopicReader:
    """Yields records of the feeds in the order of their partitions, and knows how far each was read."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._feeds: dict[str, Feed] = {getattr(kafka, feed): feed for feed in FEEDS}
        self._consumer: AIOKafkaConsumer | None = None
        self.positions: Positions = {}
        self.lost = 0

    @property
    def is_open(self) -> bool:
        """Whether it is connected."""
        return self._consumer is not None

    async def start(self, positions: Positions) -> bool:
        """Connect, and go on behind these positions; False when they are of topics that were made anew.

        Raises:
            DashboardError: a topic does not exist.
            aiokafka.errors.KafkaError: no broker answers, or it refuses.
        """
        self._consumer = consumer = AIOKafkaConsumer(
            **self._kafka.aiokafka(), enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        sources = await self._sources(consumer)
        begins = await consumer.beginning_offsets(sources)
        ends = await consumer.end_offsets(sources)
        known = {source: positions.get((self._feeds[source.topic], source.partition)) for source in sources}
        if any(offset is not None and offset > ends[source] for source, offset in known.items()):
            return False
        consumer.assign(sources)
        for source in sources:
            position = known[source]
            # What retention took in the meantime is counted; a new file begins at what there is.
            self.lost += max(begins[source] - position, 0) if position is not None else 0
            self._go_to(source, max(position or 0, begins[source]))
        return True

    async def read(self) -> list[Heard]:
        """What has come; empty after a moment without anything."""
        assert self._consumer is not None
        fetched = await self._consumer.getmany(timeout_ms=WAIT_MS, max_records=RECORDS_MAX)
        for source, records in fetched.items():
            self.positions[self._feeds[source.topic], source.partition] = records[-1].offset + 1
        return [self._heard(record) for records in fetched.values() for record in records]

    async def behind(self) -> int:
        """How many records are there that were not read."""
        assert self._consumer is not None
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        known = {
            source: self.positions.get((self._feeds[source.topic], source.partition), 0) for source in ends
        }
        return sum(max(end - known[source], 0) for source, end in ends.items())

    def grown(self) -> bool:
        """Whether a topic has more partitions than are read."""
        assert self._consumer is not None
        return any(
            len(self._consumer.partitions_for_topic(topic) or ())
            > sum(read == feed for read, _ in self.positions)
            for topic, feed in self._feeds.items()
        )

    async def close(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None

    def _go_to(self, source: TopicPartition, offset: int) -> None:
        assert self._consumer is not None
        self._consumer.seek(source, offset)
        self.positions[self._feeds[source.topic], source.partition] = offset

    async def _sources(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        """Every partition of every topic.

        Raises:
            DashboardError: a topic does not exist.
        """
        there = await consumer.topics()
        if missing := sorted(set(self._feeds) - there):
            raise DashboardError(
                f"There is no topic {', '.join(missing)}: check kafka.prefix, "
                "or run `driftline topics create`."
            )
        first = [TopicPartition(topic, 0) for topic in self._feeds]
        consumer.assign(first)
        await consumer.beginning_offsets(
            first
        )  # the client knows a topic's partitions once it is asked of one
        return [
            TopicPartition(topic, number)
            for topic in self._feeds
            for number in sorted(consumer.partitions_for_topic(topic) or ())
        ]

    def _heard(self, record: "ConsumerRecord[Any, Any]") -> Heard:
        feed = self._feeds[record.topic]
        place = (record.timestamp or 0, record.partition, record.offset)
        return Heard(feed, record.key, record.value, *place, tuple(record.headers))


class ControlWriter:
    """Puts operators' words on the control topic, and comes back when the broker has them."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None

    async def send(self, model: str, value: bytes) -> None:
        """Write one event.

        Raises:
            aiokafka.errors.KafkaError: the broker did not take it.
            TimeoutError: it did not answer in time.
        """
        async with asyncio.timeout(SEND_S_MAX):
            if self._producer is None:
                producer = AIOKafkaProducer(**self._kafka.aiokafka(), acks="all", enable_idempotence=True)
                await producer.start()
                self._producer = producer
            await self._producer.send_and_wait(self._kafka.control, value, key=model.encode())

    async def close(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            await self._producer.stop()
