"""The rhythm of what keeps coming: how often it is heard at each hour, and when it has been silent too long.

What is counted are active intervals of ten seconds, so a burst counts as little as it says about silence.
Their rates are learned for each hour of the day, on weekdays and on weekends. The rates say how many active
intervals were to be expected since the last one; that number, not the time, is what is held against what it
was in healthy gaps. A night without traffic expects nothing, and a thin model is waited for longer.
"""

from array import array
from collections.abc import Sequence
from math import inf, sqrt
from typing import Any, NamedTuple

INTERVAL_MS = 10_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
HOURS_PER_WEEK = 168
DAY_HOURS = 24
SLOTS = 2 * DAY_HOURS
# Nothing shorter is silence (judged): a deployment, a restart, a slow consumer.
GAP_MS = 300_000
# So many active intervals must be missing: of independent ones that happens once in 500 million gaps.
EXPECTED_MIN = 20.0
TIMES_LARGEST = 3.0
# Gaps of sessions vary: this many sd above the largest one, more while few are known.
GAP_SDS = 7.0
FEW_GAPS = 4.0
GAPS_REMEMBERED = 64
COUNTED_GAP = 1.0  # smaller ones say nothing about the largest
# Two weeks: a weekday's hour is one of ten, a weekend's one of four.
KEPT = (0.9, 0.75)
LARGEST_DAYS = 15
# How many days a longest gap counts: a week and a day, so that there is always the same weekday among them.
LONGEST_DAYS = 8
LONGER = 1.5
# Judged: what came in portions for a week, each after the same time but for a tenth, is late after a tenth
# more. The rates of a nightly job would say so only when it has failed to come twice.
PORTION_GAP_MS = 6 * HOUR_MS
PUNCTUAL_DAYS = 7
PUNCTUAL = 1.1
# Armed after a day's observation and so many times heard.
ARMED_EVENTS = 50
KNOWN_HOURS = 0.5
HOURS_MAX = 24 * 35  # as far as is looked ahead


class Heard(NamedTuple):
    """Events that were heard from one time to another.

    intervals: the active ones among them, numbers of ``INTERVAL_MS`` ascending; none: those of the two times.
    """

    first_ms: int
    last_ms: int
    events: int
    intervals: Sequence[int] = ()


