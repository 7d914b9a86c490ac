"""How many events a second come, of late."""

from math import exp
from typing import Any, Final

FORGOTTEN_MS: Final = 600_000
"""Judged: what was ten minutes ago counts a third of what is now."""


class Pace:
    """A rate over event time that forgets; looked at now and then, it needs no look at each event."""

    def __init__(self) -> None:
        self._mark: tuple[int, int] | None = None
        self._per_s: float | None = None

    def update(self, count: int, now_ms: int) -> float | None:
        """Events a second, given how many there were in all; None at the first look."""
        if self._mark is None:
            self._mark = count, now_ms
        before, then_ms = self._mark
        if now_ms > then_ms:
            latest = (count - before) * 1000 / (now_ms - then_ms)
            kept = exp((then_ms - now_ms) / FORGOTTEN_MS)
            self._per_s = latest if self._per_s is None else kept * self._per_s + (1 - kept) * latest
            self._mark = count, now_ms
        return self._per_s

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        return [self._mark, self._per_s]

    @classmethod
    def restore(cls, snapshot: list[Any]) -> "Pace":
        """One that goes on where another ended."""
        pace = cls()
        mark, pace._per_s = snapshot
        pace._mark = None if mark is None else (mark[0], mark[1])
        return pace
