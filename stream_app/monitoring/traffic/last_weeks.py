"""What was counted at each half hour of the last two weeks."""

from typing import Any

HALF_HOUR_S = 1800
WEEK_S = 604_800


class LastWeeks:
    """The mean count of a step at each half hour, or step if that is longer, of this week and the one before.

    At most 2 × 336 numbers, 6 KB of a snapshot.
    """

    def __init__(self) -> None:
        self._part_s = 0  # how long a part of the week is
        self._open = (-1, 0, 0)  # the latest part since 1970, its steps and what they hold together
        self._parts: dict[int, float] = {}  # by part since 1970

    def note(self, step: int, step_s: int, count: int) -> None:
        """A step of a length is complete; one of another length than before begins anew."""
        part_s = max(step_s, HALF_HOUR_S)
        if part_s != self._part_s:
            self._part_s, self._open, self._parts = part_s, (-1, 0, 0), {}
        part, steps, total = step * step_s // part_s, *self._open[1:]
        if part != self._open[0]:
            self._close(part)
            steps = total = 0
        self._open = part, steps + 1, total + count

    def were(self, step: int, step_s: int) -> tuple[float, ...]:
        """What a step of the same time held one and two weeks before; only one, or none, if less is known."""
        part, week = step * step_s // max(step_s, HALF_HOUR_S), WEEK_S // max(step_s, HALF_HOUR_S)
        known = (self._parts.get(part - week), self._parts.get(part - 2 * week))
        return tuple(count for count in known if count is not None)

    def _close(self, now: int) -> None:
        part, steps, total = self._open
        if steps:
            self._parts[part] = total / steps
        oldest = now - 2 * WEEK_S // self._part_s
        while self._parts and (first := next(iter(self._parts))) < oldest:
            del self._parts[first]

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        return [self._part_s, list(self._open), [list(each) for each in self._parts.items()]]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was counted before."""
        self._part_s, (part, steps, total), parts = snapshot
        self._open, self._parts = (part, steps, total), dict(parts)
