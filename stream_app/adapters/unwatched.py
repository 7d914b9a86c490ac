"""What a run did not watch, and why: its closing words."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from driftline.schemas import rfc3339
from driftline.stream_app.monitoring.notices import Notice
from driftline.stream_app.monitoring.streams.arming import Wait, named
from driftline.stream_app.pipeline import Shard
from driftline.stream_app.pipeline.watch import ModelWatch

LEARNING: Final = "learning"


@dataclass(frozen=True)
class Unwatched:
    """One thing of a model that was not watched; ``since`` is a time of the events, RFC 3339."""

    model: str
    why: str
    subject: str
    sentence: str
    count: int
    since: str

    def to_builtins(self) -> dict[str, Any]:
        """For a summary in JSON."""
        return asdict(self)


def unwatched(shard: Shard) -> list[Unwatched]:
    """Notices, and signals that still learn, of all models; one line for each reason and subject."""
    found: list[Unwatched] = []
    for name, model in sorted(shard.models.items()):
        model.watch.statuses.note_waits()
        notices = model.watch.monitor.notices.all()
        found += [noticed(name, notice) for notice in notices]
        found += learning(name, model.watch, {notice.subject for notice in notices})
    return found


def noticed(model: str, notice: Notice) -> Unwatched:
    """A notice of a model."""
    since = rfc3339(notice.since_ms)
    return Unwatched(model, str(notice.why), notice.subject, notice.sentence, notice.count, since)


def learning(model: str, watch: ModelWatch, told: set[str]) -> list[Unwatched]:
    """Streams with signals that will be armed soon, but were not yet, unless more was told of the stream."""
    found = []
    waits: dict[str, list[Wait]] = {}
    for wait in watch.statuses.waits():
        if wait.seen:
            waits.setdefault(f"{wait.version} {wait.role}", []).append(wait)
    for subject, some in waits.items():
        if subject in told:
            continue
        first = some[0]
        ready = f", ready about {rfc3339(first.ready_ms)[:16]}" if first.ready_ms is not None else ""
        sentence = f"still learning, of {named(some)} ({first.signal}: {first.why}{ready})."
        since = rfc3339(min(wait.since_ms for wait in some))
        found.append(Unwatched(model, LEARNING, subject, sentence, len(some), since))
    return found
