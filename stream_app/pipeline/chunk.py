"""A chunk of records on its way into the models: scanned together, decoded one by one where need be."""

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import Heartbeat, ModelEvent, Prediction, Rejection, decode, named_in
from driftline.schemas.scanner import Scanner
from driftline.stream_app.monitoring.clocks.partition_clock import NO_TIME
from driftline.stream_app.monitoring.rows.runs import Particulars, ScannedStream, Source
from driftline.stream_app.pipeline.records import Positions, Records

# Records of a chunk from which the scanner learns; more of the same teach it nothing.
LESSONS_PER_CHUNK = 32


class Refused(NamedTuple):
    """A record that cannot be used: why, and the model that it or its key names; "" for none."""

    rejection: Rejection
    model: str


class Chunk:
    """Records, and what each of them says.

    ``events`` and ``refused`` have those that were not scanned, by place, ascending.
    """

    def __init__(self, records: Records, scanner: Scanner) -> None:
        self.records = records
        self.events: dict[int, ModelEvent] = {}
        self.refused: dict[int, Refused] = {}
        self.heartbeats: set[int] = set()
        self._scanner = scanner
        self._frame = scanner.scan(records.data, records.values, records.timestamps_ms)
        self._streams, self._stream_of = self._frame.streams()
        # Event times; of records without one NO_TIME.
        self.times_ms = np.full(len(records), NO_TIME, np.int64)
        if self._streams:
            np.copyto(self.times_ms, self._frame.times_ms, where=self._frame.fits)
        self._decode_the_others()

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def coordinates(self) -> list[tuple[str, int]]:
        """Topic and offset of each record."""
        topics = map(self.records.topics.__getitem__, self.records.topic_of.tolist())
        return list(zip(topics, self.records.offsets.tolist(), strict=True))

    def _decode_the_others(self) -> None:
        """What was not scanned: an event, or a record that cannot be used."""
        lessons = LESSONS_PER_CHUNK
        for place in np.flatnonzero(~self._frame.fits).tolist():
            record = self.records[place]
            event = decode(record.value, record.timestamp, self._scanner.earliest_ms)
            if isinstance(event, Rejection):
                model, time_ms = named_in(record.value)
                name = model or (record.key or b"").decode(errors="replace")
                self.refused[place] = Refused(event, name)
                self.times_ms[place] = NO_TIME if time_ms is None else time_ms
                continue
            self.times_ms[place] = event.time_ms
            if isinstance(event, Heartbeat):
                self.heartbeats.add(place)
                continue
            self.events[place] = event
            if lessons and record.value is not None and isinstance(event, Prediction):
                lessons -= 1
                self._scanner.learn(record.value)

    def written_ms(self) -> NDArray[np.int64]:
        """When each record was written: its timestamp, else its event time, else NO_TIME [records]."""
        stamps_ms = self.records.timestamps_ms
        return np.where(stamps_ms >= 0, stamps_ms, self.times_ms)

    def believed_ms(self, lead_ms: int) -> NDArray[np.int64]:
        """The event times that move clocks [records]; of one that leads its timestamp by more, that."""
        stamps_ms = self.records.timestamps_ms
        return np.where((stamps_ms >= 0) & (self.times_ms > stamps_ms + lead_ms), stamps_ms, self.times_ms)

    def positions(self) -> Positions:
        """The positions after these records, of their topics."""
        records = self.records
        return {topic: int(records.offsets[places][-1]) + 1 for topic, places in records.of_topics()}

    def streams(self) -> Iterator[tuple[str, ScannedStream]]:
        """The model and the rows of each stream among the records."""
        rows = np.argsort(self._stream_of, kind="stable")
        rows = rows[np.searchsorted(self._stream_of[rows], 0) :]
        if not len(rows):
            return
        # Once for all of them: to ask stream by stream costs a stream of few rows more than its rows do.
        numbers, records = self._stream_of[rows], self.records
        frame = self._frame.at(rows)
        of_rows = Particulars.of(frame, rows)
        spans, offsets = records.values[rows], records.offsets[rows]
        begins = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
        for begin, end in pairwise([*begins, len(rows)]):
            part = slice(begin, end)
            model, version, role = self._streams[numbers[begin]]
            source = Source(records.data, spans[part], offsets[part])
            yield model, ScannedStream(frame.part(part), (version, role), of_rows.part(part), source)


def unseen(records: Records, positions: Positions) -> Records:
    """The records that are not below the positions, nor below one before them."""
    fresh = np.ones(len(records), np.bool_)
    for topic, places in records.of_topics():
        offsets = records.offsets[places]
        before = np.concatenate(([positions.get(topic, 0) - 1], offsets[:-1]))
        fresh[places] = offsets > np.maximum.accumulate(before)
    return records if fresh.all() else records.at(fresh)
