"""Bringing the two input topics of a partition number back into the order in which things happened."""

from collections import deque
from collections.abc import Iterable, Sequence

from stream_app.pipeline import SourceRecord


class Alignment:
    """Merges predictions and feedback of one partition number by record timestamp.

    The topics are read at different paces: after downtime one can be minutes ahead of the other, and a label
    would meet an empty join store. So a record waits until the other topic has shown something later, or has
    nothing more to show. Within a topic the order of offsets is never changed, whatever the timestamps say;
    at equal timestamps the topic named first goes first.

    Args:
        topics: the input topics, predictions first.
        records_held_max: records of one topic that may wait; beyond it they are released unaligned.
    """

    def __init__(self, topics: Sequence[str], records_held_max: int = 50_000) -> None:
        self.topics = tuple(topics)
        self._held: dict[str, deque[SourceRecord]] = {topic: deque() for topic in topics}
        self._records_held_max = records_held_max
        self.misaligned = 0  # records released before their place among the other topic's was known

    def add(self, topic: str, records: Iterable[SourceRecord]) -> None:
        """Hold records of a topic, in offset order."""
        self._held[topic].extend(records)

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
            if caught_up.issuperset(others):
                released.extend(records)
                records.clear()
            elif len(records) > self._records_held_max:
                self.misaligned += len(records)
                released.extend(records)
                records.clear()
        return released

    def _merge(self) -> list[SourceRecord]:
        """Compare the heads of the topics until one topic has nothing left."""
        first, second = self._held.values()
        released: list[SourceRecord] = []
        while first and second:
            released.append(first.popleft() if _time(first[0]) <= _time(second[0]) else second.popleft())
        return released


def _time(record: SourceRecord) -> int:
    return -1 if record.timestamp is None else record.timestamp
