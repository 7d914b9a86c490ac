"""Compiled passes over single columns after the walk: times, and the different texts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.scanner.compiled import compiled, inlined
from driftline.schemas.scanner.times import rfc3339_ms
from driftline.schemas.scanner.values import SPAN, TEXT, Blob
from driftline.schemas.times import DAY_MS, LATEST_MS


class Column(NamedTuple):
    """A column of a batch, [rows]: what its values are, and what they are worth."""

    kinds: NDArray[np.uint8]
    numbers: NDArray[np.float64]


class Texts(NamedTuple):
    """The different texts of a column: spans [texts, 2] in the blob, buckets [a power of two] by hash."""

    buckets: NDArray[np.int64]
    spans: NDArray[np.int64]


class Clocks(NamedTuple):
    """What times are held against: timestamps [rows], negative where there is none, and the earliest."""

    timestamps_ms: NDArray[np.int64]
    earliest_ms: int


@compiled
def settle_times(
    blob: Blob,
    column: Column,
    clocks: Clocks,
    fits: NDArray[np.bool_],
    times_ms: NDArray[np.int64],
) -> None:
    """Writes epoch milliseconds to times_ms; rows whose time is wrong, or needs a closer look, do not fit."""
    timestamps_ms, earliest_ms = clocks.timestamps_ms, clocks.earliest_ms
    for row in range(len(times_ms)):
        time_ms, stamp_ms = -1, timestamps_ms[row]
        if fits[row]:
            time_ms = int(column.numbers[row])
            if column.kinds[row] == TEXT:
                begin, length = time_ms // SPAN, time_ms % SPAN
                time_ms = rfc3339_ms(blob, begin, begin + length)
        times_ms[row] = time_ms
        if not earliest_ms <= time_ms < LATEST_MS or 0 <= stamp_ms < time_ms - DAY_MS:
            fits[row] = False


@inlined
def is_same(blob: Blob, begin: int, other: int, length: int) -> bool:
    """Whether the same bytes stand in two places."""
    for index in range(length):
        if blob[begin + index] != blob[other + index]:
            return False
    return True


@compiled
def number_texts(blob: Blob, column: Column, texts: Texts, fits: NDArray[np.bool_]) -> int:
    """Give every text of a column its place among the different ones, in the order of rows; their number.

    By hash (FNV-1a, linear probing), compared byte by byte.
    """
    total, first = 0, 0
    while first < len(fits) and column.kinds[first] != TEXT:
        first += 1
    mask = len(texts.buckets) - 1
    if first < len(fits):
        for place in range(mask + 1):
            texts.buckets[place] = -1
    for row in range(first, len(fits)):
        if not fits[row] or column.kinds[row] != TEXT:
            continue
        span = int(column.numbers[row])
        begin, length = span // SPAN, span % SPAN
        code = np.uint64(14_695_981_039_346_656_037)
        for index in range(begin, begin + length):
            code = (code ^ np.uint64(blob[index])) * np.uint64(1_099_511_628_211)
        bucket = np.int64((code ^ (code >> np.uint64(29))) & np.uint64(mask))
        while texts.buckets[bucket] >= 0:
            known = texts.buckets[bucket]
            if texts.spans[known, 1] == length and is_same(blob, begin, texts.spans[known, 0], length):
                break
            bucket = (bucket + 1) & mask
        if texts.buckets[bucket] < 0:
            texts.buckets[bucket] = total
            texts.spans[total, 0], texts.spans[total, 1] = begin, length
            total += 1
        column.numbers[row] = texts.buckets[bucket]
    return total