class Cadence:
    """When something was heard, and until when it may stay silent.

    Times are milliseconds of the partition's time, ascending. 48 rates, 15 largest gaps: 1 KB a snapshot.

    Args:
        patient: whether it must also be silent for half as long again as in the last eight days (a feed that
            comes in portions), not only for longer than its rates let expect.
    """

    __slots__ = (
        *(
            "_active",
            "_actives",
            "_counted",
            "_gaps",
            "_hour",
            "_hours",
            "_interval",
            "_largest",
            "events",
            "first_ms",
        ),
        *("heard_ms", "patient"),
    )

    def __init__(self, patient: bool = False) -> None:
        self.patient = patient
        self.first_ms = -1
        self.heard_ms = -1
        self.events = 0
        self._interval = -1  # the last active one, and the hour that is being counted
        self._hour = -1
        self._counted = 0
        self._actives = 0  # all active intervals so far
        self._active = array("d", bytes(8 * SLOTS))
        self._hours = array("d", bytes(8 * SLOTS))
        # By day: the most that was expected in a healthy gap, and from when to when the longest one was.
        self._largest: list[tuple[int, float, int, int]] = []
        self._gaps = (0.0, 0.0, 0.0)  # their number, mean and squares

    @property
    def is_armed(self) -> bool:
        """Whether enough is known to tell a silence."""
        return self.events >= ARMED_EVENTS and self.heard_ms - self.first_ms >= DAY_MS

    def hear(self, heard: Heard, was_silent: bool = False) -> None:
        """Events were heard, with no gap of ``GAP_MS`` between them.

        ``was_silent``: the gap before them was told, and is no healthy one.
        """
        first_ms, last_ms, events, intervals = heard
        if self.first_ms < 0:
            self.first_ms = first_ms
        elif first_ms - self.heard_ms >= GAP_MS and not was_silent:
            self._remember_gap(self.heard_ms, first_ms)
        self.events += events
        self.heard_ms = max(self.heard_ms, last_ms)
        if last_ms // INTERVAL_MS == self._interval:  # as is usual where traffic is dense
            return
        for interval in intervals or (first_ms // INTERVAL_MS, last_ms // INTERVAL_MS):
            if interval <= self._interval:
                continue
            hour = interval * INTERVAL_MS // HOUR_MS
            if hour != self._hour:
                self._complete(hour)
            self._interval = interval
            self._counted += 1
            self._actives += 1

    def usual_per_s(self, time_ms: int) -> float:
        """Events per second at this hour of the week."""
        return self._rate(time_ms // HOUR_MS) / (HOUR_MS / 1000) * self.events / max(self._actives, 1)

    def expected(self, from_ms: int, to_ms: int) -> float:
        """How many active intervals were to be expected between two times, at most five weeks apart."""
        total = 0.0
        hour, last = from_ms // HOUR_MS, min(to_ms // HOUR_MS, from_ms // HOUR_MS + HOURS_MAX)
        while hour <= last:
            span_ms = min(to_ms, (hour + 1) * HOUR_MS) - max(from_ms, hour * HOUR_MS)
            total += self._rate(hour) * span_ms / HOUR_MS
            hour += 1
        return total

    def _expected_in_gap(self, from_ms: int, to_ms: int) -> float:
        """What a healthy gap withheld; a first night or weekend nothing, whatever was guessed of it."""
        total = self.expected(from_ms, to_ms)
        whole = range(-(-from_ms // HOUR_MS), min(to_ms // HOUR_MS, from_ms // HOUR_MS + HOURS_MAX))
        return total - sum(self._rate(hour) for hour in whole if self._hours[slot_of(hour)] < KNOWN_HOURS)

    @property
    def needed(self) -> float:
        """From how many active intervals missing on it is a silence."""
        today = self.heard_ms // DAY_MS
        # The longest gaps are looked at again with what is known by now: the first nights taught most of it.
        largest = max(
            (
                max(most, self.expected(from_ms, to_ms))
                for day, most, from_ms, to_ms in self._largest
                if day > today - LARGEST_DAYS
            ),
            default=0.0,
        )
        number, _, squares = self._gaps
        spread = sqrt(squares / number) if number else 0.0
        varied = largest + (1 + FEW_GAPS / max(number, 1.0)) * GAP_SDS * spread
        return max(EXPECTED_MIN, TIMES_LARGEST * largest, varied)

    def silent_from(self) -> float:
        """The time from which on it is a silence if nothing more is heard; infinite when nobody can say."""
        if not self.is_armed:
            return inf
        needed, total, hour = self.needed, 0.0, self.heard_ms // HOUR_MS
        earliest_ms = self.heard_ms + max(GAP_MS, self._patience_ms())
        for each in range(hour, hour + HOURS_MAX):
            begin_ms = max(self.heard_ms, each * HOUR_MS)
            rate = self._rate(each) / HOUR_MS
            more = rate * ((each + 1) * HOUR_MS - begin_ms)
            if total + more >= needed:
                return min(max(begin_ms + (needed - total) / rate, earliest_ms), self._late_from())
            total += more
        return self._late_from()

    def _patience_ms(self) -> int:
        return int(LONGER * max(self._longest_gaps_ms(), default=0)) if self.patient else 0

    def _late_from(self) -> float:
        """From when on a portion is late; infinite where they are not punctual."""
        gaps_ms = self._longest_gaps_ms()
        if len(gaps_ms) < PUNCTUAL_DAYS or min(gaps_ms) < PORTION_GAP_MS:
            return inf
        punctual = max(gaps_ms) <= PUNCTUAL * min(gaps_ms)
        return self.heard_ms + PUNCTUAL * max(gaps_ms) if punctual else inf

    def _longest_gaps_ms(self) -> list[int]:
        """The longest gap of each of the last days that had one."""
        today = self.heard_ms // DAY_MS
        return [to_ms - from_ms for day, _, from_ms, to_ms in self._largest if day > today - LONGEST_DAYS]

    def _rate(self, hour: int) -> float:
        """Active intervals per hour; where nothing is known, as in the other half of the week, or overall.

        Of a first weekend after weekdays that had their hours nothing is expected.
        """
        slot = slot_of(hour)
        for place in (slot, (slot + DAY_HOURS) % SLOTS):
            if self._hours[place] >= KNOWN_HOURS:
                closed = place != slot and slot >= DAY_HOURS and self._keeps_hours()
                return 0.0 if closed else self._active[place] / self._hours[place]
        return self._mean_rate()

    def _mean_rate(self) -> float:
        hours = sum(self._hours)
        return sum(self._active) / hours if hours else 0.0

    def _keeps_hours(self) -> bool:
        """Whether there are empty hours on weekdays, too many of them for chance."""
        idle = sum(self._hours[slot] for slot in range(DAY_HOURS) if not self._active[slot])
        return idle * self._mean_rate() >= EXPECTED_MIN

    def _complete(self, hour: int) -> None:
        """The hour that was counted is over, and those without anything between it and this one."""
        if self._hour < 0:
            self._hour, self._counted = hour, 0
            return
        for each in range(max(self._hour, hour - HOURS_MAX), hour):
            slot = slot_of(each)
            kept = KEPT[slot >= DAY_HOURS]
            whole = 1.0
            if each == self.first_ms // HOUR_MS:
                whole = ((each + 1) * HOUR_MS - self.first_ms) / HOUR_MS
            self._active[slot] = kept * self._active[slot] + (self._counted if each == self._hour else 0)
            self._hours[slot] = kept * self._hours[slot] + whole
        self._hour, self._counted = hour, 0

    def _remember_gap(self, from_ms: int, to_ms: int) -> None:
        expected, day = self._expected_in_gap(from_ms, to_ms), to_ms // DAY_MS
        known = expected if self.is_armed else 0.0  # the rates of a first day are guesses
        longest = (from_ms, to_ms)
        if self._largest and self._largest[-1][0] == day:
            _, most, begin_ms, end_ms = self._largest.pop()
            known = max(most, known)
            longest = max(longest, (begin_ms, end_ms), key=lambda gap: gap[1] - gap[0])
        self._largest.append((day, known, *longest))
        del self._largest[:-LARGEST_DAYS]
        if expected >= COUNTED_GAP:
            number, mean, squares = self._gaps
            kept = min(number, GAPS_REMEMBERED - 1)
            squares *= kept / number if number else 1.0
            moved = mean + (expected - mean) / (kept + 1)
            self._gaps = (kept + 1, moved, squares + (expected - mean) * (expected - moved))

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        return [
            *(self.patient, self.first_ms, self.heard_ms, self.events),
            *(self._interval, self._hour, self._counted, self._actives),
            *(self._active.tobytes(), self._hours.tobytes(), self._largest, self._gaps),
        ]

    @classmethod
    def restore(cls, snapshot: list[Any]) -> "Cadence":
        """The cadence of a snapshot."""
        cadence = cls(snapshot[0])
        cadence.first_ms, cadence.heard_ms, cadence.events = snapshot[1:4]
        cadence._interval, cadence._hour, cadence._counted, cadence._actives = snapshot[4:8]
        cadence._active, cadence._hours = array("d", snapshot[8]), array("d", snapshot[9])
        cadence._largest = [(day, most, begin, end) for day, most, begin, end in snapshot[10]]
        number, mean, squares = snapshot[11]
        cadence._gaps = (number, mean, squares)
        return cadence


def slot_of(hour: int) -> int:
    """The rate that an hour since 1970 belongs to: 24 of weekdays, 24 of weekends, in UTC."""
    day, of_day = divmod(hour, DAY_HOURS)
    return of_day + (DAY_HOURS if (day + 3) % 7 >= 5 else 0)  # 1970 began on a Thursday
