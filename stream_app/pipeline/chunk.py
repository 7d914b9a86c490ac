"""A chunk of records on its way into the models: scanned together, decoded one by one where need be."""

from collections.abc import Iterator, Sequence

import numpy as np

from schemas import Event, Prediction, Rejection, decode
from schemas.scanner import Scanner
from stream_app.monitoring.runs import ScannedStream
from stream_app.pipeline.records import Positions, SourceRecord

# Records of a chunk from which the scanner learns; more of the same teach it nothing.
LESSONS_PER_CHUNK = 32
Mistake = tuple[int, Rejection]


class Chunk:
    """Records with their coordinates as lists, and what each of them says."""

    def __init__(self, records: Sequence[SourceRecord], scanner: Scanner) -> None:
        self.records = records
        self.topics = [record.topic for record in records]
        self.offsets = [record.offset for record in records]
        self.values = [record.value for record in records]
        self._events: dict[int, Event] = {}
        self._timestamps = [record.timestamp for record in records]
        self._scanner = scanner
        stamps = [-1 if stamp is None else stamp for stamp in self._timestamps]
        self._frame = scanner.scan(self.values, np.array(stamps, np.int64))
        self._streams, self._stream_of = self._frame.streams()

    def __len__(self) -> int:
        return len(self.records)

    def mistakes(self) -> Iterator[Mistake]:
        """Decodes what was not scanned; the place of each record that cannot be used, and why."""
        lessons = LESSONS_PER_CHUNK
        for place in np.flatnonzero(~self._frame.fits).tolist():
            value = self.values[place]
            event = decode(value, self._timestamps[place])
            if isinstance(event, Rejection):
                yield place, event
                continue
            self._events[place] = event
            if lessons and value is not None and isinstance(event, Prediction):
                lessons -= 1
                self._scanner.learn(value)

    def positions(self, start: int, stop: int) -> Positions:
        """The positions after the records from ``start`` to ``stop``, of their topics."""
        last = dict(zip(self.topics[start:stop], self.offsets[start:stop], strict=True))
        return {topic: offset + 1 for topic, offset in last.items()}

    def take_events(self) -> list[tuple[int, Event]]:
        """What was decoded since the last call, by place."""
        taken = list(self._events.items())
        self._events.clear()
        return taken

    def streams(self, start: int, stop: int) -> Iterator[tuple[str, ScannedStream]]:
        """The model and the rows of each stream among the records from ``start`` to ``stop``."""
        stream_of = self._stream_of[start:stop]
        for number in np.unique(stream_of[stream_of >= 0]).tolist():
            model, version, role = self._streams[number]
            rows = np.flatnonzero(stream_of == number) + start
            offsets = [self.offsets[place] for place in rows.tolist()]
            yield model, ScannedStream(self._frame, (version, role), rows, offsets, self.values)


def unseen(records: Sequence[SourceRecord], positions: Positions) -> Sequence[SourceRecord]:
    """The records that are not below the positions, nor below one before them."""
    first = records[0]
    expected = list(range(first.offset, first.offset + len(records)))
    is_one_stretch = [record.offset for record in records] == expected
    is_new = first.offset >= positions.get(first.topic, 0)
    if is_one_stretch and is_new and {record.topic for record in records} == {first.topic}:
        return records
    ends = dict(positions)
    fresh = []
    for record in records:
        if record.offset >= ends.get(record.topic, 0):
            ends[record.topic] = record.offset + 1
            fresh.append(record)
    return fresh
