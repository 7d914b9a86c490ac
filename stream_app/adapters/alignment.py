"""Bringing the input topics of a partition number back into the order in which things happened."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heapreplace
from time import monotonic, time
from typing import NamedTuple

from stream_app.pipeline import SourceRecord

OLD_MS = 10_000


class Linger(NamedTuple):
    """Seconds that records wait for a silent topic: fresh ones, and those written long ago.

    Old records are a catch-up or a playback: there event time passes much faster than the clock on the wall,
    a fetch that comes a little late is minutes late, and nobody waits for the alarm.
    """

    fresh_s: float
    old_s: float

    def seconds_for(self, timestamp_ms: int) -> float:
        """How long a record with this timestamp waits."""
        return self.old_s if time() * 1000 - timestamp_ms > OLD_MS else self.fresh_s


NO_LINGER = Linger(0.0, 0.0)


class Alignment:
    """Merges predictions, feedback and control of one partition number by record timestamp.

    The topics are read at different paces: after downtime one can be minutes ahead of another, and a label
    would meet an empty join store. So a record waits until each other topic has shown something later, or has
    nothing more to show. Within a topic the order of offsets is never changed, whatever the timestamps say;
    at equal timestamps the topic named first goes first.

    A topic that has nothing more to show may have something a moment later: what was written to several
    topics together is not fetched together. So records linger a little before they go ahead of a silent one.

    Args:
        topics: the input topics, predictions first.
        records_held_max: records of one topic that may wait; beyond it they are released unaligned.
        linger: how long records wait for a topic that has nothing to show.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        topics: Sequence[str],
        records_held_max: int = 50_000,
        linger: Linger = NO_LINGER,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.topics = tuple(topics)
        self._linger = linger
        self._clock = clock
        self._held: dict[str, deque[SourceRecord]] = {topic: deque() for topic in topics}
        # For each topic: from when on how many of all records added may go, how many may, and have gone.
        self._arrivals: dict[str, deque[tuple[float, int]]] = {topic: deque() for topic in topics}
        self._added = dict.fromkeys(topics, 0)
        self._lingered_enough = dict.fromkeys(topics, 0)
        self._released = dict.fromkeys(topics, 0)
        self._records_held_max = records_held_max
        self.misaligned = 0  # records released before their place among the other topics' was known

    def add(self, topic: str, records: Iterable[SourceRecord]) -> None:
        """Hold records of a topic, in offset order."""
        held = self._held[topic]
        before = len(held)
        held.extend(records)
        self._added[topic] += len(held) - before
        if len(held) > before:
            ready_at = self._clock() + self._linger.seconds_for(_time(held[-1]))
            self._arrivals[topic].append((ready_at, self._added[topic]))

    def held(self, topic: str) -> int:
        """Number of records of a topic that wait."""
        return len(self._held[topic])

    def release(self, caught_up: Iterable[str]) -> list[SourceRecord]:
        """Take out every record whose place is settled.

        Args:
            caught_up: topics of which everything in the log has been added.
        """
        caught_up = set(caught_up)
        released: list[SourceRecord] = []
        while merged := self._merge(caught_up):
            released += merged
        for topic, records in self._held.items():
            if len(records) > self._records_held_max:
                others = [other for other in self._held if other != topic]
                self.misaligned += 0 if caught_up.issuperset(others) else len(records)
                released += self._take(topic, len(records))
        return released

    def _merge(self, caught_up: set[str]) -> list[SourceRecord]:
        """Take the earliest records until a topic has nothing left or the earliest has to wait."""
        silent = [topic for topic, records in self._held.items() if not records]
        if not caught_up.issuperset(silent):
            return []
        held = [(topic, records) for topic, records in self._held.items() if records]
        free = [self._lingered(topic) if silent else len(records) for topic, records in held]
        if len(held) == 1:  # the usual case while a backlog of predictions is read
            return self._take(held[0][0], free[0])
        heads = [(_time(records[0]), place) for place, (_, records) in enumerate(held)]
        heapify(heads)
        released: list[SourceRecord] = []
        while heads:
            place = heads[0][1]
            topic, records = held[place]
            if not free[place]:
                break
            free[place] -= 1
            self._released[topic] += 1
            released.append(records.popleft())
            if not records:
                break
            heapreplace(heads, (_time(records[0]), place))
        return released

    def _take(self, topic: str, count: int) -> list[SourceRecord]:
        records = self._held[topic]
        self._released[topic] += count
        return [records.popleft() for _ in range(count)]

    def _lingered(self, topic: str) -> int:
        """How many records of a topic have waited long enough."""
        arrivals, now = self._arrivals[topic], self._clock()
        while arrivals and arrivals[0][0] <= now:
            self._lingered_enough[topic] = arrivals.popleft()[1]
        return max(self._lingered_enough[topic] - self._released[topic], 0)


def _time(record: SourceRecord) -> int:
    return -1 if record.timestamp is None else record.timestamp
