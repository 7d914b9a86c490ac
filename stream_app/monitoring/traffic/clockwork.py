"""Throughput that is the same in every step: no noise to measure a change in, so a plain rule watches it.

What it was at the same time of the last two weeks is no news: a weekend is told twice.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from driftline.stream_app.monitoring.traffic.last_weeks import LastWeeks

# Judged: so many steps in a row that are this much off, and by more than one, which is a step's edge.
STEPS = 10
LESS, MORE = 0.7, 1.3
EDGE = 1


class Turn(NamedTuple):
    """Counts have left their level for good, or are back at it; levels are counts a step.

    began: the first step that was off. before: of so many steps. after: the mean of the steps that were off,
    or that are back.
    """

    what: Literal["off", "back", "followed"]
    began: int
    before: float
    of_steps: int
    after: float


class Clockwork:
    """The level of counts that hardly differ, and whether they have left it."""

    def __init__(self) -> None:
        self._level: tuple[int, int] | None = None  # least and most
        self._of = 0
        self._step_s = 1
        self._off: list[tuple[int, int]] = []  # the latest steps that were off on one side, and their counts
        self._off_steps = 0
        self._back = 0
        self.is_told = False
        self._weeks = LastWeeks()

    def note(self, step: int, step_s: int, count: int) -> None:
        """A step of a length is complete, whether there is a level or not."""
        self._weeks.note(step, step_s, count)
        self._step_s = step_s

    def has_level(self) -> bool:
        """Whether it knows what is usual."""
        return self._level is not None

    def begin(self, counts: Sequence[int]) -> None:
        """These counts are the level."""
        self._level, self._of = (min(counts), max(counts)), len(counts)

    def forget(self) -> None:
        """There is no level any more."""
        self._level = None
        self._clear()

    def take(self, step: int, count: int, patience: int) -> tuple[bool, Turn | None]:
        """The next step: whether it lies at the level, and what there is to tell.

        ``patience``: after so many steps that are off, where they are is the new level.
        """
        assert self._level is not None
        low, high = self._level
        side = self._side(count)
        if not side:
            self._back += 1
            if not self.is_told or self._back < STEPS:
                if not self.is_told:
                    self._clear()
                return True, None
            self._clear()
            return True, Turn("back", step, (low + high) / 2, self._of, float(count))
        if self._off and self._side(self._off[-1][1]) != side:
            self._off, self._off_steps = [], 0
        self._back = 0
        self._off = [*self._off[: STEPS - 1], (step, count)] if self._off_steps < STEPS else self._off
        self._off_steps += 1
        if self._off_steps == STEPS and not self.is_told:
            mean = sum(each for _, each in self._off) / STEPS
            if self._is_weekly(step, mean):
                self.begin([each for _, each in self._off])
                self._clear()
                return False, None
            self.is_told = True
            return False, Turn("off", self._off[0][0], (low + high) / 2, self._of, mean)
        if self._off_steps >= patience:
            told = self.is_told
            self.forget()
            return False, Turn("followed", step, (low + high) / 2, self._of, float(count)) if told else None
        return False, None

    def _side(self, count: int) -> int:
        assert self._level is not None
        low, high = self._level
        if count < low - EDGE and count < LESS * low:
            return -1
        return int(count > high + EDGE and count > MORE * high)

    def _is_weekly(self, step: int, count: float) -> bool:
        """Whether the last two weeks had such a count at this time."""
        were = self._weeks.were(step, self._step_s)
        return len(were) == 2 and all(
            abs(each - count) <= EDGE or LESS * each <= count <= MORE * each for each in were
        )

    def _clear(self) -> None:
        self._off, self._off_steps, self._back, self.is_told = [], 0, 0, False

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        return [
            self._level,
            self._of,
            self._off,
            self._off_steps,
            self._back,
            self.is_told,
            self._step_s,
            self._weeks.snapshot(),
        ]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was seen before."""
        level, self._of, off, self._off_steps, self._back, self.is_told, *weeks = snapshot
        if weeks:  # states of before they were kept have none
            self._step_s, known = weeks
            self._weeks.restore(known)
        self._level = None if level is None else (level[0], level[1])
        self._off = [(step, count) for step, count in off]
