"""Kafka's record format, version 2: the records of many batches read in one compiled pass.

    Record: length, attributes (1 byte), timestamp delta, offset delta, key length and key, value length and
    value, number of headers, and of each its key's length, key, value's length and value

All numbers but the attributes are zigzag varints; a length of -1 stands for null.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.scanner.compiled import compiled, inlined

Bytes = NDArray[np.uint8]
SMALLEST_RECORD_BYTES = 7
NUMBER_BYTES_MAX = 10


class Headers(NamedTuple):
    """What stands before the records of each batch, [batches].

    begins, ends: where its records stand. counts: how many. offsets, timestamps_ms: what deltas count from.
    own_times: 1, or 0 where all have the one timestamp of the batch.
    """

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    counts: NDArray[np.int64]
    offsets: NDArray[np.int64]
    timestamps_ms: NDArray[np.int64]
    own_times: NDArray[np.int64]


class Columns(NamedTuple):
    """Room for all records: offsets and timestamps [records], spans of keys and values [records, 2]."""

    offsets: NDArray[np.int64]
    timestamps_ms: NDArray[np.int64]
    keys: NDArray[np.int64]
    values: NDArray[np.int64]


@inlined
def read_number(data: Bytes, place: int, end: int) -> tuple[int, int]:
    """A varint that begins at a place, and where it ends: -1 when not before the end, or the place is -1."""
    raw, shift = np.uint64(0), 0
    while 0 <= place < end and shift < 7 * NUMBER_BYTES_MAX:
        byte = data[place]
        place += 1
        raw |= np.uint64(byte & 0x7F) << np.uint64(shift)
        if byte < 0x80:
            return int(np.int64(raw >> np.uint64(1)) ^ -np.int64(raw & np.uint64(1))), place
        shift += 7
    return 0, -1


@inlined
def read_text(data: Bytes, place: int, end: int) -> tuple[int, int, int]:
    """A text behind its length: where it begins and ends (-1 for null), and where to go on (as a number)."""
    length, begin = read_number(data, place, end)
    if begin < 0 or length > end - begin:
        return -1, -1, -1
    if length < 0:
        return -1, -1, begin
    return begin, begin + length, begin + length


@inlined
def passes_headers(data: Bytes, place: int, end: int) -> bool:
    """Whether headers begin at a place, and end exactly with their record."""
    count, place = read_number(data, place, end)
    if count < 0:
        return False
    while place >= 0 and count > 0:
        begin, _, place = read_text(data, place, end)
        if begin < 0:
            return False
        _, _, place = read_text(data, place, end)
        count -= 1
    return place == end


@compiled
def read_records(data: Bytes, headers: Headers, columns: Columns, expected: int) -> int:
    """Reads the records from offset `expected` on, none twice; how many, or -1 - batch for a broken batch."""
    row = 0
    for batch in range(len(headers.begins)):
        place = headers.begins[batch]
        for _ in range(headers.counts[batch]):
            length, begin = read_number(data, place, headers.ends[batch])
            if begin < 0 or length < 1 or length > headers.ends[batch] - begin:
                return -1 - batch
            end = begin + length
            time_delta, place = read_number(data, begin + 1, end)
            offset_delta, place = read_number(data, place, end)
            key_begin, key_end, place = read_text(data, place, end)
            value_begin, value_end, place = read_text(data, place, end)
            if not passes_headers(data, place, end):
                return -1 - batch
            place = end
            offset = headers.offsets[batch] + offset_delta
            if offset < expected:
                continue
            expected = offset + 1
            columns.offsets[row] = offset
            columns.timestamps_ms[row] = headers.timestamps_ms[batch] + headers.own_times[batch] * time_delta
            columns.keys[row, 0], columns.keys[row, 1] = key_begin, key_end
            columns.values[row, 0], columns.values[row, 1] = value_begin, value_end
            row += 1
        if place != headers.ends[batch]:
            return -1 - batch
    return row
