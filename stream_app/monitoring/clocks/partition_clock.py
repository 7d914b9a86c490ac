"""The time of a partition: all its records move it, so that it goes on when one model stops."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MINUTE_MS = 60_000
# A step that is longer than both is a leap. Short, because models that did not write look silent after one.
LEAP_MS = MINUTE_MS
LEAP_GAPS = 20
VOTES = 32
# A worker's own clock is believed further: its steps are as long as it waits before it writes one.
HEARTBEAT_LEAP_MS = 600_000
HEARTBEAT_VOTES = 16
# Times that go on as far as they had leapt are no batch of a clock that is ahead.
VOTES_OF_PROGRESS = 4
RECORDS_OF_FIRST_GAP = 16
RECORDS_PER_GAP = 1024
NO_TIME = -1


class Passed(NamedTuple):
    """When records arrived.

    arrived_ms: the time of the partition with each record [records], ascending.
    voting: [records], the records that spoke for a leap that was not believed yet; None: none of them did.
    """

    arrived_ms: NDArray[np.int64]
    voting: NDArray[np.bool_] | None = None


class PartitionClock:
    """The latest time of all records, never going back, and never leaping because of a few.

    A record's time is its Kafka timestamp where it has one, else that of its event. A step of more than
    ``LEAP_MS`` and of more than ``LEAP_GAPS`` times the usual gap between records counts with the
    ``VOTES``-th record in favour of it, or once the records in favour have themselves gone on for as long as
    they leapt; a record that knows nothing of it takes one vote back. So one batch of a clock that is ahead
    moves nothing. A pure function of the records, however they are batched.
    """

    __slots__ = (
        *("_before_ms", "_first_ms", "_records", "_since_ms", "_until_look", "_usual_gap_ms", "_votes"),
        "now_ms",
    )

    def __init__(self) -> None:
        self.now_ms = 0
        self._votes = 0
        self._first_ms = 0  # the time of the first vote
        self._before_ms = 0  # and of the latest
        self._usual_gap_ms = -1  # not known yet
        # Records between two looks at the usual gap, how many are left until the next, and when the last was.
        self._records = RECORDS_OF_FIRST_GAP
        self._until_look = RECORDS_OF_FIRST_GAP
        self._since_ms = 0

    @property
    def leap_ms(self) -> float:
        """A step longer than this is a leap; before the usual gap is known none is."""
        return max(LEAP_MS, LEAP_GAPS * self._usual_gap_ms) if self._usual_gap_ms >= 0 else float("inf")

    def advance(self, times_ms: NDArray[np.int64], heartbeats: Collection[int] = ()) -> Passed:
        """Take the times of the next records [records], NO_TIME where nothing is known.

        ``heartbeats`` are the places of those among them.
        """
        arrived_ms = np.empty(len(times_ms), np.int64)
        voting = np.zeros(len(times_ms), np.bool_)
        start = 0
        while start < len(times_ms):
            stop = min(start + self._until_look, len(times_ms))
            part = slice(start, stop)
            if not self._advance_together(times_ms[part], arrived_ms[part]):
                beats = {place - start for place in heartbeats}
                self._advance_one_by_one(times_ms[part], beats, arrived_ms[part], voting[part])
            self._until_look -= stop - start
            if self._until_look == 0:
                self._look_at_gap()
            start = stop
        return Passed(arrived_ms, voting if voting.any() else None)

    def _advance_together(self, times_ms: NDArray[np.int64], arrived_ms: NDArray[np.int64]) -> bool:
        """The usual case: nothing leaps. False when something does; nothing was taken then."""
        np.maximum.accumulate(times_ms, out=arrived_ms)
        np.maximum(arrived_ms, self.now_ms, out=arrived_ms)
        first_step = int(times_ms[0]) - self.now_ms
        if self._usual_gap_ms >= 0:
            longest = max(first_step, int((times_ms[1:] - arrived_ms[:-1]).max(initial=0)))
            if longest > self.leap_ms:
                return False
        self.now_ms = int(arrived_ms[-1])
        self._since_ms = self._since_ms or int(arrived_ms[0])
        self._votes = max(self._votes - len(times_ms), 0)
        return True

    def _advance_one_by_one(
        self,
        times_ms: NDArray[np.int64],
        heartbeats: Collection[int],
        arrived_ms: NDArray[np.int64],
        voting: NDArray[np.bool_],
    ) -> None:
        for place, time_ms in enumerate(times_ms.tolist()):
            beats = place in heartbeats
            leap_ms = max(self.leap_ms, HEARTBEAT_LEAP_MS) if beats else self.leap_ms
            if time_ms - self.now_ms <= leap_ms:
                self.now_ms = max(self.now_ms, time_ms)
                self._votes = max(self._votes - 1, 0)
            else:
                voting[place] = not self._vote(time_ms, HEARTBEAT_VOTES if beats else 1)
            arrived_ms[place] = self.now_ms

    def _vote(self, time_ms: int, weight: int) -> bool:
        """A record in favour of a leap; whether it is believed now."""
        if not self._votes:
            self._first_ms = self._before_ms = time_ms
        votes = self._votes = self._votes + weight
        before_ms, self._before_ms = self._before_ms, time_ms
        goes_on = votes >= VOTES_OF_PROGRESS and before_ms - self._first_ms >= self._first_ms - self.now_ms
        if votes < VOTES and not goes_on:
            return False
        if goes_on:  # records have become this rare
            self._usual_gap_ms = max(self._usual_gap_ms, (before_ms - self._first_ms) // (votes - 1))
        # Not this one's own time, which may be one of a clock that is ahead still further.
        self.now_ms = max(self._first_ms, min(time_ms, before_ms))
        self._votes = 0
        return True

    def _look_at_gap(self) -> None:
        """The usual gap between records, a mean that forgets."""
        gap_ms = (self.now_ms - self._since_ms) // self._records
        known = self._usual_gap_ms >= 0
        self._usual_gap_ms = (3 * self._usual_gap_ms + gap_ms) // 4 if known else gap_ms
        self._since_ms = self.now_ms
        # The first looks are of the first 16, 16 more, then of twice as many each time.
        self._records = min(2 * self._records, RECORDS_PER_GAP)
        self._until_look = self._records

    def snapshot(self) -> list[int]:
        """Plain values for the state codec."""
        return [getattr(self, name) for name in self.__slots__]

    @classmethod
    def restore(cls, snapshot: list[int]) -> "PartitionClock":
        """The clock of a snapshot."""
        clock = cls()
        for name, value in zip(cls.__slots__, snapshot, strict=True):
            setattr(clock, name, value)
        return clock
