"""Records as columns, read from what aiokafka fetched."""

import gc
import gzip
import sys
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.adapters.worker.internals.columns import ColumnarPartitionRecords, Fetched
from driftline.stream_app.pipeline import Record

SOURCE = TopicPartition("predictions", 3)
START_MS = 1_790_000_000_000
CODECS = range(5)  # none, gzip, snappy, lz4, zstd
READ_COMMITTED, READ_UNCOMMITTED = fetcher.READ_COMMITTED, fetcher.READ_UNCOMMITTED
COMMIT, ABORT = b"\x00\x00\x00\x01", b"\x00\x00\x00\x00"

Drawn = tuple[int, bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""Milliseconds after the start, key, value, headers."""


def batch(records: dict[int, Drawn], first: int, **differs: Any) -> bytes:
    """A batch as a broker keeps it: records by the offset that each has after the first one."""
    builder = DefaultRecordBatchBuilder(
        2, differs.get("codec", 0), 0, differs.get("producer", -1), 0, -1, 1 << 20
    )
    for delta, (time_ms, key, value, headers) in records.items():
        assert builder.append(delta, START_MS + time_ms, key, value, headers) is not None
    made = builder.build()
    made[0:8] = first.to_bytes(8)
    attributes = DefaultRecordBase.ATTRIBUTES_OFFSET
    made[attributes + 1] |= differs.get("attributes", 0)
    made[attributes + 2 : attributes + 6] = differs.get("last", max(records, default=0)).to_bytes(4)
    made[attributes - 4 : attributes] = calc_crc32c(bytes(made[attributes:])).to_bytes(4)
    return bytes(made)


def read_by_aiokafka(
    data: bytes, start: int, aborted: list[tuple[int, int]], isolation: int
) -> tuple[Any, int]:
    """Its own records, and where it would go on."""
    reader = fetcher.PartitionRecords(
        SOURCE, MemoryRecords(data), aborted, start, None, None, True, isolation
    )
    records = [Record(*SOURCE, each.offset, each.timestamp, each.key, each.value) for each in reader]
    return records, reader.next_fetch_offset


def read_as_columns(
    data: bytes, start: int, aborted: list[tuple[int, int]], isolation: int
) -> tuple[Any, int]:
    """The same by the classes that are put in the place of aiokafka's."""
    reader = ColumnarPartitionRecords(SOURCE, Fetched(data), aborted, start, None, None, True, isolation)
    return [record for records in reader for record in records], reader.next_fetch_offset


def check(
    data: bytes, start: int = 0, aborted: list[tuple[int, int]] | None = None, isolation: int = 0
) -> int:
    """Both must give the same; how many records that is."""
    expected = read_by_aiokafka(data, start, list(aborted or []), isolation)
    assert read_as_columns(data, start, list(aborted or []), isolation) == expected
    return len(expected[0])


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compiling, and what codecs do the first time, takes longer than an example may."""
    for number in CODECS:
        check(batch(some(1), 0, codec=number))


texts = st.one_of(st.none(), st.binary(max_size=3), st.binary(min_size=60, max_size=200))
headers = st.lists(st.tuples(st.text("kñ€", max_size=3), texts), max_size=2)
drawn_records = st.tuples(st.integers(-(2**40), 2**40), texts, texts, headers)


@st.composite
def fetches(draw: st.DrawFn) -> tuple[bytes, int]:
    """Batches with and without gaps, compressed or not, some of them empty or cut off, and where to begin."""
    data, first = b"", draw(st.integers(0, 10_000))
    start = first
    for number in range(draw(st.integers(1, 4))):
        deltas = draw(st.lists(st.integers(0, 300), unique=True, max_size=6).map(sorted))
        last = max(deltas, default=0) + draw(st.integers(0, 3))
        data += batch(
            {delta: draw(drawn_records) for delta in deltas},
            first,
            codec=draw(st.sampled_from(CODECS)) if deltas else 0,  # nobody compresses nothing
            last=last,
            attributes=draw(st.sampled_from([0, 0x08])),
        )
        start = first + draw(st.integers(0, last)) if number == 0 else start
        first += last + 1 + draw(st.integers(0, 2))
    cut = draw(st.integers(0, 60))
    return data + batch({0: (0, b"k", b"v", [])}, first)[:cut], start


@given(fetches())
def test_columns_say_what_aiokafka_says(fetch: tuple[bytes, int]) -> None:
    """Events would be lost, repeated, or be others than those that were written."""
    check(*fetch)


def some(count: int) -> dict[int, Drawn]:
    """Plain records."""
    return {delta: (delta, b"k", b"%d" % delta, []) for delta in range(count)}


@pytest.mark.parametrize(("isolation", "seen"), [(READ_COMMITTED, 7), (READ_UNCOMMITTED, 11)])
def test_aborted_transactions_and_markers_are_passed_over(isolation: int, seen: int) -> None:
    """What a producer took back would be watched, or a marker be taken for an event."""
    transactional, control = 0x10, 0x30
    data = b"".join(
        [
            batch(some(4), 0, producer=7, attributes=transactional),
            batch({0: (0, ABORT, b"\x00" * 6, [])}, 4, producer=7, attributes=control),
            batch(some(3), 5),
            batch(some(4), 8, producer=7, attributes=transactional),
            batch({0: (0, COMMIT, b"\x00" * 6, [])}, 12, producer=7, attributes=control),
        ]
    )
    assert check(data, 0, [(7, 0)], isolation) == seen
    assert read_as_columns(data, 0, [(7, 0)], isolation)[1] == 13


@pytest.mark.parametrize("magic", [0, 1])
def test_batches_of_old_formats_are_read(magic: int) -> None:
    """A topic older than Kafka 0.11 would stop the worker."""
    old = LegacyRecordBatchBuilder(magic, 0, 1 << 20)
    for offset in range(3):
        old.append(offset, START_MS + offset if magic else None, b"k", b"%d" % offset)
    assert check(bytes(old.build()), 1) == 2


def test_a_wrong_checksum_is_noticed() -> None:
    """What a disk or a network broke would be watched."""
    good, bad = batch(some(2), 0), bytearray(batch(some(2), 2))
    bad[-1] ^= 1
    for read in (read_by_aiokafka, read_as_columns):
        with pytest.raises(CorruptRecordException):
            read(good + bytes(bad), 0, [], READ_UNCOMMITTED)


@given(st.data())
def test_a_broken_batch_is_refused_or_read_as_aiokafka_reads_it(data: st.DataObject) -> None:
    """The compiled reader would go beyond the end of the memory."""
    records = batch(some(3), 0)[DefaultRecordBase.HEADER_STRUCT.size :]
    place = data.draw(st.integers(0, len(records) - 1))
    broken = records[:place] + data.draw(st.binary(max_size=12)) + records[place + 1 :]
    for number, payload in ((0, broken), (1, gzip.compress(broken))):
        made = (
            bytearray(batch(some(3), 0, attributes=number))[: DefaultRecordBase.HEADER_STRUCT.size] + payload
        )
        made[8:12] = (len(made) - 12).to_bytes(4)
        attributes = DefaultRecordBase.ATTRIBUTES_OFFSET
        made[attributes - 4 : attributes] = calc_crc32c(bytes(made[attributes:])).to_bytes(4)
        try:
            read = read_as_columns(bytes(made), 0, [], READ_UNCOMMITTED)
        except CorruptRecordException:
            continue
        assert len(read[0]) <= 3


def test_aiokafka_still_makes_its_records_where_ours_are_put() -> None:
    """Another release of aiokafka would hand out its own records, and the worker could not read them."""
    names = fetcher.Fetcher._proc_fetch_request.__code__.co_names
    assert {"MemoryRecords", "PartitionRecords"} <= set(names)


def test_what_was_fetched_is_freed_with_its_records() -> None:
    """Megabytes of every fetch would wait for the garbage collector, which the worker rarely lets run."""
    data = batch(some(3), 0)
    before = sys.getrefcount(data)
    gc.disable()
    try:
        assert len(read_as_columns(data, 0, [], READ_UNCOMMITTED)[0]) == 3
        assert sys.getrefcount(data) == before
    finally:
        gc.enable()
