"""Whose turn it is to be summarised, of the signals of a table."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Looks, Signal
from driftline.stream_app.alarms.incident import key_of
from driftline.stream_app.monitoring.stream_key import StreamKey

HEALTHY_EVERY_MS: Final = 60_000
PART_EVERY_MS: Final = 600_000  # of a segment, of which there may be twenty beside the whole
AILING: Final = 0.5  # of the way to a finding
NEVER: Final = -1
ARMED, LOCAL, WATCH_ONLY = 1, 2, 4
"""Bits of a face, LOCAL without ARMED of a signal that is watched roughly; the number of the incident that is
open stands above them, 0 for none.
"""
FIRST_INCIDENT_BIT: Final = 3


class News(NamedTuple):
    """Numbers of incidents that are open by signal, and the signals that make no alerts."""

    incidents: Mapping[str, int]
    watch_only: frozenset[str]


class Turns:
    """When each signal of a table was summarised last, at which revision of the table, and how it was then.

    How it was (its face: armed, measured against what, firing) is news at once when it changes. A signal ails
    that fires, learns (of the whole), or is half-way to a finding. Arrays: 24 bytes a signal.
    """

    def __init__(self, stream: StreamKey, signals: Sequence[Signal], before: "Turns | None" = None) -> None:
        self._prefix = key_of(stream, "")
        self._is_part = bool(stream.segment)
        self._every_ms = PART_EVERY_MS if self._is_part else HEALTHY_EVERY_MS
        self.signals = list(signals)
        self._places = {signal.name: place for place, signal in enumerate(signals)}
        self._times_ms, self._revisions, self._faces = np.full((3, len(signals)), NEVER, np.int64)
        self._looked_at: tuple[int, News] | None = None
        for name in self._places.keys() & (before._places.keys() if before is not None else ()):
            assert before is not None
            place, old = self._places[name], before._places[name]
            self._times_ms[place] = before._times_ms[old]
            self._revisions[place], self._faces[place] = before._revisions[old], before._faces[old]

    def has_news(self, revision: int, news: News) -> bool:
        """Whether anything can have changed since ``take``."""
        return self._looked_at != (revision, news)

    def take(self, looks: Looks, news: News, revision: int, now_ms: int) -> list[int]:
        """The places of the signals whose turn it is now, at this revision of their table: they are told."""
        self._looked_at = (revision, news)
        faces, ailing = self._seen(looks, news)
        fresh, same = self._times_ms == NEVER, faces == self._faces
        waited = ailing | (now_ms - self._times_ms >= self._every_ms)
        due = (fresh | ~same | ((self._revisions != revision) & waited)).nonzero()[0]
        self._times_ms[due], self._revisions[due], self._faces[due] = now_ms, revision, faces[due]
        for place in fresh.nonzero()[0].tolist():  # healthy signals do not all begin their minutes together
            key = f"{self._prefix}{self.signals[place].name}"
            self._times_ms[place] -= crc32(key.encode()) % self._every_ms
        places: list[int] = due.tolist()
        return places

    def _seen(self, looks: Looks, news: News) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The faces of all signals, and which ail."""
        faces = looks.armed * ARMED + ((looks.armed & looks.local) | looks.rough) * LOCAL
        ailing = (looks.armed | looks.rough) & (looks.nearness >= AILING)
        if not self._is_part:
            ailing |= ~looks.armed
        for name in news.watch_only & self._places.keys():
            faces[self._places[name]] += WATCH_ONLY
        for name in news.incidents.keys() & self._places.keys():
            faces[self._places[name]] += news.incidents[name] << FIRST_INCIDENT_BIT
            ailing[self._places[name]] = True
        return faces, ailing
