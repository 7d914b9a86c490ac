"""Throughput: predictions counted in steps long enough to hold some."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.stream_app.monitoring.traffic.clockwork import Clockwork, Turn

VOLUME = "volume:predictions"
SECOND_MS = 1000
MANY = 200  # from here on numpy is faster
# A step holds this many predictions or more; of fewer a count says little and the next is nothing like it.
# A minute may hold fewer: the next longer steps are compared with nothing for a week.
EXPECTED_MIN, EXPECTED_OF_MINUTE = 10, 5
# Lengths of steps in seconds, and how many of them a reference is learned from. Of long steps a week, if
# that is enough (20 is the fewest): a local level of so few steps an hour cannot follow a day, a cycle can.
STEPS = {1: 2000, 10: 720, 60: 360, 600: 1008, 3600: 144, 21_600: 28, 86_400: 20}
LENGTHS = tuple(STEPS)
# The rate is known well enough to choose a step after so many predictions.
CHOOSING = 20
FEW_STEPS = 8  # fewer say nothing about whether steps hold enough
# Judged: with a smaller share of them that hold something it comes in portions, and needs longer steps.
# Office hours are more than a quarter of the week.
ACTIVE_MIN = 0.2
# A reference of two values says something when the rarer of them has come this often.
RARER_MIN = 20
DAY_STEPS_MIN = 20  # what is the same in every step of a day, and of so many steps, is taken for clockwork
# A gap in event time counts as zeros for up to so many steps; the rest is jumped over.
LONGEST_GAP = 3600
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
WEEK_S = 604_800


class Counted(NamedTuple):
    """Predictions of one step: when it began, and how many there were a second."""

    time_ms: int
    value: float


def seconds_of(times_ms: NDArray[np.int64]) -> dict[int, int]:
    """How many event times lie in each second."""
    if len(times_ms) < MANY:
        return Counter((times_ms // SECOND_MS).tolist())
    seconds, counts = np.unique(times_ms // SECOND_MS, return_counts=True)
    return dict(zip(seconds.tolist(), counts.tolist(), strict=True))


class Volume:
    """Counts per step, given out once they can be compared with something.

    The step is chosen from the rate of the first predictions, one of several hours from that of a day, and a
    longer one while steps turn out to hold too few. Its counts are kept back until there are enough for a
    reference, at most 2,000 small integers, and longer where they are no reference: all the same, or two
    values one of which hardly came. Then a plain rule watches them (``Clockwork``).

    Open are the steps between the clock and the furthest accepted event time, at most a day ahead of it: up
    to 86,400 small integers, normally a handful.
    """

    def __init__(self) -> None:
        self.step_s = 0  # not chosen yet: counts are by second
        self.is_released = False
        self._counts: Counter[int] = Counter()
        self._next: int | None = None  # the first step that is not complete
        self._held: list[tuple[int, int]] = []
        # Event time before which everything was counted when it fell silent: the rest of that gap is none of
        # this signal's business. -1: no such gap.
        self._cut_s = -1
        self.clockwork = Clockwork()
        self.turns: list[Turn] = []
        # Counts changes of the state, so that a checkpoint writes only what changed.
        self.revision = 0

    @property
    def warm_up(self) -> int:
        """How many counts a reference is learned from."""
        return STEPS[self.step_s or 1]

    @property
    def held(self) -> int:
        """How many counts have come together for a reference so far."""
        return len(self._held)

    @property
    def arms_within_a_week(self) -> bool:
        """Whether a week holds enough steps for a reference."""
        return (self.step_s or 1) * self.warm_up <= WEEK_S

    def add(self, predictions: Mapping[int, int]) -> None:
        """Count predictions by the second of their event time (``seconds_of``)."""
        if self.step_s <= 1:
            self._counts.update(predictions)
        else:
            for second, count in predictions.items():
                self._counts[second // self.step_s] += count
        self.revision += 1

    def interrupt(self, event_ms: int) -> None:
        """A silence was told that began after this event: what is missing until the next one is no zeros."""
        self._cut_s = event_ms // SECOND_MS
        self.revision += 1

    def complete(self, now_ms: int) -> list[Counted]:
        """The counts of every step that ended before ``now_ms``, once something can be compared with them.

        A late prediction counts in the oldest step still open. The first step is partial and left out.
        """
        self.revision += 1
        if not self.step_s and not self._choose(now_ms // SECOND_MS):
            return []
        now = now_ms // SECOND_MS // self.step_s
        if self._next is None:
            if not self._counts or now <= min(self._counts):
                return []
            self._next = min(self._counts) + 1
            del self._counts[self._next - 1]
        if now <= self._next:
            return []
        completed = self._take(self._next, now)
        self._next = now
        if self.is_released:
            return [self._counted(step, count) for step, count in completed]
        before = len(self._held).bit_length()
        for step, count in completed:
            if self._lies_at_level(step, count):
                self._held.append((step, count))
                del self._held[: -self.warm_up]
                if counts := self._release():
                    return counts + [self._counted(*each) for each in completed if each[0] > step]
        is_due = len(self._held).bit_length() > before or len(self._held) == self.warm_up
        if is_due and not self.clockwork.has_level():
            self._lengthen()
        return []

    def _lies_at_level(self, step: int, count: int) -> bool:
        """Whether a count may become part of a reference; what hardly varies is watched by a plain rule."""
        self.clockwork.note(step, self.step_s, count)
        if not self.clockwork.has_level():
            return True
        usual, turn = self.clockwork.take(step, count, self.warm_up)
        if turn is not None:
            self.turns.append(turn)
        if not self.clockwork.has_level():
            self._held = []
        return usual or not self.clockwork.has_level()

    def take_turns(self) -> list[Turn]:
        """What the plain rule has to tell since the last call."""
        taken, self.turns = self.turns, []
        return taken

    def _take(self, begin: int, now: int) -> list[tuple[int, int]]:
        """Steps and their counts up to now, without those of a silence that was told, nor a very long gap."""
        late = [step for step in self._counts if step < begin]
        self._counts[begin] += sum(self._counts.pop(step) for step in late)
        left_out = range(0)
        cut = self._cut_s // self.step_s
        if self._cut_s >= 0:
            after = min((step for step, count in self._counts.items() if step > cut and count), default=now)
            left_out = range(cut, min(after, now - 1) + 1)
            self._cut_s = -1 if after < now else self._cut_s
        first = max(begin, now - LONGEST_GAP)
        skipped = [step for step in self._counts if step < first]
        self._counts[first] += sum(self._counts.pop(step) for step in skipped)
        taken = [(step, self._counts.pop(step, 0)) for step in range(first, now)]
        return [each for each in taken if each[0] not in left_out]

    def _choose(self, now_s: int) -> bool:
        """Whether the step could be chosen from the predictions so far, which are counted by second."""
        number = self._counts.total()
        if number < CHOOSING:
            return False
        span_s = max(self._counts) - min(self._counts)
        rate = (number - 1) / span_s if span_s else float(number)
        step_s = step_for(rate)
        if step_s > HOUR_S and now_s - min(self._counts) < DAY_S:
            return False  # perhaps it is only night
        self.step_s = step_s
        if self.step_s > 1:
            by_second, self._counts = self._counts, Counter()
            self.add(by_second)
        return True

    def _release(self) -> list[Counted]:
        """All that was kept back, when it makes a reference."""
        day = min(max(DAY_S // self.step_s, DAY_STEPS_MIN), self.warm_up)
        if len(self._held) not in (day, self.warm_up) or self.clockwork.is_told:
            return []
        counts = Counter(count for _, count in self._held).most_common()
        hardly_varies = len(counts) == 1 or (len(counts) == 2 and counts[1][1] < RARER_MIN)
        if hardly_varies and not self.clockwork.has_level():
            self.clockwork.begin([count for _, count in self._held])
        if len(self._held) < self.warm_up or (self._are_too_short() and not hardly_varies):
            return []
        if hardly_varies:
            self._held = []  # the next ones may make one
            return []
        self.clockwork.forget()
        held, self._held, self.is_released = self._held, [], True
        return [self._counted(step, count) for step, count in held]

    def _are_too_short(self) -> bool:
        """Whether the steps that were kept back hold too little, or hardly any of them anything."""
        if self.step_s == LENGTHS[-1]:
            return False
        counts = [count for _, count in self._held]
        active = len(counts) - counts.count(0)
        expected = len(counts) * expected_min(self.step_s)
        return sum(counts) < expected / 2 or active < ACTIVE_MIN * len(counts)

    def _lengthen(self) -> None:
        """Choose the next longer step if steps hold too few; the counts so far go into it."""
        if len(self._held) < FEW_STEPS or not self._are_too_short():
            return
        longer = LENGTHS[LENGTHS.index(self.step_s) + 1]
        times = longer // self.step_s
        held, self._held = self._held, []
        open_counts, self._counts = self._counts, Counter()
        together: Counter[int] = Counter()
        for step, count in held:
            together[step // times] += count
        for step, count in open_counts.items():
            self._counts[step // times] += count
        assert self._next is not None
        last = self._next // times  # is not complete
        self._counts[last] += together.pop(last, 0)
        together.pop(held[0][0] // times, None)  # nor is the first
        self._held = sorted(together.items())
        self._next, self.step_s = last, longer

    def _counted(self, step: int, count: int) -> Counted:
        return Counted(step * self.step_s * SECOND_MS, count / self.step_s)

    def adopt(self, other: "Volume") -> None:
        """Count as another one does, whose reference is taken over."""
        if other.is_released and not self._counts:
            self.step_s, self.is_released = other.step_s, True
            self.revision += 1

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        chosen = [self.step_s, self.is_released, self._cut_s, self.clockwork.snapshot()]
        return [*chosen, self._next, sorted(self._counts.items()), self._held]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was counted before."""
        self.step_s, self.is_released, self._cut_s, clockwork, self._next, counts, held = snapshot
        self.clockwork.restore(clockwork)
        self._counts = Counter(dict(counts))
        self._held = [(step, count) for step, count in held]


def step_for(rate_per_s: float) -> int:
    """The shortest step in seconds that is expected to hold enough; a day where none is."""
    return next((step_s for step_s in LENGTHS if rate_per_s * step_s >= expected_min(step_s)), LENGTHS[-1])


def expected_min(step_s: int) -> int:
    """How many predictions a step has to be expected to hold."""
    return EXPECTED_OF_MINUTE if step_s == MINUTE_S else EXPECTED_MIN
