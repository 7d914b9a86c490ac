"""Files as records: JSON lines, plain, compressed, or from standard input; and tables of rows."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from errno import EIO
from heapq import merge
from itertools import chain
from pathlib import Path
from typing import IO

import numpy as np

from driftline.schemas import OLDEST_MS, Rejection, decode
from driftline.schemas.scanner import PADDING
from driftline.stream_app.adapters.replay import DEFAULT_BATCH, batches
from driftline.stream_app.adapters.tables import Tables, is_table, table_in, tell, texts_of
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.lines import Notes, lines_of
from driftline.stream_app.pipeline import Record, Records

STANDARD_INPUT = "-"
BLOCK_BYTES = 1 << 22  # a longer line is read whole
NEWLINE = 10
DEFAULT_TABLES = Tables()
IS_SPACE = np.isin(np.arange(256), list(b" \t\n\r\x0b\x0c"))


class Meter:
    """How far files are read, in bytes as they lie on the disk: of compressed ones the compressed bytes."""

    def __init__(self, paths: Iterable[str]) -> None:
        files = list(map(Path, paths))
        sizes = [file.stat().st_size if file.is_file() else None for file in files]
        known = [size for size in sizes if size is not None]
        self.total_bytes = sum(known) if len(known) == len(sizes) else None
        """None when one of them is a stream, and nobody knows."""
        self._places: dict[str, int] = {}
        self._sizes = dict(zip(map(str, files), sizes, strict=True))

    def reached(self, path: str, place_bytes: int) -> None:
        """A file is read up to this place."""
        self._places[path] = place_bytes

    def reached_share(self, path: str, share: float) -> None:
        """A part of 1 of a file is read."""
        self.reached(path, round(share * (self._sizes.get(path) or 0)))

    @property
    def read_bytes(self) -> int:
        """Of all files together."""
        return sum(self._places.values())


@contextmanager
def opened(path: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The file for reading bytes, and the file on the disk behind it.

    ``-`` is standard input, ``.gz`` is unpacked on the way.

    Raises:
        OSError: it cannot be read, or is damaged; names the file.
    """
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer, sys.stdin.buffer
        return
    with Path(path).open("rb") as plain:
        if not path.endswith(".gz"):
            yield plain, plain
            return
        try:
            with gzip.GzipFile(fileobj=plain) as packed:
                yield packed, plain  # type: ignore[misc]
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise OSError(
                EIO, f"this compressed file is damaged, or not compressed ({error}): fetch it again", path
            ) from error


def blocks_of(path: str, meter: Meter | None = None) -> Iterator[Records]:
    """The lines of a file that are not blank, about `BLOCK_BYTES` at a time, without the spaces around them.

    Their topic is the file, their offset the line's number from 0.
    """
    number, pieces = 0, [b""]
    with opened(path) as (file, behind):
        while block := file.read(BLOCK_BYTES):
            if meter is not None and path != STANDARD_INPUT:
                meter.reached(path, behind.tell())
            end = block.rfind(b"\n") + 1
            if end:
                yield lines_in(b"".join([*pieces, block[:end]]), path, number)
                number += block.count(b"\n")
                pieces = []
            pieces.append(block[end:])
        yield lines_in(b"".join(pieces), path, number)


def blocks_of_table(path: str, tables: Tables, meter: Meter | None = None) -> Iterator[Records]:
    """The rows of a Parquet or CSV file as the JSON lines that they are; their offset is the line's number.

    Raises:
        MappingError: the columns make no events, or the file cannot be read; names the file.
    """

    def reached(share: float) -> None:
        if meter is not None:
            meter.reached_share(path, share)

    notes, number = Notes(), 0
    try:
        with opened(path) as (file, behind), table_in(path, file, reached) as table:
            for text in texts_of(lines_of(table, tables.columns_of(path, table), notes)):
                if meter is not None and not table.types:
                    meter.reached(path, behind.tell())
                yield (block := lines_in(text, path, number))
                number += len(block)
    except MappingError as error:
        raise MappingError(f"{path}: {error}") from error
    tell(notes, path, tables)


def lines_in(text: bytes, path: str, number: int) -> Records:
    """The lines of a text, the first of which has this number in its file."""
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == NEWLINE)
    if not text.endswith(b"\n"):
        ends = np.append(ends, len(text))
    begins = np.concatenate(([0], ends[:-1] + 1))
    bytes_of = np.frombuffer(text + PADDING, np.uint8)
    for line in np.flatnonzero(IS_SPACE[bytes_of[begins]] | IS_SPACE[bytes_of[ends - 1]]).tolist():
        inside = text[begins[line] : ends[line]]
        begins[line] += len(inside) - len(inside.lstrip())
        ends[line] = begins[line] + len(inside.strip())
    lines = np.flatnonzero(ends > begins)
    return Records(
        partition=0,
        topics=(path,),
        topic_of=np.zeros(len(lines), np.int64),
        offsets=lines + number,
        timestamps_ms=np.full(len(lines), -1),
        keys=np.full((len(lines), 2), -1),
        values=np.stack([begins, ends], axis=1)[lines],
        data=text + PADDING,
    )


def records_of(
    paths: Iterable[str],
    size: int = DEFAULT_BATCH,
    meter: Meter | None = None,
    tables: Tables = DEFAULT_TABLES,
) -> Iterator[Records]:
    """The records of all files, at most ``size`` at a time; ``meter`` learns how far they are read.

    Several files are merged by the time of their events, ties in file order. ``tables`` says how those are
    read that have rows.

    Raises:
        MappingError: as ``blocks_of_table``.
    """
    sources = [
        blocks_of_table(path, tables, meter) if is_table(path) else blocks_of(path, meter) for path in paths
    ]
    if len(sources) == 1:
        for block in sources[0]:
            for start in range(0, len(block), size):
                yield block[start : start + size]
        return
    merged = merge(*(timed(place, source) for place, source in enumerate(sources)))
    yield from batches((record for _, _, record in merged), size)


def timed(place: int, source: Iterator[Records]) -> Iterator[tuple[int, int, Record]]:
    """Records with the time to merge them by; one that cannot be used takes that of the one before."""
    time_ms = 0
    for record in chain.from_iterable(source):
        event = decode(record.value, None, OLDEST_MS)
        if not isinstance(event, Rejection):
            time_ms = event.time_ms
        yield time_ms, place, record
