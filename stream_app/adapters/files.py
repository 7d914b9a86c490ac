"""JSON lines as records: plain, compressed, or standard input."""

import gzip
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from heapq import merge
from pathlib import Path
from typing import IO, NamedTuple

from schemas import Rejection, decode
from stream_app.pipeline import SourceRecord

STANDARD_INPUT = "-"


class FileRecord(NamedTuple):
    """A line as a record: its topic is the file, its offset the line's number from 0."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """The file for reading bytes; ``-`` is standard input, ``.gz`` is unpacked on the way."""
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer
    elif path.endswith(".gz"):
        with gzip.open(path, "rb") as packed:
            yield packed  # type: ignore[misc]
    else:
        with Path(path).open("rb") as plain:
            yield plain


def lines_of(path: str) -> Iterator[FileRecord]:
    """Every line that is not blank."""
    with opened(path) as file:
        for number, line in enumerate(file):
            value = line.strip()
            if value:
                yield FileRecord(path, 0, number, None, None, value)


def records_of(paths: Iterable[str]) -> Iterator[SourceRecord]:
    """The records of all files; several files are merged by the time of their events, ties in file order."""
    sources = [lines_of(path) for path in paths]
    if len(sources) == 1:
        return sources[0]
    return (record for _, _, record in merge(*(timed(place, source) for place, source in enumerate(sources))))


def timed(place: int, source: Iterator[FileRecord]) -> Iterator[tuple[int, int, FileRecord]]:
    """Records with the time to merge them by; one that cannot be used takes that of the one before."""
    time_ms = 0
    for record in source:
        event = decode(record.value, None)
        if not isinstance(event, Rejection):
            time_ms = event.time_ms
        yield time_ms, place, record
