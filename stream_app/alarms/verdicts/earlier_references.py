"""What signals were measured against before an operator accepted another level, so that it can be undone."""

from typing import Any, Final, NamedTuple

import msgspec

from driftline.schemas import Control
from driftline.stream_app.alarms.incident import key_of
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.stream_key import StreamKey

HOUR_MS: Final = 3_600_000
UNDO_MS: Final = 24 * HOUR_MS
KEPT_MAX: Final = 64
"""Signals of a model. A reference has about 12 kB, so 800 kB; they are part of every checkpoint."""


class Place(NamedTuple):
    """Where a signal is watched."""

    version: str
    role: str
    table: str
    signal: str
    segment: str = ""

    @property
    def stream(self) -> StreamKey:
        """The stream that it is part of."""
        return StreamKey(self.version, self.role, self.segment)

    @property
    def key(self) -> str:
        """The signal among all of its model."""
        return key_of(self.stream, self.signal)


class Accepted(msgspec.Struct, array_like=True):
    """An accept: the id of its control event, when it was, and the references it replaced, by place."""

    id: str
    time_ms: int
    references: list[tuple[Place, list[Any]]]


class EarlierReferences:
    """The references of the last accepts, the oldest of which are forgotten."""

    def __init__(self) -> None:
        self._accepts: list[Accepted] = []

    def keep(self, places: list[Place], control: Control, monitor: ModelMonitor) -> None:
        """Before an accept: remember what it is about to replace, if it has an id and is not too large."""
        if control.id is None or len(places) > KEPT_MAX:
            return
        references = []
        for place in places:
            table = monitor.streams[place.stream].table(place.table)
            packed = table.bank.reference_of(place.signal)
            if packed is not None:
                references.append((place, packed))
        if references:
            self._accepts.append(Accepted(control.id, monitor.clock.tick_ms, references))
        while sum(len(accepted.references) for accepted in self._accepts) > KEPT_MAX:
            del self._accepts[0]

    def take(self, id: str, now_ms: int) -> Accepted | None:
        """What an accept has replaced; None when that is not kept (any more)."""
        self.forget(now_ms)
        for place, accepted in enumerate(self._accepts):
            if accepted.id == id:
                return self._accepts.pop(place)
        return None

    def forget(self, now_ms: int) -> None:
        """Drop what can no longer be undone."""
        self._accepts = [each for each in self._accepts if now_ms - each.time_ms <= UNDO_MS]

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        return [
            [each.id, each.time_ms, [[packed_place(place), packed] for place, packed in each.references]]
            for each in self._accepts
        ]

    def restore(self, snapshot: list[Any]) -> None:
        """Take up what was kept."""
        self._accepts = [
            Accepted(id, time_ms, [(Place(*place), list(packed)) for place, packed in references])
            for id, time_ms, references in snapshot
        ]


def packed_place(place: Place) -> list[str]:
    """A place as plain values; of the whole as releases write it that do not know segments."""
    return [*place] if place.segment else [*place[:-1]]
