"""Bringing the two input topics of a partition number back into the order in which things happened."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from stream_app.pipeline import SourceRecord


class Alignment:
    """Merges predictions and feedback of one partition number by record timestamp.

    The topics are read at different paces: after downtime one can be minutes ahead of the other, and a label
    would meet an empty join store. So a record waits until the other topic has shown something later, or has
    nothing more to show. Within a topic the order of offsets is never changed, whatever the timestamps say;
    at equal timestamps the topic named first goes first.

    A topic that has nothing more to show may have something a moment later: what was written to both topics
    together is not fetched together. So records linger a little before they go ahead of a silent topic.

    Args:
        topics: the input topics, predictions first.
        records_held_max: records of one topic that may wait; beyond it they are released unaligned.
        linger_s: how long records wait for a topic that has nothing to show.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        topics: Sequence[str],
        records_held_max: int = 50_000,
        linger_s: float = 0.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.topics = tuple(topics)
        self._linger_s = linger_s
        self._clock = clock
        self._held: dict[str, deque[SourceRecord]] = {topic: deque() for topic in topics}
        # For each topic: when how many records had been added in all, and how many were released in all.
        self._arrivals: dict[str, deque[tuple[float, int]]] = {topic: deque() for topic in topics}
        self._added = dict.fromkeys(topics, 0)
        self._released = dict.fromkeys(topics, 0)
        self._records_held_max = records_held_max
        self.misaligned = 0  # records released before their place among the other topic's was known

    def add(self, topic: str, records: Iterable[SourceRecord]) -> None:
        """Hold records of a topic, in offset order."""
        held = self._held[topic]
        before = len(held)
        held.extend(records)
        self._added[topic] += len(held) - before
        self._arrivals[topic].append((self._clock(), self._added[topic]))

    def held(self, topic: str) -> int:
        """Number of records of a topic that wait."""
        return len(self._held[topic])

    def release(self, caught_up: Iterable[str]) -> list[SourceRecord]:
        """Take out every record whose place is settled.

        Args:
            caught_up: topics of which everything in the log has been added.
        """
        released = self._merge()
        caught_up = set(caught_up)
        for topic, records in self._held.items():
            if not records:
                continue
            others = [other for other in self._held if other != topic]
            if len(records) > self._records_held_max:
                self.misaligned += 0 if caught_up.issuperset(others) else len(records)
                released += self._take(topic, len(records))
            elif caught_up.issuperset(others):
                released += self._take(topic, self._lingered(topic))
        return released

    def _lingered(self, topic: str) -> int:
        """How many records of a topic have waited long enough."""
        arrivals, until = self._arrivals[topic], self._clock() - self._linger_s
        added = self._released[topic]
        while arrivals and arrivals[0][0] <= until:
            added = max(added, arrivals.popleft()[1])
        return added - self._released[topic]

    def _take(self, topic: str, count: int) -> list[SourceRecord]:
        records = self._held[topic]
        self._released[topic] += count
        return [records.popleft() for _ in range(count)]

    def _merge(self) -> list[SourceRecord]:
        """Compare the heads of the topics until one topic has nothing left."""
        first, second = self._held.values()
        before = {topic: len(records) for topic, records in self._held.items()}
        released: list[SourceRecord] = []
        while first and second:
            released.append(first.popleft() if _time(first[0]) <= _time(second[0]) else second.popleft())
        for topic, records in self._held.items():
            self._released[topic] += before[topic] - len(records)
        return released


def _time(record: SourceRecord) -> int:
    return -1 if record.timestamp is None else record.timestamp
