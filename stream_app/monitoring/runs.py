"""Consecutive predictions of one stream, in columns: decoded one by one, or scanned together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import Prediction, decode, outputs_text
from driftline.schemas.scanner import Frame, Rows, Spans
from driftline.stream_app.monitoring.identity import hashes_of, id_hash
from driftline.stream_app.monitoring.naming import version_named


class DecodedRun:
    """Predictions as events; ``records`` are the bytes they were decoded from, where there are any."""

    def __init__(
        self,
        events: Sequence[Prediction],
        offsets: Sequence[int],
        records: Sequence[bytes | None] | None = None,
    ) -> None:
        self.events = list(events)
        self.offsets = list(offsets)
        self.records: list[bytes | None] = list(records or [None] * len(self.events))
        self.stream = (version_named(events[0].version), events[0].role)

    def __len__(self) -> int:
        return len(self.events)

    def append(self, event: Prediction, offset: int, record: bytes | None) -> None:
        """One more prediction of the same stream."""
        self.events.append(event)
        self.offsets.append(offset)
        self.records.append(record)

    def keys(self) -> list[int]:
        return [id_hash(event.id) for event in self.events]

    def times_ms(self) -> NDArray[np.int64]:
        return np.array([event.time_ms for event in self.events], np.int64)

    def outputs(self) -> list[bytes]:
        """As text."""
        pairs = zip(self.events, self.records, strict=True)
        return [outputs_text(event, record) for event, record in pairs]

    def part(self, start: int, stop: int) -> "DecodedRun":
        return DecodedRun(self.events[start:stop], self.offsets[start:stop], self.records[start:stop])

    def pick(self, places: Sequence[int]) -> "DecodedRun":
        """The predictions at these places."""
        return DecodedRun(
            [self.events[place] for place in places],
            [self.offsets[place] for place in places],
            [self.records[place] for place in places],
        )


class Source(NamedTuple):
    """Where the rows of a stream come from: spans of their records in the data [rows, 2], offsets [rows]."""

    data: bytes
    spans: Spans
    offsets: NDArray[np.int64]

    def record(self, place: int) -> bytes:
        """The record of a row, as it was written."""
        begin, end = self.spans[place].tolist()
        return self.data[begin:end]


class ScannedStream:
    """The rows of a frame that belong to one stream, with what is needed of each of them as lists."""

    def __init__(self, frame: Frame, stream: tuple[str, str], rows: Rows, source: Source) -> None:
        self.frame = frame
        self.stream = (version_named(stream[0]), stream[1])
        self.rows = rows
        self.source = source
        self.keys = hashes_of(frame.ids(rows))
        self.times_ms = frame.times_ms[rows]
        self.outputs = frame.outputs(rows)

    def event(self, place: int) -> Prediction:
        """One of the predictions as an event."""
        event = decode(self.source.record(place), None)
        assert isinstance(event, Prediction)
        return event


class ScannedRun:
    """Some rows of a scanned stream: those from ``start`` to ``stop``, or those at ``places``."""

    def __init__(self, source: ScannedStream, start: int, stop: int) -> None:
        self.source = source
        self.start = start
        self.stop = stop
        self.stream = source.stream

    def __len__(self) -> int:
        return self.stop - self.start

    def goes_on_in(self, other: "ScannedRun") -> bool:
        """Whether the other run begins where this one ends."""
        return other.source is self.source and other.start == self.stop

    @property
    def events(self) -> list[Prediction]:
        """The predictions as events, which is slow."""
        return [self.source.event(place) for place in range(self.start, self.stop)]

    @property
    def rows(self) -> Rows:
        """Which rows of the frame they are."""
        return self.source.rows[self.start : self.stop]

    @property
    def offsets(self) -> NDArray[np.int64]:
        return self.source.source.offsets[self.start : self.stop]

    def keys(self) -> list[int]:
        return self.source.keys[self.start : self.stop]

    def times_ms(self) -> NDArray[np.int64]:
        return self.source.times_ms[self.start : self.stop]

    def outputs(self) -> list[bytes]:
        """As text."""
        return self.source.outputs[self.start : self.stop]

    def part(self, start: int, stop: int) -> "ScannedRun":
        return ScannedRun(self.source, self.start + start, self.start + stop)

    def pick(self, places: Sequence[int]) -> DecodedRun:
        """The predictions at these places."""
        rows = [self.start + place for place in places]
        stream, source = self.source, self.source.source
        return DecodedRun(
            [stream.event(row) for row in rows],
            source.offsets[rows].tolist(),
            [source.record(row) for row in rows],
        )


Run = DecodedRun | ScannedRun
