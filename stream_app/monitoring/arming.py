"""Signals that are not armed yet: how much they have learned, and when they will know enough."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.stream import Stream

DAY_MS: Final = 86_400_000
LONGEST_MS: Final = 7 * DAY_MS
"""Judged: who waits longer than a week for a signal to be watched should know that it is not."""
KNOWN_MS: Final = 3_600_000
"""Judged: after an hour the rate of a signal says something about the days to come."""
NAMED_MAX: Final = 3


class Wait(NamedTuple):
    """A signal without a reference. ``ready_ms`` is None where it will not be ready within a week."""

    version: str
    role: str
    signal: str
    seen: int
    needed: int
    since_ms: int
    per_day: float
    ready_ms: int | None
    rough: bool = False
    """Whether it is watched by what it has learned so far."""

    @property
    def why(self) -> str:
        """In words."""
        if self.seen >= self.needed:
            return "its values differ too little, or too seldom, to learn from"
        of = progress(self.seen, self.needed, rough=self.rough)
        if self.ready_ms is not None or self.per_day == 0.0:
            return of
        days = (self.needed - self.seen) / self.per_day
        return f"{of}: never at this rate ({self.per_day:.3g} a day, {days:,.0f} days to go)"


def progress(values: int, of: int, *, rough: bool) -> str:
    """How far a warm-up is, in words: ``watched roughly: 312 of 2,000 values``."""
    return f"{'watched roughly: ' if rough else ''}{values:,} of {of:,} values"


def waits_of(stream: Stream, now_ms: int) -> Iterator[Wait]:
    """What is not armed of a stream; what is kept without detectors is not waited for."""
    for table in stream.tables():
        needed = table.bank.settings.warm_up
        for signal, seen, first_ms in table.bank.unarmed():
            if signal.detectors == ():
                continue
            rough = table.bank.is_rough(signal.name)
            life_ms = now_ms - first_ms if seen > 1 else 0
            per_day = seen * DAY_MS / life_ms if life_ms > 0 else 0.0
            ready_ms = None
            if per_day and seen < needed:
                left_ms = (needed - seen) / per_day * DAY_MS
                ready_ms = now_ms + round(left_ms) if left_ms <= LONGEST_MS else None
            place = stream.version, stream.role, signal.name
            yield Wait(*place, seen, needed, first_ms, per_day, ready_ms, rough)


def note_waits(notices: Notices, stream: Stream, waits: list[Wait], now_ms: int) -> None:
    """Say once of a stream that some of its signals will not be armed within a week; take it back later."""
    subject = f"{stream.version} {stream.role}"
    known = [wait for wait in waits if wait.seen > 1 and now_ms - wait.since_ms >= KNOWN_MS]
    never = [wait for wait in known if wait.ready_ms is None]
    if not never:
        notices.settle(Why.NOT_ARMED, subject)
        return
    slowest = min(never, key=lambda wait: wait.seen / wait.needed)
    names = [wait.signal for wait in never[:NAMED_MAX]]
    more = f" and {len(never) - len(names):,} more" if len(never) > len(names) else ""
    of = "all versions" if stream.version == ALL_VERSIONS else f"version {stream.version}"
    sentence = f"not armed within a week, of {of}: {', '.join(names)}{more} ({slowest.signal}: {slowest.why})"
    noted = notices.holds(Why.NOT_ARMED, subject)
    notices.note(Why.NOT_ARMED, subject, f"{sentence}.", now_ms, 0 if noted else 1)
