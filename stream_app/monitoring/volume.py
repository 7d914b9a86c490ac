"""Throughput: predictions per second of event time."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

VOLUME = "volume:predictions"
VOLUME_TAIL = "volume:predictions.tail"
SECOND_MS = 1000
MANY = 200  # from here on numpy is faster
# A gap in event time (an outage, a weekend) counts as zeros up to this long; the rest is jumped over.
LONGEST_GAP_S = 3600


def seconds_of(times_ms: NDArray[np.int64]) -> dict[int, int]:
    """How many event times lie in each second."""
    if len(times_ms) < MANY:
        return Counter((times_ms // SECOND_MS).tolist())
    seconds, counts = np.unique(times_ms // SECOND_MS, return_counts=True)
    return dict(zip(seconds.tolist(), counts.tolist(), strict=True))


class Volume:
    """Counts per second, given out once a second is complete.

    Open seconds: those between the clock and the furthest accepted event time, at most one day ahead of the
    broker's clock, so at most about 86,400 small integers; normally a handful.
    """

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._next_s: int | None = None
        # Counts changes of the state, so that a checkpoint writes only what changed.
        self.revision = 0

    def add(self, predictions: Mapping[int, int]) -> None:
        """Count predictions by the second of their event time (``seconds_of``)."""
        self._counts.update(predictions)
        self.revision += 1

    def complete(self, now_ms: int) -> list[tuple[int, int]]:
        """``(second, predictions)`` for every second that ended before ``now_ms``.

        A late prediction counts in the oldest second still open. The first second is partial and left out.
        """
        now_s = now_ms // SECOND_MS
        self.revision += 1
        if self._next_s is None:
            if not self._counts or now_s <= min(self._counts):
                return []
            self._next_s = min(self._counts) + 1
            del self._counts[self._next_s - 1]
        if now_s <= self._next_s:
            return []
        late = [second for second in self._counts if second < self._next_s]
        self._counts[self._next_s] += sum(self._counts.pop(second) for second in late)
        first = max(self._next_s, now_s - LONGEST_GAP_S)
        skipped = [second for second in self._counts if second < first]
        self._counts[first] += sum(self._counts.pop(second) for second in skipped)
        self._next_s = now_s
        return [(second, self._counts.pop(second, 0)) for second in range(first, now_s)]

    def snapshot(self) -> list[Any]:
        return [self._next_s, sorted(self._counts.items())]

    def restore(self, snapshot: list[Any]) -> None:
        self._next_s, counts = snapshot
        self._counts = Counter(dict(counts))
