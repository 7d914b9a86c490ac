"""How many events a second come, of late."""

from math import exp
from typing import Any, Final

FORGOTTEN_MS: Final = 600_000
"""Judged: what was ten minutes ago counts a third of what is now."""


class Pace:
    """A rate over event time that forgets; looked at now and then, it needs no look at each event.

    ``per_s`` are events a second; None before the second look.
    """

    def __init__(self) -> None:
        self._mark: tuple[int, int] | None = None
        self.per_s: float | None = None

    def update(self, count: int, now_ms: int) -> None:
        """Look at how many there were in all."""
        if self._mark is None:
            self._mark = count, now_ms
        before, then_ms = self._mark
        if now_ms > then_ms:
            latest = (count - before) * 1000 / (now_ms - then_ms)
            kept = exp((then_ms - now_ms) / FORGOTTEN_MS)
            self.per_s = latest if self.per_s is None else kept * self.per_s + (1 - kept) * latest
            self._mark = count, now_ms

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        return [self._mark, self.per_s]

    @classmethod
    def restore(cls, snapshot: list[Any]) -> "Pace":
        """One that goes on where another ended."""
        pace = cls()
        mark, pace.per_s = snapshot
        pace._mark = None if mark is None else (mark[0], mark[1])
        return pace
