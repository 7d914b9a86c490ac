"""Which segments of a model's predictions are watched apart: of each name the values that come most often.

A plan names them (``segments: [country, device]``); their values stand in the ``segments`` of an event, or
among its features. A value is watched from its first prediction while there is room. Beyond that it counts
with all others that have none, as ``country=other``, until it comes more often than a value that is watched:
then it takes that one's place.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import LONGEST_NAME
from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.stream_key import Origin, StreamKey

OTHER: Final = "other"
TOO_LONG: Final = ""  # all values that are too long for a name
Places = NDArray[np.int64]
# Judged: a value takes another one's place when it came twice as often, and so often: a stream that is given
# up forgets all it knows.
MORE_OFTEN: Final = 2
OFTEN: Final = 1000
# Values without a place are counted as well, so many for each place: the rarest makes room for a new one and
# leaves it its count (Metwally, Agrawal and El Abbadi, "Efficient computation of frequent and top-k elements
# in data streams", ICDT 2005). 8 × 20 × 100 B = 16 KB a name.
COUNTED_FOR_EACH: Final = 8


class Named(Protocol):
    """Predictions of one stream."""

    @property
    def stream(self) -> StreamKey: ...

    def __len__(self) -> int: ...

    def values_of(self, name: str) -> dict[str, Places]: ...


class Split(NamedTuple):
    """Predictions by segment.

    parts: the places of each segment. origins: different ones, in the order of their first prediction; of:
    which of them each prediction has [predictions].
    """

    parts: dict[str, Places]
    origins: list[Origin]
    of: Places

    @classmethod
    def none(cls, run: Named) -> "Split":
        """Of predictions that are watched as a whole only."""
        version, role, _ = run.stream
        return cls({}, [Origin(version, role)], np.zeros(len(run), np.int64))


class Segments:
    """The values of each name, with their counts: those that are watched and those that wait for a place."""

    def __init__(self, names: Sequence[str], most: int) -> None:
        self.names = names
        self._most = most
        self._watched: dict[str, dict[str, int]] = {name: {} for name in names}
        self._waiting: dict[str, dict[str, int]] = {name: {} for name in names}

    def split(self, run: Named) -> Split:
        """Count predictions, and say to which segments each of them belongs."""
        found = [
            (int(places[0]), column, segment, places)
            for column, name in enumerate(self.names)
            for segment, places in self._parts(name, run.values_of(name)).items()
        ]
        found.sort(key=lambda each: each[:2])  # as they would come one by one
        parts: dict[str, Places] = {}
        codes = np.full((len(run), len(self.names)), -1, np.int64)
        for _, column, segment, places in found:
            codes[places, column] = len(parts)
            parts[segment] = places
        if not parts:
            return Split.none(run)
        (version, role, _), segments = run.stream, list(parts)
        numbers: dict[tuple[int, ...], int] = {}
        of = [numbers.setdefault(row, len(numbers)) for row in map(tuple, codes.tolist())]
        origins = [
            Origin(version, role, tuple(segments[code] for code in row if code >= 0)) for row in numbers
        ]
        return Split(parts, origins, np.array(of, np.int64))

    def _parts(self, name: str, values: dict[str, Places]) -> dict[str, Places]:
        """The places of each segment of a name, from those of each value, first come first."""
        watched = self._watched[name]
        parts: dict[str, Places] = {}
        others: list[tuple[int, str]] = []
        for value, places in values.items():
            if value not in watched and len(watched) < self._most and len(value) <= LONGEST_NAME:
                watched[value] = 0
            if value in watched:
                watched[value] += len(places)
                parts[segment_of(name, value)] = places
            else:
                others += [(place, value) for place in places.tolist()]
        if others:
            others.sort()  # counted in their order: who makes room must not depend on batches
            parts[f"{name}={OTHER}"] = np.array([place for place, _ in others], np.int64)
            for _, value in others:
                self._count(name, value)
        return parts

    def _count(self, name: str, value: str) -> None:
        """One prediction with a value that has no place."""
        waiting = self._waiting[name]
        if len(value) > LONGEST_NAME:
            value = TOO_LONG
        if value not in waiting and len(waiting) >= COUNTED_FOR_EACH * self._most:
            waiting[value] = waiting.pop(min(waiting, key=waiting.__getitem__))
        waiting[value] = waiting.get(value, 0) + 1

    def replaced(self) -> list[str]:
        """On a tick: let values that come more often take the places of others; the segments given up."""
        given_up: list[str] = []
        for name in self.names:
            watched, waiting = self._watched[name], self._waiting[name]
            while any(waiting):  # beside those that are too long
                often = max(filter(None, waiting), key=waiting.__getitem__)
                rare = min(watched, key=watched.__getitem__)
                if waiting[often] < max(OFTEN, MORE_OFTEN * watched[rare]):
                    break
                watched[often], waiting[rare] = waiting.pop(often), watched.pop(rare)
                given_up.append(segment_of(name, rare))
        return given_up

    def note_crowded(self, notices: Notices, model: str, now_ms: int) -> None:
        """Say which names have more values than places, and which part of their predictions is ``other``."""
        for name in self.names:
            waiting = sum(self._waiting[name].values())
            if not waiting:
                continue
            share = waiting / (waiting + sum(self._watched[name].values()))
            subject = f"segment {name}"
            sentence = (
                f"{model}: {name} has more than {self._most} values (limits.segments); rarer ones, "
                f"{100 * share:.2g} % of its predictions, are watched together as {name}={OTHER}"
            )
            count = 0 if notices.holds(Why.LIMIT, subject) else 1
            notices.note(Why.LIMIT, subject, sentence, now_ms, count)

    def snapshot(self) -> dict[str, Any]:
        """Plain values for the state codec."""
        return {"watched": self._watched, "waiting": self._waiting}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take up what was counted of the names that are still asked for."""
        for mine, kept in ((self._watched, snapshot["watched"]), (self._waiting, snapshot["waiting"])):
            mine.update({name: dict(kept[name]) for name in self.names if name in kept})


def segment_of(name: str, value: str) -> str:
    """``country=DE``; a value that is called as all others together is quoted."""
    return f"{name}='{OTHER}'" if value == OTHER else f"{name}={value}"


def name_of_segment(segment: str) -> str:
    """``country`` of ``country=DE``; names have no ``=``, values may."""
    return segment.partition("=")[0]
