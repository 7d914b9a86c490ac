"""The client of those who act on alerts: each alert once."""

import logging
from collections.abc import Sequence
from heapq import merge
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import orjson

from driftline.schemas import PUBLISHED_AT
from driftline.stream_app.client.connection import connection
from driftline.stream_app.client.remembered_ids import RememberedIds
from driftline.stream_app.config import KafkaSettings

if TYPE_CHECKING:
    from kafka import TopicPartition


class ReceivedAlert(dict[str, Any]):
    """An alert as `schemas.Alert` describes it, and when it was published (RFC 3339), where that is known."""

    published_at: str | None = None


logger = logging.getLogger(__name__)

POLL_S_MAX = 1.0
RECORDS_PER_POLL = 500


class AlertConsumer:
    """Iterates over the alerts topic; alerts are dicts as `schemas.Alert` describes them.

    A worker that takes over after a crash may publish alerts again, with the same ids: an id among the last
    ``ids_remembered`` is handed out once. Not for use by several threads at a time.

    Without a group the consumer reads all partitions, from their ends as they are now or, ``from_beginning``,
    from everything that is kept. With a group, consumers of the same group share the alerts, and the group
    goes on where it left off: an alert counts as done when the next one is asked for, so after a crash the
    last one comes again, and none is lost. ``from_beginning`` then says where a new group begins.

    Args:
        bootstrap_servers, prefix, security: as for `DriftClient`.
        timeout_s: iteration ends when no alert has arrived for so long; None: never.

    Raises:
        ConfigError: says everything that is wrong with these arguments.
        KafkaError: no broker answers, or it has no such topic.
    """

    def __init__(
        self,
        bootstrap_servers: str | KafkaSettings | None = None,
        prefix: str | None = None,
        group: str | None = None,
        from_beginning: bool = False,
        *,
        timeout_s: float | None = None,
        ids_remembered: int = 10_000,
        **security: Any,
    ) -> None:
        from kafka import KafkaConsumer

        kafka = connection(bootstrap_servers, prefix, security)
        self._topic = kafka.alerts
        self._group = group
        self._timeout_s = timeout_s
        self._ids = RememberedIds(ids_remembered)
        self._handed_out: dict[TopicPartition, int] = {}
        self._anchored: set[TopicPartition] = set()
        self._consumer = KafkaConsumer(
            **kafka.kafka_python(),
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest" if from_beginning else "latest",
            allow_auto_create_topics=False,
        )
        try:
            self._begin(from_beginning)
        except BaseException:
            self._consumer.close()
            raise

    def poll(self, timeout_s: float = 0.0, limit: int = RECORDS_PER_POLL) -> list[ReceivedAlert]:
        """Alerts that are there or arrive in this time, as soon as there are any; earlier ones are done."""
        self._commit()
        fetched = self._consumer.poll(timeout_ms=timeout_s * 1000, max_records=limit)
        if self._group is not None:
            self._anchor(fetched)
        # By time, but never against a partition's own order: that is an incident's life.
        records = merge(*fetched.values(), key=lambda record: record.timestamp)
        for partition, some in fetched.items():
            self._handed_out[partition] = some[-1].offset + 1
        alerts = (self._decoded(record.value, record.headers) for record in records)
        return [alert for alert in alerts if alert is not None and self._ids.is_new(alert["id"])]

    def lag(self) -> int:
        """How many records of the topic are ahead of this consumer; 0 when it is up to date."""
        partitions = self._consumer.assignment()
        ends = self._consumer.end_offsets(partitions)
        return sum(ends[each] - self._consumer.position(each) for each in partitions)

    def close(self) -> None:
        """Leave the group and disconnect; what was handed out last is done only if more was asked for."""
        self._consumer.close(autocommit=False)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ReceivedAlert:
        deadline = None if self._timeout_s is None else monotonic() + self._timeout_s
        while True:
            left_s = POLL_S_MAX if deadline is None else deadline - monotonic()
            if alerts := self.poll(max(0.0, min(left_s, POLL_S_MAX)), limit=1):
                return alerts[0]
            if left_s <= 0:
                raise StopIteration

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, from_beginning: bool) -> None:
        from kafka import TopicPartition
        from kafka.errors import UnknownTopicOrPartitionError

        numbers = self._consumer.partitions_for_topic(self._topic)
        if not numbers:
            raise UnknownTopicOrPartitionError(
                f"there is no topic {self._topic}: check the prefix, or run `driftline topics create`"
            )
        if self._group is not None:
            self._consumer.subscribe([self._topic])
            return
        partitions = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        self._consumer.assign(partitions)
        if from_beginning:
            self._consumer.seek_to_beginning(*partitions)
        else:
            for partition, end in self._consumer.end_offsets(partitions).items():
                self._consumer.seek(partition, end)  # now, not when it first polls

    def _commit(self) -> None:
        """Tell the group that what was handed out is done."""
        positions, self._handed_out = self._handed_out, {}
        if self._group is not None and positions:
            self._commit_positions(positions)

    def _anchor(self, fetched: "dict[TopicPartition, list[Any]]") -> None:
        """Commit where a partition begins for this consumer, or a new group would lose what arrives before
        it has handed out its first alert of the partition and restarts."""
        assigned = set(self._consumer.assignment())
        fresh = assigned - self._anchored
        self._anchored = assigned
        if fresh:
            self._commit_positions(
                {
                    each: fetched[each][0].offset if each in fetched else self._consumer.position(each)
                    for each in fresh
                }
            )

    def _commit_positions(self, positions: "dict[TopicPartition, int]") -> None:
        from kafka.errors import KafkaError
        from kafka.structs import OffsetAndMetadata

        try:
            self._consumer.commit(
                {each: OffsetAndMetadata(offset, "", -1) for each, offset in positions.items()}
            )
        except KafkaError as error:  # the partitions moved on: whoever has them hands these alerts out again
            logger.warning("driftline: positions were not committed: %s", error)

    def _decoded(
        self, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> ReceivedAlert | None:
        if value is None:
            return None  # the compacted topic forgets a key
        try:
            alert = orjson.loads(value)
            if isinstance(alert["id"], str):
                received = ReceivedAlert(alert)
                stamp = dict(headers).get(PUBLISHED_AT)
                received.published_at = None if stamp is None else stamp.decode()
                return received
        except (ValueError, TypeError, KeyError):
            pass
        logger.warning("driftline: a record of %s is not an alert: skipped.", self._topic)
        return None
