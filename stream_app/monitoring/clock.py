"""Event time of one model: carried by its events, deaf to a single wrong one."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

TICK_MS = 10_000
SECOND_MS = 1_000
EVENTS_PER_LOOK = 64  # how many are first looked at together for one that ticks


def phase_of(model: str) -> int:
    """A whole second of a tick, in milliseconds: the models of a worker tick one after the other.

    Together they would hold up each other's alerts: a tick flushes, looks after incidents and summarises.
    """
    return crc32(model.encode()) * SECOND_MS % TICK_MS


class EventClock:
    """The smallest of the last three event times, never going back.

    One or two events far ahead of their neighbours do not move it; the price is that it runs two events
    behind. Ticks are ``TICK_MS`` apart: everything that happens "after a while" happens on ticks, so that it
    depends on the events alone and not on how they were batched.

    Args:
        phase_ms: how far a tick is from a multiple of ``TICK_MS``.
    """

    __slots__ = ("_before_last_ms", "_last_ms", "_phase_ms", "now_ms")

    def __init__(self, phase_ms: int = 0, now_ms: int = 0, last_ms: int = 0, before_last_ms: int = 0) -> None:
        self._phase_ms = phase_ms
        self.now_ms = now_ms
        self._last_ms = last_ms
        self._before_last_ms = before_last_ms

    @property
    def tick_ms(self) -> int:
        """The last tick: the time that all events until the next one share; 0 before the first."""
        return max((self.now_ms - self._phase_ms) // TICK_MS * TICK_MS + self._phase_ms, 0)

    def advance(self, time_ms: int) -> bool:
        """Take the time of the next event; true when that is a tick."""
        before = self.tick_ms
        smallest = min(time_ms, self._last_ms, self._before_last_ms)
        self._before_last_ms, self._last_ms = self._last_ms, time_ms
        self.now_ms = max(self.now_ms, smallest)
        return self.tick_ms != before

    def advance_to_tick(self, times_ms: NDArray[np.int64]) -> int:
        """Take the times of the next events up to the one that ticks; returns how many come before it."""
        next_tick_ms = self.tick_ms + TICK_MS
        if len(times_ms) and min(int(times_ms[0]), self._last_ms, self._before_last_ms) >= next_tick_ms:
            return 0  # as is usual where traffic is thin
        events = EVENTS_PER_LOOK
        while True:
            times = np.concatenate(([self._before_last_ms, self._last_ms], times_ms[:events]))
            smallest = np.minimum(np.minimum(times[:-2], times[1:-1]), times[2:])
            late = smallest >= next_tick_ms
            if late.any() or events >= len(times_ms):
                break
            events = len(times_ms)
        count = int(late.argmax()) if late.any() else len(times_ms)
        self.now_ms = int(smallest[:count].max(initial=self.now_ms))
        self._before_last_ms, self._last_ms = times[count : count + 2].tolist()
        return count

    def snapshot(self) -> list[int]:
        return [self._phase_ms, self.now_ms, self._last_ms, self._before_last_ms]

    @classmethod
    def restore(cls, snapshot: list[int]) -> "EventClock":
        return cls(*snapshot)
