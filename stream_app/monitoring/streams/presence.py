"""Whether a stream is still there: heard lately, measured by how long it usually takes."""

import numpy as np
from numpy.typing import NDArray

# Nothing is gone before that: a version that is rolled back for an afternoon comes again.
GONE_MS = 6 * 3_600_000
# Measured by its own gaps: daily scoring is not gone in the evening, nor a report once a day.
LONGEST_GAPS = 3
# A gap counts less with every longer pause after it, so that one long outage is forgotten.
KEPT = 0.9


class Presence:
    """When something of a stream was heard, and the longest usual gap between; event time in milliseconds."""

    __slots__ = ("_longest_gap_ms", "heard_ms")

    def __init__(self) -> None:
        self.heard_ms = 0
        self._longest_gap_ms = 0.0

    def hear(self, now_ms: int) -> None:
        """Something of it came."""
        gap_ms = now_ms - self.heard_ms
        if self.heard_ms and gap_ms > GONE_MS // LONGEST_GAPS:
            self._longest_gap_ms = max(KEPT * self._longest_gap_ms, gap_ms)
        self.heard_ms = max(self.heard_ms, now_ms)

    def hear_all(self, times_ms: NDArray[np.int64]) -> None:
        """Something of it came at each of these times [events], one after the other."""
        if int(times_ms.max()) - self.heard_ms <= GONE_MS // LONGEST_GAPS:  # as is usual: no gap to remember
            self.heard_ms = max(self.heard_ms, int(times_ms.max()))
            return
        for time_ms in times_ms.tolist():
            self.hear(time_ms)

    def is_gone(self, now_ms: int) -> bool:
        """Whether it has been silent for so long that nothing more is to be expected."""
        return now_ms - self.heard_ms > max(GONE_MS, LONGEST_GAPS * self._longest_gap_ms)

    def is_gone_between(self, now_ms: int, until_ms: int) -> bool:
        """Whether it becomes gone between two times if nothing more comes."""
        return self.is_gone(until_ms) and not self.is_gone(now_ms)

    def snapshot(self) -> list[float]:
        """Plain values for the state codec."""
        return [self.heard_ms, self._longest_gap_ms]

    def restore(self, snapshot: list[float]) -> None:
        """Take up what was heard before."""
        self.heard_ms, self._longest_gap_ms = int(snapshot[0]), snapshot[1]
