"""Refused records of one model: told when they become many, over when they are rare again."""

from collections import Counter
from typing import Any, Literal, NamedTuple

MINUTE_MS = 60_000
WINDOW_MINUTES = 10
# Told from so many on (judged: a handful is somebody's experiment), if they are so large a share of the
# model's records and so many times what is usual.
REFUSED_MIN = 20
SHARE_MIN = 0.05
USUAL_TIMES = 3.0
# Over when the share of the window is this small, and one usable record came.
SHARE_OVER = 0.025
# What is usual is a share of so many records at most: half of it is forgotten when there are more.
USUAL_RECORDS = 100_000


class Example(NamedTuple):
    """One record that was refused."""

    reason: str
    sentence: str
    topic: str
    offset: int


class Change(NamedTuple):
    """Many records are refused for a reason, or no longer; shares of all records of the model, 0 to 1."""

    what: Literal["refused", "over"]
    example: Example
    usual_share: float
    share: float
    records: int
    since_ms: int


class Refusals:
    """Counts of the last ten minutes of the partition's time, by reason.

    At most 10 minutes × 14 reasons. How many records were usable is read from the model's own count of them.
    """

    def __init__(self) -> None:
        # By minute: its number, the events of the model before it, refused records by reason.
        self._minutes: list[tuple[int, int, Counter[str]]] = []
        self._usual = (0, 0)  # refused, and all records, before the window
        self._in_a_row: Counter[str] = Counter()  # since the last usable record
        self._usable = 0  # events of the model at the last refusal
        self._since: dict[str, int] = {}  # by reason: when the first of those in a row came
        self.told: dict[str, Example] = {}

    @property
    def is_open(self) -> bool:
        """Whether refused records were told and are not over."""
        return bool(self.told)

    def roll(self, now_ms: int, events: int) -> None:
        """The minutes that have left the window are what is usual."""
        minute = now_ms // MINUTE_MS
        while self._minutes and self._minutes[0][0] <= minute - WINDOW_MINUTES:
            _, before, reasons = self._minutes.pop(0)
            after = self._minutes[0][1] if self._minutes else events
            refused, records = self._usual
            more = reasons.total()
            self._usual = (refused + more, records + more + after - before)
            if self._usual[1] > USUAL_RECORDS:
                self._usual = (self._usual[0] // 2, self._usual[1] // 2)
        if not self._minutes or self._minutes[-1][0] < minute:
            self._minutes.append((minute, events, Counter()))

    def take(self, example: Example, now_ms: int, events: int) -> Change | None:
        """A record was refused at a time of the partition, after so many usable events of the model."""
        reason = example.reason
        if events != self._usable or not self._in_a_row:
            self._in_a_row.clear()
            self._usable = events
        if reason not in self._since or not self._counted(reason):
            self._since[reason] = now_ms
        self._in_a_row[reason] += 1
        self.roll(now_ms, events)
        self._minutes[-1][2][reason] += 1
        if reason in self.told:
            return None
        refused, records, share = self._shares(reason, events)
        in_a_row = self._in_a_row[reason]
        expected = self._usual_share * records
        many = refused >= REFUSED_MIN and share >= SHARE_MIN and refused > USUAL_TIMES * expected
        # Of a thin model ten minutes hold few: then as many without one usable record among them.
        if not many and in_a_row < REFUSED_MIN:
            return None
        self.told[reason] = example
        if not many:
            refused = records = in_a_row
            share = 1.0
        return Change("refused", example, self._usual_share, share, records, self._since[reason])

    def look(self, now_ms: int, events: int) -> list[Change]:
        """What is over at a time of the partition."""
        if not self.told:
            return []
        self.roll(now_ms, events)
        over = []
        for reason, example in list(self.told.items()):
            refused, records, share = self._shares(reason, events)
            if share <= SHARE_OVER and events > self._usable and records > refused:
                del self.told[reason]
                self._since.pop(reason, None)
                over.append(Change("over", example, self._usual_share, share, records, now_ms))
        return over

    def _counted(self, reason: str) -> int:
        return sum(reasons[reason] for _, _, reasons in self._minutes) + self._in_a_row[reason]

    def _shares(self, reason: str, events: int) -> tuple[int, int, float]:
        """Of the window: refused for the reason, all records, and the share."""
        refused = sum(reasons[reason] for _, _, reasons in self._minutes)
        all_refused = sum(reasons.total() for _, _, reasons in self._minutes)
        records = all_refused + events - (self._minutes[0][1] if self._minutes else events)
        return refused, records, refused / records if records else 0.0

    @property
    def _usual_share(self) -> float:
        refused, records = self._usual
        return refused / records if records else 0.0

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        minutes = [[minute, before, dict(reasons)] for minute, before, reasons in self._minutes]
        told = [list(example) for example in self.told.values()]
        return [minutes, self._usual, dict(self._in_a_row), self._usable, self._since, told]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was counted before."""
        minutes, usual, in_a_row, self._usable, since, told = snapshot
        self._minutes = [(minute, before, Counter(reasons)) for minute, before, reasons in minutes]
        self._usual = (usual[0], usual[1])
        self._in_a_row, self._since = Counter(in_a_row), dict(since)
        self.told = {example[0]: Example(*example) for example in told}
