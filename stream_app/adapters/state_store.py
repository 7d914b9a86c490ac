"""The state topic as a store: one partition of it belongs to each partition number of the input."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from driftline.stream_app.adapters.log_reader import LogReader
from driftline.stream_app.pipeline import StateRecord


class FencedError(Exception):
    """Somebody else writes the state of a partition: this worker is not its owner any more."""


class StateStore:
    """Reads and writes checkpoints in a compacted topic, and notices when another worker does.

    Every owner begins with a claim, which is a record too. So as long as each record written here gets the
    offset right behind the last one read or written here, there is no other owner. Without this check, a
    worker that was paused for minutes could remove records which its successor still needs.
    """

    def __init__(self, topic: str, producer: AIOKafkaProducer, reader: LogReader) -> None:
        self._topic = topic
        self._producer = producer
        self._reader = reader
        self._own_end: dict[int, int] = {}

    async def read(self, partition: int) -> list[tuple[bytes, bytes | None]]:
        """All keys and values of a partition in order; compaction may not have run yet.

        Raises:
            TimeoutError: the broker delivered nothing for a minute.
        """
        end = await self._reader.end(self._topic, partition)
        read = [
            (record.key, record.value)
            async for records in self._reader.read(self._topic, partition, stop=end)
            for record in records
            if record.key is not None
        ]
        self._own_end[partition] = end
        return read

    async def write(self, partition: int, records: Sequence[StateRecord]) -> int:
        """Write records in order and wait until all in-sync replicas have them; the bytes written.

        Raises:
            FencedError: the records are written, but behind those of another worker.
            aiokafka.errors.KafkaError: the broker refused, or did not answer in time.
        """
        expected = self._own_end.pop(partition, None)  # after a refusal nobody knows what was written
        sent = [
            await self._producer.send(self._topic, key=key, value=value, partition=partition)
            for key, value in records
        ]
        offsets = [metadata.offset for metadata in await asyncio.gather(*sent)]
        if expected is not None and offsets != list(range(expected, expected + len(records))):
            raise FencedError(
                f"{self._topic}-{partition} has records of another worker from offset {expected} on"
            )
        self._own_end[partition] = offsets[-1] + 1
        return sum(len(key) + len(value or b"") for key, value in records)

    async def undisturbed(self, partition: int) -> bool:
        """True when nobody else has written to the partition since it was read."""
        return await self._reader.end(self._topic, partition) == self._own_end.get(partition)
