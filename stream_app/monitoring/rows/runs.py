"""Consecutive predictions of one stream, in columns: decoded one by one, or scanned together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import OLDEST_MS, Prediction, decode, outputs_text
from driftline.schemas.scanner import Frame, Rows, Spans, text_of
from driftline.stream_app.monitoring.identity import hashes_of, id_hash
from driftline.stream_app.monitoring.signals.naming import version_named
from driftline.stream_app.monitoring.stream_key import StreamKey

Places = NDArray[np.int64]


class DecodedRun:
    """Predictions as events; ``records`` are the bytes they were decoded from, where there are any.

    ``places`` say which records of their chunk they are.
    """

    def __init__(
        self,
        events: Sequence[Prediction],
        offsets: Sequence[int],
        records: Sequence[bytes | None] | None = None,
        places: Sequence[int] | None = None,
    ) -> None:
        self.events = list(events)
        self.places = list(places or range(len(self.events)))
        self.offsets = list(offsets)
        self.records: list[bytes | None] = list(records or [None] * len(self.events))
        self.stream = StreamKey(version_named(events[0].version), events[0].role)

    def __len__(self) -> int:
        return len(self.events)

    @property
    def rows(self) -> Rows:
        """Which records of their chunk they are."""
        return np.array(self.places, np.int64)

    def segments(self) -> dict[str, NDArray[np.int64]]:
        """Of each segment, as ``name=value``, the places among them."""
        found: dict[str, list[int]] = {}
        for place, event in enumerate(self.events):
            for name, value in event.segments.items():
                if value:
                    found.setdefault(f"{name}={value}", []).append(place)
        return {name: np.array(places, np.int64) for name, places in found.items()}

    def values_of(self, name: str) -> dict[str, Places]:
        """Of each value that a segment or else a feature of this name has, as text, the places among them."""
        found: dict[str, list[int]] = {}
        for place, event in enumerate(self.events):
            value = event.segments.get(name) or event.features.get(name)
            if text := text_of(value):
                found.setdefault(text, []).append(place)
        return {text: np.array(places, np.int64) for text, places in found.items()}

    def is_of(self, event: Prediction) -> bool:
        """Whether another prediction is of the same stream."""
        return (event.version, event.role) == (self.events[0].version, self.events[0].role)

    def append(self, event: Prediction, offset: int, record: bytes | None, place: int) -> None:
        """One more prediction of the same stream."""
        self.places.append(place)
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
        part = slice(start, stop)
        return DecodedRun(self.events[part], self.offsets[part], self.records[part], self.places[part])

    def pick(self, places: Sequence[int]) -> "DecodedRun":
        """The predictions at these places."""
        return DecodedRun(
            [self.events[place] for place in places],
            [self.offsets[place] for place in places],
            [self.records[place] for place in places],
            [self.places[place] for place in places],
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


class Particulars(NamedTuple):
    """What is needed of each row: its place in the chunk, the hash of its id, its outputs."""

    rows: Rows
    keys: list[int]
    outputs: list[bytes]

    @classmethod
    def of(cls, frame: Frame, rows: Rows) -> "Particulars":
        """Of the rows of a frame, which have these places."""
        return cls(rows, hashes_of(frame.ids()), frame.outputs())

    def part(self, part: slice) -> "Particulars":
        """Those in a row."""
        return Particulars(self.rows[part], self.keys[part], self.outputs[part])


class ScannedStream:
    """A frame whose rows belong to one stream, with what is needed of each of them."""

    def __init__(self, frame: Frame, stream: tuple[str, str], of: Particulars, source: Source) -> None:
        self.frame = frame
        self.stream = StreamKey(version_named(stream[0]), stream[1])
        self.rows, self.keys, self.outputs = of
        self.source = source

    def pick(self, places: Places) -> "ScannedStream":
        """The rows at these places."""
        keys, outputs = ([of[place] for place in places.tolist()] for of in (self.keys, self.outputs))
        particulars = Particulars(self.rows[places], keys, outputs)
        source = Source(self.source.data, self.source.spans[places], self.source.offsets[places])
        stream = self.stream.version, self.stream.role
        return ScannedStream(self.frame.at(places), stream, particulars, source)

    def event(self, place: int) -> Prediction:
        """One of the predictions as an event."""
        event = decode(self.source.record(place), None, OLDEST_MS)
        assert isinstance(event, Prediction)
        return event


class ScannedRun:
    """Some rows of a scanned stream: those from ``start`` to ``stop``."""

    def __init__(self, source: ScannedStream, start: int, stop: int) -> None:
        self.source = source
        self.start = start
        self.stop = stop
        self.stream = source.stream

    def __len__(self) -> int:
        return self.stop - self.start

    def segments(self) -> dict[str, NDArray[np.int64]]:
        """Of each segment, as ``name=value``, the places among them."""
        return self.frame().segments()

    def frame(self) -> Frame:
        """What was scanned of them."""
        frame = self.source.frame
        return frame if len(self) == len(self.source.rows) else frame.part(slice(self.start, self.stop))

    def values_of(self, name: str) -> dict[str, Places]:
        """Of each value that a segment or else a feature of this name has, as text, the places among them; in
        the order of their first.
        """
        frame = self.frame()
        found = frame.values_of(("segments", name))
        rest = np.ones(len(self), np.bool_)
        for places in found.values():
            rest[places] = False
        others = np.flatnonzero(rest)
        for text, places in frame.at(others).values_of(("features", name)).items() if len(others) else ():
            same = others[places]
            found[text] = np.union1d(found[text], same) if text in found else same
        return dict(sorted(found.items(), key=lambda item: int(item[1][0])))

    def goes_on_in(self, other: "ScannedRun") -> bool:
        """Whether the other run begins where this one ends."""
        return other.source is self.source and other.start == self.stop

    @property
    def events(self) -> list[Prediction]:
        """The predictions as events, which is slow."""
        return [self.source.event(place) for place in range(self.start, self.stop)]

    @property
    def rows(self) -> Rows:
        """Which records of their chunk they are."""
        return self.source.rows[self.start : self.stop]

    @property
    def offsets(self) -> NDArray[np.int64]:
        return self.source.source.offsets[self.start : self.stop]

    def keys(self) -> list[int]:
        return self.source.keys[self.start : self.stop]

    def times_ms(self) -> NDArray[np.int64]:
        return self.source.frame.times_ms[self.start : self.stop]

    def outputs(self) -> list[bytes]:
        """As text."""
        return self.source.outputs[self.start : self.stop]

    def part(self, start: int, stop: int) -> "ScannedRun":
        return ScannedRun(self.source, self.start + start, self.start + stop)

    def pick(self, places: Sequence[int]) -> "ScannedRun":
        """The predictions at these places."""
        return ScannedRun(self.source.pick(np.asarray(places, np.int64) + self.start), 0, len(places))


Run = DecodedRun | ScannedRun
