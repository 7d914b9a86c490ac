"""Bringing the input topics of a partition number back into the order in which things happened."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from math import inf
from time import monotonic, time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.stream_app.pipeline import Records, concatenated

OLD_MS = 10_000


class Linger(NamedTuple):
    """Seconds that records wait for a silent topic: fresh ones, and those written long ago.

    Old records are a catch-up or a playback: there event time passes much faster than the clock on the wall,
    a fetch that comes a little late is minutes late, and nobody waits for the alarm.

    Fresh ones go sooner once the broker has said, ``asked_s`` after they came or later, that the silent topic
    has nothing: what it has then was written later than they by more than clients hold records back.
    """

    fresh_s: float
    old_s: float
    asked_s: float = inf

    def seconds_for(self, timestamp_ms: int) -> float:
        """How long a record with this timestamp waits."""
        return self.old_s if is_old(timestamp_ms) else self.fresh_s

    def seconds_asked_for(self, timestamp_ms: int) -> float:
        """After how long the broker's word that the silent topic has nothing lets it go."""
        return self.old_s if is_old(timestamp_ms) else self.asked_s


def is_old(timestamp_ms: int) -> bool:
    """Whether nobody waits for what follows from a record with this timestamp."""
    return time() * 1000 - timestamp_ms > OLD_MS


class Arrival(NamedTuple):
    """When records may go, and from when on the broker's word lets them; with them, so many were added."""

    ready_at: float
    answer_from: float
    added: int


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
        self._held: dict[str, list[Records]] = {topic: [] for topic in topics}
        # For each topic: when how many of all records added may go, how many may, and have gone.
        self._arrivals: dict[str, deque[Arrival]] = {topic: deque() for topic in topics}
        self._answered_at = dict.fromkeys(topics, -inf)
        self._added = dict.fromkeys(topics, 0)
        self._lingered_enough = dict.fromkeys(topics, 0)
        self._released = dict.fromkeys(topics, 0)
        self._records_held_max = records_held_max
        self.misaligned = 0  # records released before their place among the other topics' was known

    def add(self, topic: str, records: Records) -> None:
        """Hold records of a topic, in offset order."""
        if len(records):
            self._held[topic].append(records)
            self._added[topic] += len(records)
            now, timestamp_ms = self._clock(), int(records.timestamps_ms[-1])
            ready_at = now + self._linger.seconds_for(timestamp_ms)
            answer_from = now + self._linger.seconds_asked_for(timestamp_ms)
            self._arrivals[topic].append(Arrival(ready_at, answer_from, self._added[topic]))

    def answered(self, topic: str, moment: float) -> None:
        """The broker said at this moment how far a topic reaches; ``caught_up`` of a release knows of it."""
        self._answered_at[topic] = moment

    def held(self, topic: str) -> int:
        """Number of records of a topic that wait."""
        return self._added[topic] - self._released[topic]

    def held_bytes(self, topic: str) -> int:
        """Bytes that the records of a topic which wait keep alive."""
        return sum(len(records.data) for records in self._held[topic])

    def release(self, caught_up: Iterable[str]) -> list[Records]:
        """Take out every record whose place is settled, in parts as they were added where nothing is merged.

        Args:
            caught_up: topics of which everything in the log has been added.
        """
        caught_up = set(caught_up)
        released: list[Records] = []
        while merged := self._merge(caught_up):
            released += merged
        for topic in self.topics:
            if self.held(topic) > self._records_held_max:
                others = [other for other in self.topics if other != topic]
                self.misaligned += 0 if caught_up.issuperset(others) else self.held(topic)
                released += self._take(topic, self.held(topic))
        return released

    def _merge(self, caught_up: set[str]) -> list[Records]:
        """Take the earliest records until a topic has nothing left or the earliest has to wait."""
        silent = [topic for topic in self.topics if not self.held(topic)]
        held = [topic for topic in self.topics if self.held(topic)]
        if not held or not caught_up.issuperset(silent):
            return []
        answered_at = min((self._answered_at[topic] for topic in silent), default=-inf)
        free = [self._lingered(topic, answered_at) if silent else self.held(topic) for topic in held]
        if len(held) == 1:  # the usual case while a backlog of predictions is read
            return self._take(held[0], free[0])
        times = [self._times(topic) for topic in held]
        counts = merged_counts(times, free)
        taken = [part for topic, count in zip(held, counts, strict=True) for part in self._take(topic, count)]
        order = np.concatenate([each[:count] for each, count in zip(times, counts, strict=True)])
        return [concatenated(taken).at(order.argsort(kind="stable"))] if taken else []

    def _times(self, topic: str) -> NDArray[np.int64]:
        """When each record that waits can go by its own: not before those of its topic before it."""
        times_ms = np.concatenate([records.timestamps_ms for records in self._held[topic]])
        return np.maximum.accumulate(times_ms)

    def _take(self, topic: str, count: int) -> list[Records]:
        held, taken = self._held[topic], []
        self._released[topic] += count
        while count > 0:
            first = held.pop(0)
            taken.append(first[:count])
            if len(first) > count:
                held.insert(0, first[count:])
            count -= len(taken[-1])
        return taken

    def _lingered(self, topic: str, answered_at: float) -> int:
        """How many records of a topic have waited long enough for those that last answered then."""
        arrivals, now = self._arrivals[topic], self._clock()
        while arrivals and (arrivals[0].ready_at <= now or arrivals[0].answer_from <= answered_at):
            self._lingered_enough[topic] = arrivals.popleft().added
        return max(self._lingered_enough[topic] - self._released[topic], 0)


def merged_counts(times_ms: Sequence[NDArray[np.int64]], free: Sequence[int]) -> list[int]:
    """How many records of each topic a merge by time takes, ties in the order of topics.

    It ends behind the last record of a topic, or before the first one that is not free.

    Args:
        times_ms: of each topic the times by which its records go, ascending, [records] of at least one.
        free: how many of each topic may go.
    """
    # The record at which each topic would end the merge; the earliest of these, in the order of the merge.
    ends = [min(count, len(each) - 1) for each, count in zip(times_ms, free, strict=True)]
    times_of_ends = [int(each[end]) for each, end in zip(times_ms, ends, strict=True)]
    time_ms, last = min((each, place) for place, each in enumerate(times_of_ends))
    counts = [
        int(np.searchsorted(each, time_ms, "right" if place < last else "left"))
        for place, each in enumerate(times_ms)
    ]
    counts[last] = min(free[last], len(times_ms[last]))
    return counts
