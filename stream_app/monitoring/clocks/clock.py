"""Event time of one model: carried by its events, deaf to those of a clock that is ahead."""

from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

TICK_MS = 10_000
SECOND_MS = 1_000
EVENTS_PER_LOOK = 64  # how many are first looked at together for one that ticks
# A step that is longer than both is a leap: it needs a second opinion, or this many events that agree. A
# producer that is wrong sends a batch of a few dozen at most (judged); a model that was out has them soon.
LEAP_MS = 600_000
LEAP_GAPS = 40
VOTES = 32
EVENTS_PER_GAP = 64  # the usual gap between events is taken from so many of them …
EVENTS_OF_FIRST_GAP = 16  # … the first time from so many
NO_OPINION_MS = -1


class Passed(NamedTuple):
    """Events that a clock took: the tick that each of them shares [events], and the places of those that
    ticked.
    """

    ticks_ms: list[int]
    places: list[int]


def phase_of(model: str) -> int:
    """A whole second of a tick, in milliseconds: the models of a worker tick one after the other.

    Together they would hold up each other's alerts: a tick flushes, looks after incidents and summarises.
    """
    return crc32(model.encode()) * SECOND_MS % TICK_MS


class EventClock:
    """The smallest of the last three event times, never going back, and never leaping because of a few.

    The price of three is that it runs two events behind. A leap, a step of more than ``LEAP_MS`` and of more
    than ``LEAP_GAPS`` times the usual gap between events, counts when somebody else's time bears it out
    (``believed_ms``, the time of the partition), or with the ``VOTES``-th event in favour of it; an event
    that knows nothing of it takes one vote back. Ticks are ``TICK_MS`` apart: everything that happens "after
    a while" happens on ticks, so that it depends on the events alone and not on how they were batched.

    Args:
        phase_ms: how far a tick is from a multiple of ``TICK_MS``.
    """

    __slots__ = (
        *("_before_last_ms", "_events", "_last_ms", "_phase_ms", "_since_ms", "_usual_gap_ms", "_votes"),
        "now_ms",
    )

    def __init__(self, phase_ms: int = 0) -> None:
        self._phase_ms = phase_ms
        self.now_ms = 0
        self._last_ms = 0
        self._before_last_ms = 0
        self._votes = 0
        self._usual_gap_ms = -1  # not known yet
        # Events since the usual gap was last looked at, and when that was.
        self._events = 0
        self._since_ms = 0

    @property
    def tick_ms(self) -> int:
        """The last tick: the time that all events until the next one share; 0 before the first."""
        return max((self.now_ms - self._phase_ms) // TICK_MS * TICK_MS + self._phase_ms, 0)

    @property
    def leap_ms(self) -> float:
        """A step longer than this is a leap; before the usual gap is known none is."""
        return max(LEAP_MS, LEAP_GAPS * self._usual_gap_ms) if self._usual_gap_ms >= 0 else float("inf")

    def advance(self, time_ms: int, believed_ms: int = NO_OPINION_MS) -> bool:
        """Take the time of the next event; true when that is a tick.

        ``believed_ms``: up to when somebody else's time bears a leap out.
        """
        before = self.tick_ms
        smallest = min(time_ms, self._last_ms, self._before_last_ms)
        self._before_last_ms, self._last_ms = self._last_ms, time_ms
        self._events += 1
        if smallest <= self.now_ms + self.leap_ms:
            self._votes = max(self._votes - 1, 0)
        elif not self._agrees(smallest, believed_ms):
            self._votes += 1
            return False
        else:
            self._votes = 0
        self.now_ms = max(self.now_ms, smallest)
        if self.tick_ms == before:
            return False
        self._look_at_gap()
        return True

    def advance_to_tick(
        self, times_ms: NDArray[np.int64], believed_ms: NDArray[np.int64] | None = None
    ) -> int:
        """Take the times of the next events [events] up to the one that ticks; how many come before it.

        ``believed_ms`` [events]: as in ``advance``.
        """
        done = 0
        while done < len(times_ms):
            quiet = self._advance_quietly(times_ms[done:])
            done += quiet
            if done == len(times_ms):
                break
            time_ms = int(times_ms[done])
            believed = NO_OPINION_MS if believed_ms is None else int(believed_ms[done])
            smallest = min(time_ms, self._last_ms, self._before_last_ms)
            if smallest <= self.now_ms + self.leap_ms or self._agrees(smallest, believed):
                break  # it ticks
            self.advance(time_ms, believed)  # a vote
            done += 1
        return done

    def pass_ticks(self, times_ms: Iterable[int], until_ms: int) -> "Passed":
        """Take the times of the next events up to the one that ticks at ``until_ms`` or later.

        ``until_ms`` is later than the last tick, and less than ``LEAP_MS`` away, so that there is no leap
        before it.
        """
        passed = Passed([], [])
        end_ms = -((self._phase_ms - until_ms) // TICK_MS) * TICK_MS + self._phase_ms
        for place, time_ms in enumerate(times_ms):
            if min(time_ms, self._last_ms, self._before_last_ms) >= end_ms:
                break
            if self.advance(time_ms):
                passed.places.append(place)
            passed.ticks_ms.append(self.tick_ms)
        return passed

    def _advance_quietly(self, times_ms: NDArray[np.int64]) -> int:
        """Take events before the first that would be later than this tick; returns how many."""
        next_tick_ms = self.tick_ms + TICK_MS
        if min(int(times_ms[0]), self._last_ms, self._before_last_ms) >= next_tick_ms:
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
        self._events += count
        self._votes = max(self._votes - count, 0)
        return count

    def _agrees(self, smallest_ms: int, believed_ms: int) -> bool:
        return smallest_ms <= believed_ms or self._votes + 1 >= VOTES

    def _look_at_gap(self) -> None:
        """On a tick: the usual gap between events, a mean that forgets."""
        if not self._since_ms:
            self._since_ms, self._events = self.now_ms, 0
        elif self._events >= (EVENTS_PER_GAP if self._usual_gap_ms >= 0 else EVENTS_OF_FIRST_GAP):
            gap_ms = (self.now_ms - self._since_ms) // self._events
            known = self._usual_gap_ms >= 0
            self._usual_gap_ms = (3 * self._usual_gap_ms + gap_ms) // 4 if known else gap_ms
            self._since_ms, self._events = self.now_ms, 0

    def snapshot(self) -> list[int]:
        """Plain values for the state codec."""
        return [getattr(self, name) for name in self.__slots__]

    @classmethod
    def restore(cls, snapshot: list[int]) -> "EventClock":
        """The clock of a snapshot."""
        clock = cls()
        for name, value in zip(cls.__slots__, snapshot, strict=True):
            setattr(clock, name, value)
        return clock
