"""Events of rows in the order in which they became known: a label when its time has come."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import Final

from driftline.stream_app.frames.rows import Written

WAITING_MAX: Final = 1_000_000
"""Labels that wait for their time; of about 300 B each, so 300 MB. Of more the earliest come too early."""


class Backwards:
    """How many rows are earlier than one before them, and by how much at most (milliseconds)."""

    def __init__(self) -> None:
        self.rows = 0
        self.most_ms = 0

    def count(self, by_ms: int) -> None:
        """One such row."""
        self.rows += 1
        self.most_ms = max(self.most_ms, by_ms)


def in_time(rows: Iterable[Written], backwards: Backwards) -> Iterator[bytes]:
    """Predictions in their order, and each label behind the last prediction that is not later than it.

    A label that is earlier than its prediction comes right behind it. ``backwards`` hears of rows that are
    earlier than one before them.
    """
    waiting: list[tuple[int, int, bytes]] = []
    now_ms = 0
    for number, (text, time_ms, label, due_ms) in enumerate(rows):
        if time_ms is not None and time_ms != now_ms:
            if time_ms < now_ms:
                backwards.count(now_ms - time_ms)
            else:
                now_ms = time_ms
                while waiting and waiting[0][0] < now_ms:
                    yield heappop(waiting)[2]
        yield text
        if label is None:
            continue
        if due_ms is None or due_ms <= now_ms:
            yield label
            continue
        heappush(waiting, (due_ms, number, label))
        if len(waiting) > WAITING_MAX:
            yield heappop(waiting)[2]
    while waiting:
        yield heappop(waiting)[2]
