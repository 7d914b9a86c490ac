"""aiokafka hands out columns instead of an object per record.

An object per record costs as much as everything else between the broker and the shard. aiokafka makes them
in one method of its fetcher, by two names of its module; that method is given classes of ours instead, which
go through what was fetched as aiokafka does, batch by batch, but read all records in one compiled pass.
"""

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from types import FunctionType
from typing import Any

import numpy as np
from aiokafka import AIOKafkaConsumer, TopicPartition, codec
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException, UnsupportedCodecError
from aiokafka.record.default_records import DefaultRecordBase
from aiokafka.record.memory_records import MemoryRecords
from crc32c import crc32c

from driftline.schemas.scanner import PADDING
from driftline.stream_app.adapters.worker.internals.record_format import (
    SMALLEST_RECORD_BYTES,
    Columns,
    Headers,
    read_records,
)
from driftline.stream_app.pipeline import Record, Records

MAGIC_AT = 16
COUNT_AT = DefaultRecordBase.HEADER_STRUCT.size - 4
RECORDS_AT = DefaultRecordBase.HEADER_STRUCT.size
HAS_CODEC = {1: codec.has_gzip, 2: codec.has_snappy, 3: codec.has_lz4, 4: codec.has_zstd}
DECODERS = {1: codec.gzip_decode, 2: codec.snappy_decode, 3: codec.lz4_decode, 4: codec.zstd_decode}


def fetch_columns(consumer: AIOKafkaConsumer) -> None:
    """Let a consumer that was started hand out `Records` from now on, usually one for each fetch.

    Only this consumer: the method with other names for the two classes becomes an attribute of its fetcher.
    """
    method = fetcher.Fetcher._proc_fetch_request
    names = method.__globals__ | {"MemoryRecords": Fetched, "PartitionRecords": ColumnarPartitionRecords}
    consumer._fetcher._proc_fetch_request = partial(FunctionType(method.__code__, names), consumer._fetcher)


class Fetched:
    """What a fetch brought of one partition, in the place of aiokafka's MemoryRecords."""

    def __init__(self, data: bytes) -> None:
        self.to_read: list[FetchedBatch] = []
        self._data = memoryview(data)
        self._batches = MemoryRecords(data)
        self._end = 0
        self.has_next = self._batches.has_next
        self.size_in_bytes = self._batches.size_in_bytes

    def next_batch(self) -> "FetchedBatch":
        """The next batch, with where it stands."""
        batch, begin = self._batches.next_batch(), self._end
        length = int.from_bytes(self._data[begin + 8 : begin + 12])
        self._end = begin + 12 + length
        return FetchedBatch(batch, self._data[begin : self._end], self.to_read)


class FetchedBatch:
    """A batch of aiokafka's that, instead of giving records one by one, notes that they are to be read."""

    def __init__(self, batch: Any, data: memoryview, to_read: "list[FetchedBatch]") -> None:
        self.batch = batch
        self.magic = data[MAGIC_AT]
        self.count = int.from_bytes(data[COUNT_AT:RECORDS_AT])
        self._data = data
        self._to_read = to_read

    def __getattr__(self, name: str) -> Any:
        return getattr(self.batch, name)

    def __iter__(self) -> Iterator[Any]:
        self._to_read.append(self)
        return iter(())

    def validate_crc(self) -> bool:
        """Whether the checksum is right; aiokafka's own arithmetic takes ten times as long."""
        if self.magic < 2:
            return bool(self.batch.validate_crc())
        return bool(crc32c(self._data[DefaultRecordBase.ATTRIBUTES_OFFSET :]) == self.batch.crc)

    def __next__(self) -> Any:  # how aiokafka looks at the marker in a control batch
        return next(self.batch)

    def payload(self) -> bytes | memoryview:
        """Its records, unpacked.

        Raises:
            UnsupportedCodecError, CorruptRecordException: they cannot be.
        """
        payload = self._data[RECORDS_AT:]
        compression = self.batch.compression_type
        if compression:
            if compression not in DECODERS or not HAS_CODEC[compression]():
                raise UnsupportedCodecError(f"Libraries for compression codec {compression} not found")
            payload = DECODERS[compression](payload.tobytes())
        if self.count * SMALLEST_RECORD_BYTES > len(payload):
            raise CorruptRecordException(f"{self.count} records in {len(payload)} bytes")
        return payload


class ColumnarPartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    """aiokafka's iterator over what was fetched of one partition, which gives `Records` instead of records.

    Checksums, transactions, control batches and the offset of the next fetch remain aiokafka's business.
    """

    def _unpack_records(self) -> Iterator[Records]:
        expected = self.next_fetch_offset
        for _ in super()._unpack_records():
            pass
        to_read = self._records.to_read.copy()
        self._records.to_read.clear()  # each refers to it: only the garbage collector would free them
        for is_current, batches in groupby(to_read, lambda each: each.magic >= 2):
            read = read_batches if is_current else read_old_batches
            records = read(self._tp, list(batches), expected)
            if len(records):
                expected = int(records.offsets[-1]) + 1
                yield records


def read_batches(source: TopicPartition, batches: list[FetchedBatch], expected: int) -> Records:
    """The records of batches from offset ``expected`` on.

    Raises:
        CorruptRecordException: a batch is not what its header says.
    """
    payloads = [batch.payload() for batch in batches]
    sizes = np.array([len(payload) for payload in payloads], np.int64)
    ends = np.cumsum(sizes)
    headers = Headers(
        ends - sizes,
        ends,
        *(np.array(column, np.int64) for column in zip(*map(header, batches), strict=True)),
    )
    size = int(headers.counts.sum())
    columns = Columns(*(np.empty(shape, np.int64) for shape in (size, size, (size, 2), (size, 2))))
    data = b"".join([*payloads, PADDING])
    rows = read_records(np.frombuffer(data, np.uint8), headers, columns, expected)
    if rows < 0:
        raise CorruptRecordException(f"{source}: the batch at offset {headers.offsets[-1 - rows]} is broken")
    offsets, timestamps_ms, keys, values = (column[:rows] for column in columns)
    topic_of = np.zeros(rows, np.int64)
    return Records(source.partition, (source.topic,), topic_of, offsets, timestamps_ms, keys, values, data)


def header(batch: FetchedBatch) -> tuple[int, int, int, int]:
    """Of a batch: records, first offset, time that counts, and 1 if records count theirs from it, else 0."""
    if batch.timestamp_type:  # the broker's clock
        return batch.count, batch.base_offset, batch.max_timestamp, 0
    return batch.count, batch.base_offset, batch.first_timestamp, 1


def read_old_batches(source: TopicPartition, batches: list[FetchedBatch], expected: int) -> Records:
    """The same of batches as written before Kafka 0.11, one record at a time."""
    return Records.of(
        [
            Record(source.topic, source.partition, each.offset, each.timestamp, each.key, each.value)
            for batch in batches
            for each in batch.batch
            if each.offset >= expected
        ]
    )
