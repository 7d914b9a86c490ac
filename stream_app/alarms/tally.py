"""How often a model, and each of its signals, alerted lately: what came of the false-alarm budget."""

from collections import Counter
from typing import Any, Final

# The period is counted in so many pieces; the oldest is forgotten as a whole.
PIECES: Final = 30
DAY_MS: Final = 86_400_000
WHOLE_MODEL: Final = ""


class Tally:
    """Alerts per day of event time over a sliding period, the budget's own.

    At most ``PIECES + 1`` counts for each signal that alerted in the period, and those of a clock that runs
    ahead by at most a day.
    """

    def __init__(self, period_ms: int) -> None:
        self._period_ms = period_ms
        self._piece_ms = max(period_ms // PIECES, 1)
        self._pieces: dict[int, Counter[str]] = {}
        self._began_ms = -1
        self._now_ms = 0

    def count(self, name: str, time_ms: int) -> None:
        """A signal became part of an alert, or the model (``WHOLE_MODEL``) got a new one."""
        self._pieces.setdefault(time_ms // self._piece_ms, Counter())[name] += 1

    def tick(self, now_ms: int) -> None:
        """Time has come so far."""
        if self._began_ms < 0:
            self._began_ms = now_ms
        if now_ms // self._piece_ms != self._now_ms // self._piece_ms:
            oldest = (now_ms - self._period_ms) // self._piece_ms
            self._pieces = {piece: names for piece, names in self._pieces.items() if piece > oldest}
        self._now_ms = now_ms

    def per_day(self, name: str = WHOLE_MODEL) -> float:
        """Alerts per day. The first day counts as a whole one: a minute with an alert is not 1,440 a day."""
        watched_ms = min(max(self._now_ms - self._began_ms, DAY_MS), max(self._period_ms, DAY_MS))
        return sum(names[name] for names in self._pieces.values()) * DAY_MS / watched_ms

    def snapshot(self) -> dict[str, Any]:
        pieces = [[piece, dict(names)] for piece, names in self._pieces.items()]
        return {"began_ms": self._began_ms, "now_ms": self._now_ms, "pieces": pieces}

    def restore(self, snapshot: dict[str, Any]) -> None:
        self._began_ms, self._now_ms = snapshot["began_ms"], snapshot["now_ms"]
        self._pieces = {piece: Counter(names) for piece, names in snapshot["pieces"]}
