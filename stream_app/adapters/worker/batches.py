"""Faust's public settings that make one message out of everything a poll returned for a partition.

Faust spends about 110 µs of asyncio work on every message. `ConsumerScheduler` decides what a message is, so
the scheduler here hands out one batch per partition and poll, and the schema lets it through undecoded.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, NamedTuple

from faust import Schema
from faust.types import TP
from faust.types.transports import SchedulingStrategyT

from driftline.stream_app.pipeline import Records, concatenated


class Batch(NamedTuple):
    """The records of one partition in one poll, dressed as the single record that Faust expects.

    `offset` is that of the last record: Faust drops messages below the offset it has read so far.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: Records
    timestamp_type: int | None = None
    headers: tuple[()] = ()
    key: bytes | None = None
    checksum: int | None = None
    serialized_key_size: int = -1
    serialized_value_size: int = -1


class BatchScheduler(SchedulingStrategyT):
    """Hands out one batch per partition and poll."""

    def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Any]]:
        """Yield each partition with its records as one batch: of `Records`, or aiokafka's own one by one."""
        for partition, parts in records.items():
            if not parts:
                continue
            batch = concatenated(parts) if isinstance(parts[0], Records) else Records.of(parts)
            if len(batch):
                offset, timestamp = int(batch.offsets[-1]), int(batch.timestamps_ms[-1])
                yield partition, Batch(partition.topic, partition.partition, offset, timestamp, batch)


class BatchSchema(Schema[None, Records]):
    """Passes the records through as the value of the message."""

    def compile(self, app: Any, **_: Any) -> Callable[..., Awaitable[Any]]:
        """Return the function with which Faust turns a message into an event."""
        create_event = app.create_event

        async def decode(message: Any, *, propagate: bool = False) -> Any:
            return create_event(None, message.value, message.headers, message)

        return decode
