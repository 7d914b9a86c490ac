"""Signals that are not armed yet: how much they have learned, and when they will know enough."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.streams.stream import Stream

DAY_MS: Final = 86_400_000
LONGEST_MS: Final = 7 * DAY_MS
"""Judged: who waits longer than a week for a signal to be watched should know that it is not."""
KNOWN_MS: Final = 3_600_000
"""Judged: after an hour the rate of a signal says something about the days to come."""
NAMED_MAX: Final = 3


class Wait(NamedTuple):
    """A signal without its whole reference. ``ready_ms`` is None where it will not be ready within a week."""

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
        """In words: ``watched roughly: 312 of 2,000 values``."""
        if self.seen >= self.needed:
            return "its values differ too little, or too seldom, to learn from"
        of = progress(self.seen, self.needed, rough=self.rough)
        if self.ready_ms is not None or self.per_day == 0.0:
            return of
        days = (self.needed - self.seen) / self.per_day
        return f"{of}: {days:,.0f} more days at this rate ({self.per_day:.3g} a day)"


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
    """Say once of a stream that some of its signals will not be armed within a week, or are watched by the
    first part of their warm-up until then; take it back later.
    """
    subject = f"{stream.version} {stream.role}"
    known = [wait for wait in waits if wait.seen > 1 and now_ms - wait.since_ms >= KNOWN_MS]
    never = [wait for wait in known if wait.ready_ms is None]
    for why, some in (
        (Why.NOT_ARMED, [wait for wait in never if not wait.rough]),
        (Why.WATCHED_ROUGHLY, [wait for wait in never if wait.rough]),
    ):
        if some:
            noted = notices.holds(why, subject)
            notices.note(why, subject, waiting_in_words(some), now_ms, 0 if noted else 1)
        else:
            notices.settle(why, subject)


def waiting_in_words(waits: Sequence[Wait]) -> str:
    """A sentence about signals of a stream that will not be armed within a week: all roughly, or none.

    ``not armed within a week, of version 1: feature:x and 4 more (feature:x: 60 of 2,000 values: …).``
    """
    slowest = min(waits, key=lambda wait: wait.seen / wait.needed)
    how = "by the first part of a warm-up of more than a week" if slowest.rough else "not armed within a week"
    return f"{how}, of {named(waits)} ({slowest.signal}: {slowest.why})."


def named(waits: Sequence[Wait]) -> str:
    """The signals of a stream in words: ``version 1: feature:x, missing:x and 4 more``."""
    version = waits[0].version
    of = "all versions" if version == ALL_VERSIONS else f"version {version}"
    names = ", ".join(wait.signal for wait in waits[:NAMED_MAX])
    more = f" and {len(waits) - NAMED_MAX:,} more" if len(waits) > NAMED_MAX else ""
    return f"{of}: {names}{more}"
