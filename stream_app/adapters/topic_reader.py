"""Reading what a topic holds, from its end backwards or all of it, outside any consumer group."""

from collections.abc import Callable, Iterator
from time import monotonic, time
from typing import Final, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import UnknownTopicOrPartitionError

from driftline.stream_app.config import KafkaSettings

POLL_S: Final = 0.5
RECORDS_PER_POLL: Final = 5000
# How far back is looked, in minutes of the broker's clock, until enough was found; then all that is kept.
REACHES_MIN: Final = (2, 15, 240)

Wanted = Callable[[bytes, bytes], bool]
"""Whether a record is asked for, by key and value."""


class Read(NamedTuple):
    """A record, and when it was written, in epoch milliseconds of the broker."""

    key: bytes
    value: bytes
    written_ms: int


class TopicReader:
    """Reads one topic. Not for use by several threads at a time.

    Raises:
        KafkaError: no broker answers, or it has no such topic.
    """

    def __init__(self, kafka: KafkaSettings, topic: str) -> None:
        self._consumer = KafkaConsumer(
            **kafka.kafka_python(),
            group_id=None,
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            fetch_max_wait_ms=50,
        )
        numbers = self._consumer.partitions_for_topic(topic)
        if not numbers:
            self._consumer.close()
            raise UnknownTopicOrPartitionError(
                f"there is no topic {topic}: check the prefix, or run `driftline topics create`"
            )
        self._partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
        self._consumer.assign(self._partitions)

    def seek_to_end(self) -> None:
        """Follow from here, not from what is there."""
        for each, end in self._consumer.end_offsets(self._partitions).items():
            self._consumer.seek(each, end)

    def there(self, wanted: Wanted, seconds: float | None = None) -> Iterator[Read]:
        """What is asked for of everything that the topic holds now; it ends when the time is over."""
        ends = self._consumer.end_offsets(self._partitions)
        self._consumer.seek_to_beginning(*self._partitions)
        yield from self._until(ends, wanted, _deadline(seconds))

    def latest(self, wanted: Wanted, seconds: float, enough: int = 1) -> dict[bytes, Read]:
        """The newest record of each key that is asked for.

        The last minutes are read first; if fewer than ``enough`` keys are found, more, as long as the time
        allows.
        """
        deadline = monotonic() + seconds
        ends = self._consumer.end_offsets(self._partitions)
        found: dict[bytes, Read] = {}
        for reach_min in (*REACHES_MIN, None):
            begins = self._go_back(reach_min, ends)
            newer: dict[bytes, Read] = {read.key: read for read in self._until(ends, wanted, deadline)}
            found = newer | found
            ends = begins
            if len(found) >= enough or monotonic() > deadline:
                break
        return found

    def recent(self, wanted: Wanted, seconds: float) -> list[Read]:
        """What is asked for of the last four hours, in the order in which it was written."""
        ends = self._consumer.end_offsets(self._partitions)
        self._go_back(REACHES_MIN[-1], ends)
        return sorted(self._until(ends, wanted, _deadline(seconds)), key=lambda read: read.written_ms)

    def follow(self, wanted: Wanted) -> Iterator[Read]:
        """What comes from now on; never ends."""
        while True:
            yield from (read for _, _, read in self._polled(wanted, POLL_S))

    def arriving(self, wanted: Wanted, seconds: float) -> Iterator[Read]:
        """The same for so long."""
        deadline = monotonic() + seconds
        while (left_s := deadline - monotonic()) > 0:
            yield from (read for _, _, read in self._polled(wanted, min(POLL_S, left_s)))

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def __enter__(self) -> "TopicReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _go_back(self, minutes: int | None, ends: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Seek to what was written so long ago (None: to all that is kept); where that is."""
        begins: dict[TopicPartition, int] = self._consumer.beginning_offsets(self._partitions)
        if minutes is not None:
            since_ms = int(time() * 1000) - minutes * 60_000
            found = self._consumer.offsets_for_times(dict.fromkeys(self._partitions, since_ms))
            begins = {each: ends[each] if place is None else place.offset for each, place in found.items()}
        begins = {each: min(begins[each], ends[each]) for each in self._partitions}
        for each, offset in begins.items():
            self._consumer.seek(each, offset)
        return begins

    def _until(self, ends: dict[TopicPartition, int], wanted: Wanted, deadline: float) -> Iterator[Read]:
        while monotonic() < deadline:
            if all(self._consumer.position(each) >= ends[each] for each in self._partitions):
                return
            polled = self._polled(wanted, min(POLL_S, max(deadline - monotonic(), 0.0)))
            yield from (read for partition, offset, read in polled if offset < ends[partition])

    def _polled(self, wanted: Wanted, seconds: float) -> Iterator[tuple[TopicPartition, int, Read]]:
        fetched = self._consumer.poll(timeout_ms=seconds * 1000, max_records=RECORDS_PER_POLL)
        for partition, records in fetched.items():
            for record in records:
                key, value = record.key or b"", record.value
                if value is not None and wanted(key, value):
                    yield partition, record.offset, Read(key, value, record.timestamp)


def _deadline(seconds: float | None) -> float:
    return float("inf") if seconds is None else monotonic() + seconds


def lag_of(kafka: KafkaSettings) -> dict[str, int]:
    """Records of each input topic that the workers' group has not acknowledged yet."""
    admin = KafkaAdminClient(**kafka.kafka_python())
    consumer = KafkaConsumer(**kafka.kafka_python(), group_id=None)
    try:
        done = {
            source: committed.offset
            for source, committed in admin.list_group_offsets({kafka.group: None})[kafka.group].items()
        }
        lags: dict[str, int] = {}
        for topic in kafka.inputs:
            numbers = consumer.partitions_for_topic(topic) or ()
            sources = [TopicPartition(topic, number) for number in numbers]
            ends, begins = consumer.end_offsets(sources), consumer.beginning_offsets(sources)
            lags[topic] = sum(ends[each] - max(done.get(each, 0), begins[each]) for each in sources)
        return lags
    finally:
        consumer.close()
        admin.close()
