"""What enters and leaves the pipeline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.scanner import PADDING, Spans, joined

Headers = list[tuple[str, bytes]]
Positions = dict[str, int]
"""By topic: the next offset that is not absorbed yet."""


class SourceRecord(Protocol):
    """A record as it was read; aiokafka's ConsumerRecord is one."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int | None:
        """Milliseconds; None or negative when the record has none."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Record(NamedTuple):
    """One record by itself."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Records of one partition number as columns, those of each topic in the order of their offsets.

    A slice is a view and costs nothing, but keeps all of ``data`` alive: up to what one fetch or one block of
    a file brings, 4 MiB as they are sent.

    Args:
        topics: the topics that ``topic_of`` [records] counts.
        offsets, timestamps_ms: [records]; a timestamp is negative where there is none.
        keys, values: where they stand in the data, beginnings and ends [records, 2]; -1 for null.
        data: what was read, and ``PADDING`` behind it.
    """

    partition: int
    topics: tuple[str, ...]
    topic_of: NDArray[np.int64]
    offsets: NDArray[np.int64]
    timestamps_ms: NDArray[np.int64]
    keys: Spans
    values: Spans
    data: bytes

    @classmethod
    def of(cls, records: Sequence[SourceRecord]) -> "Records":
        """Single records, all of one partition number, as columns."""
        topics = {topic: code for code, topic in enumerate(dict.fromkeys(record.topic for record in records))}
        count = len(records)
        stamps = [-1 if record.timestamp is None else record.timestamp for record in records]
        data, spans = joined([record.key for record in records] + [record.value for record in records])
        return cls(
            records[0].partition if records else 0,
            tuple(topics),
            np.fromiter((topics[record.topic] for record in records), np.int64, count),
            np.fromiter((record.offset for record in records), np.int64, count),
            np.array(stamps, np.int64),
            spans[:count],
            spans[count:],
            data,
        )

    def __len__(self) -> int:
        return len(self.offsets)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> "Records": ...
    def __getitem__(self, place: int | slice) -> "Record | Records":
        if isinstance(place, slice):
            return self.at(place)
        stamp = int(self.timestamps_ms[place])
        return Record(
            self.topics[self.topic_of[place]],
            self.partition,
            int(self.offsets[place]),
            None if stamp < 0 else stamp,
            self._bytes_at(self.keys[place]),
            self._bytes_at(self.values[place]),
        )

    def __iter__(self) -> Iterator[Record]:
        return (self[place] for place in range(len(self)))

    def at(self, places: slice | NDArray[np.int64] | NDArray[np.bool_]) -> "Records":
        """The records at these places, in this order."""
        return Records(
            self.partition,
            self.topics,
            self.topic_of[places],
            self.offsets[places],
            self.timestamps_ms[places],
            self.keys[places],
            self.values[places],
            self.data,
        )

    def of_topics(self) -> "Iterator[tuple[str, slice | NDArray[np.int64]]]":
        """Each topic that has records here, and their places."""
        if len(self.topics) == 1 and len(self):
            yield self.topics[0], slice(None)
            return
        for code, topic in enumerate(self.topics):
            places = np.flatnonzero(self.topic_of == code)
            if len(places):
                yield topic, places

    def _bytes_at(self, span: NDArray[np.int64]) -> bytes | None:
        begin, end = span.tolist()
        return None if begin < 0 else self.data[begin:end]


def concatenated(parts: Sequence[Records]) -> Records:
    """Records one behind the other; their bytes are copied unless there is but one part."""
    parts = [part for part in parts if len(part)] or list(parts[:1])
    if len(parts) < 2:
        return parts[0] if parts else Records.of([])
    names = dict.fromkeys(topic for part in parts for topic in part.topics)
    topics = {topic: code for code, topic in enumerate(names)}
    pieces, keys, values, size = [], [], [], 0
    for part in parts:
        first, last = _extent(part)
        pieces.append(memoryview(part.data)[first:last])
        keys.append(np.where(part.keys < 0, -1, part.keys + (size - first)))
        values.append(np.where(part.values < 0, -1, part.values + (size - first)))
        size += last - first
    codes = [np.array([topics[topic] for topic in part.topics], np.int64)[part.topic_of] for part in parts]
    return Records(
        parts[0].partition,
        tuple(topics),
        np.concatenate(codes),
        np.concatenate([part.offsets for part in parts]),
        np.concatenate([part.timestamps_ms for part in parts]),
        np.concatenate(keys),
        np.concatenate(values),
        b"".join([*pieces, PADDING]),
    )


def _extent(records: Records) -> tuple[int, int]:
    """From where to where the data belong to these records."""
    spans = np.concatenate([records.keys, records.values])
    spans = spans[spans[:, 0] >= 0]
    return (int(spans[:, 0].min()), int(spans[:, 1].max())) if len(spans) else (0, 0)


class OutputRecord(NamedTuple):
    """A record to publish."""

    key: bytes | None
    value: bytes
    headers: Headers


class StateRecord(NamedTuple):
    """A record of the state topic; a value of None removes the key."""

    key: bytes
    value: bytes | None


@dataclass(frozen=True)
class ModelCut:
    """One model's state at one moment, ready to be made durable.

    ``records`` are written in their order: the last one is the head, which names all others. Then ``alerts``
    and ``audit`` are published, and ``obsolete`` keys removed.
    """

    model: str
    positions: dict[str, int]
    records: list[StateRecord]
    alerts: list[OutputRecord]
    obsolete: list[bytes]
    audit: list[OutputRecord] = field(default_factory=list)
