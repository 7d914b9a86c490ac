"""One partition number that the worker owns: its shard, and what was read but not absorbed yet."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import TypeVar

import numpy as np

from driftline.stream_app.adapters.alignment import NO_LINGER, Alignment, Linger
from driftline.stream_app.pipeline import OutputRecord, Records, Shard, concatenated

T = TypeVar("T")

SILENCE_S = 3.0  # what was fetched is delivered sooner than this
# Of a topic. All partitions of a worker together stop reading at three eighths of either (`intake.py`); the
# rest is room for what was under way then, at most 16 batches of 4 MiB. Three eighths are what a worker
# absorbs in a second and a half, three times as long as records linger: 120 MB with records of 700 bytes
# (each has 72 bytes of columns), never more than 192 MB.
RECORDS_HELD_MAX = 400_000
BYTES_HELD_MAX = 1 << 29


class Partition:
    """The reading side of a shard: expects offsets in order, aligns the topics, knows where the log ends.

    Args:
        shard: where records go.
        topics: the input topics, predictions first.
        ends: end offset of each topic when the partition was assigned.
        linger: how long records of one topic wait for the other when it has nothing to show.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        shard: Shard,
        topics: Sequence[str],
        ends: dict[str, int],
        linger: Linger = NO_LINGER,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._clock = clock
        self.shard = shard
        self.number = shard.partition
        self.expected: dict[str, int] = dict(shard.positions)  # next offset to be received
        self.acknowledged: dict[str, int] = {}
        self.saving = asyncio.Lock()
        self.acknowledging = asyncio.Lock()  # another one: an alert does not wait for summaries
        self.dead_letters: list[OutputRecord] = []  # not published yet
        self.paused: set[str] = set()  # topics held back
        self.alignment = Alignment(topics, RECORDS_HELD_MAX, linger)
        self._ends = dict(ends)
        self._reached: dict[str, tuple[int, float]] = {}  # position, and since when
        # By topic: the offsets before which the log has no records down to those received before.
        self._gaps: dict[str, list[int]] = {}
        self._received_at = clock()  # when anything was received last

    def receive(self, topic: str, records: Records) -> None:
        """Take records of one topic; those received before are dropped, offsets passed over become gaps."""
        self._reached.pop(topic, None)
        expected = self.expected.get(topic)
        if expected is not None:
            records = records[int(np.searchsorted(records.offsets, expected)) :]
        if not len(records):
            return
        self.rest()
        first, last = int(records.offsets[0]), int(records.offsets[-1])
        if expected is not None and first > expected:
            self._gaps.setdefault(topic, []).append(first)
        self.alignment.add(topic, records)
        self.expected[topic] = last + 1

    def rest(self) -> None:
        """It is not quiet any more: something came, or was just sent."""
        self._received_at = self._clock()

    @property
    def quiet_s(self) -> float:
        """For how long nothing was received."""
        return self._clock() - self._received_at

    @property
    def has_read_everything(self) -> bool:
        """Whether nothing more is known to be in the log, nor waits here."""
        topics = self.alignment.topics
        return all(self.caught_up(topic) and not self.alignment.held(topic) for topic in topics)

    def fullness(self, topic: str) -> float:
        """Which share of what may be held of a topic is held."""
        records, size_bytes = self.alignment.held(topic), self.alignment.held_bytes(topic)
        return max(records / RECORDS_HELD_MAX, size_bytes / BYTES_HELD_MAX)

    def learn_end(self, topic: str, end: int) -> None:
        """Note how far the log of a topic reaches."""
        self._ends[topic] = max(end, self._ends.get(topic, 0))

    def lag(self, topic: str) -> int:
        """Records that the log is known to have and the shard has not absorbed."""
        return max(0, self._ends.get(topic, 0) - self.shard.positions.get(topic, 0))

    def reached(self, topic: str, position: int) -> None:
        """Note that the consumer stands at a position although nothing more was delivered.

        Markers of transactions occupy offsets at the end of a log and are never delivered. But the consumer
        also moves ahead of what it has on the way to us, so its word counts only after a silence.
        """
        known, since = self._reached.get(topic, (-1, 0.0))
        self._reached[topic] = (position, since if known == position else self._clock())

    def caught_up(self, topic: str) -> bool:
        """True when everything that the log is known to have was received."""
        end = self._ends.get(topic, 0)
        if self.expected.get(topic, 0) >= end:
            return True
        position, since = self._reached.get(topic, (-1, 0.0))
        return position >= end and self._clock() - since >= SILENCE_S

    def awaited(self) -> list[str]:
        """Topics that are behind while records of another topic wait for them."""
        topics = self.alignment.topics
        return [
            topic
            for topic in topics
            if not self.caught_up(topic)
            and any(self.alignment.held(other) for other in topics if other != topic)
        ]

    def release(self) -> list[Records]:
        """Records whose turn it is, in parts."""
        return self.alignment.release([topic for topic in self.alignment.topics if self.caught_up(topic)])

    def apply(self, records: Records, more: bool = False) -> None:
        """Give records to the shard, and tell it about gaps between them; ``more`` come at once."""
        start = 0
        for place in self._places_behind_gaps(records):
            record = records[place]
            if place > start:
                self.shard.apply(records[start:place], more=True)
            self._gaps[record.topic].remove(record.offset)
            self.shard.skip(record.topic, record.offset)
            start = place
        self.shard.apply(records[start:], more)
        self.dead_letters += self.shard.take_dead_letters()

    def take_dead_letters(self) -> list[OutputRecord]:
        """The dead letters that wait, to be published by the caller."""
        taken, self.dead_letters = self.dead_letters, []
        return taken

    def _places_behind_gaps(self, records: Records) -> list[int]:
        places: list[int] = []
        for topic, gaps in self._gaps.items():
            if gaps and topic in records.topics:
                of_topic = records.topic_of == records.topics.index(topic)
                places += np.flatnonzero(of_topic & np.isin(records.offsets, gaps)).tolist()
        return sorted(places)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into parts of at most `size`; nothing for an empty one."""
    for start in range(0, len(items), size):
        yield items if len(items) <= size else items[start : start + size]


def portions(parts: Iterable[Records], size: int) -> Iterator[Records]:
    """The same records, about ``size`` at a time: large parts are cut, and small ones put together."""
    small: list[Records] = []
    for part in parts:
        if small and sum(map(len, small)) + len(part) > size:
            yield concatenated(small)
            small = []
        if len(part) <= size:
            small.append(part)
        else:
            yield from (part[start : start + size] for start in range(0, len(part), size))
    if small:
        yield concatenated(small)
