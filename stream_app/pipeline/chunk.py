"""A chunk of records on its way into the models: scanned together, decoded one by one where need be."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from driftline.schemas import Event, Prediction, Rejection, decode
from driftline.schemas.scanner import Scanner
from driftline.stream_app.monitoring.runs import ScannedStream, Source
from driftline.stream_app.pipeline.records import Positions, Records

# Records of a chunk from which the scanner learns; more of the same teach it nothing.
LESSONS_PER_CHUNK = 32
Mistake = tuple[int, Rejection]


class Chunk:
    """Records, and what each of them says."""

    def __init__(self, records: Records, scanner: Scanner) -> None:
        self.records = records
        self._events: dict[int, Event] = {}
        self._scanner = scanner
        self._frame = scanner.scan(records.data, records.values, records.timestamps_ms)
        self._streams, self._stream_of = self._frame.streams()

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def coordinates(self) -> list[tuple[str, int]]:
        """Topic and offset of each record."""
        topics = map(self.records.topics.__getitem__, self.records.topic_of.tolist())
        return list(zip(topics, self.records.offsets.tolist(), strict=True))

    def mistakes(self) -> Iterator[Mistake]:
        """Decodes what was not scanned; the place of each record that cannot be used, and why."""
        lessons = LESSONS_PER_CHUNK
        for place in np.flatnonzero(~self._frame.fits).tolist():
            record = self.records[place]
            event = decode(record.value, record.timestamp)
            if isinstance(event, Rejection):
                yield place, event
                continue
            self._events[place] = event
            if lessons and record.value is not None and isinstance(event, Prediction):
                lessons -= 1
                self._scanner.learn(record.value)

    def positions(self, start: int, stop: int) -> Positions:
        """The positions after the records from ``start`` to ``stop``, of their topics."""
        part = self.records[start:stop]
        return {topic: int(part.offsets[places][-1]) + 1 for topic, places in part.of_topics()}

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
            source = Source(self.records.data, self.records.values[rows], self.records.offsets[rows])
            yield model, ScannedStream(self._frame, (version, role), rows, source)


def unseen(records: Records, positions: Positions) -> Records:
    """The records that are not below the positions, nor below one before them."""
    fresh = np.ones(len(records), np.bool_)
    for topic, places in records.of_topics():
        offsets = records.offsets[places]
        before = np.concatenate(([positions.get(topic, 0) - 1], offsets[:-1]))
        fresh[places] = offsets > np.maximum.accumulate(before)
    return records if fresh.all() else records.at(fresh)
