"""Entries by key in columns, oldest first: a row each, and beside them texts and what was noted of some."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress, pairwise, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.stream_app.monitoring.stream_key import Origin

ROOM_MIN = 64
ROWS_PER_LOOK = 256  # how many rows are first looked at together for what is due
ROW = np.dtype(
    {
        "names": ["key", "serial", "due_ms", "time_ms", "stream", "waits"],
        "formats": ["<u8", "<i8", "<i8", "<i8", "<u4", "<u4"],
    }
)
Rows = NDArray[Any]


class Entry(NamedTuple):
    """An entry: where it came from, its event time, and a text of its own."""

    origin: Origin
    time_ms: int
    text: bytes


class Due(NamedTuple):
    """An entry that has waited long enough: what was noted of it is None for nothing."""

    key: int
    origin: Origin
    time_ms: int
    note: Any


class Entries:
    """A table that grows at its end; the rows of entries that were removed go when they are the most.

    Memory: about 200 bytes an entry and its text; there is room for four times as many rows of 40 bytes.
    """

    def __init__(self) -> None:
        self.notes: dict[int, Any] = {}
        self._places: dict[int, int] = {}  # the rows of the keys
        self._room: Rows = np.zeros(ROOM_MIN, ROW)
        self._texts: list[bytes] = []
        self._origins: dict[Origin, int] = {}
        self._first = 0  # before this row are none
        self._nothing_due_until_ms = 0  # as long as the blocker is there
        self._blocker = -1  # the key of the first entry that was not due

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: int) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[int]:
        """The keys, oldest first."""
        return iter(self._rows["key"][self._rows["waits"] != 0].tolist())

    @property
    def _rows(self) -> Rows:
        return self._room[: len(self._texts)]

    def get(self, key: int) -> Entry | None:
        """The entry of a key."""
        place = self._places.get(key)
        if place is None:
            return None
        time_ms, stream = self._room[["time_ms", "stream"]][place].tolist()
        return Entry(list(self._origins)[stream], time_ms, self._texts[place])

    def code(self, origin: Origin) -> int:
        """What stands for an origin in a row."""
        return self._origins.setdefault(origin, len(self._origins))

    def add(self, row: tuple[int, int, int, int, int, int], text: bytes) -> None:
        """One entry more; it replaces one with the same key."""
        if row[0] in self._places:
            self.remove(row[:1])
        self._make_room(1)
        place = self._places[row[0]] = len(self._texts)
        self._room[place] = row
        self._texts.append(text)

    def append(self, rows: Rows, keys: Sequence[int], texts: Iterable[bytes]) -> None:
        """Entries more; each replaces one with the same key."""
        if not self._places.keys().isdisjoint(keys):
            self.remove(keys)
        self._make_room(len(rows))
        begin, before = len(self._texts), len(self)
        self._room[begin : begin + len(rows)] = rows
        self._places.update(zip(keys, range(begin, begin + len(rows)), strict=True))
        self._texts += texts
        if len(self) < before + len(rows):  # a key that comes twice: its last row counts
            self._rows["waits"][begin:] = [self._places[key] == begin + row for row, key in enumerate(keys)]

    def remove(self, keys: Iterable[int]) -> None:
        """Keys that are not there are passed over."""
        places = [self._places.pop(key) for key in keys if key in self._places]
        for key in keys if self.notes else ():
            self.notes.pop(key, None)
        if not places:
            return
        if self._blocker not in self._places:
            self._nothing_due_until_ms = 0
        self._room["waits"][places] = 0
        if len(self._texts) > 2 * len(self) + ROOM_MIN:
            self._compact()

    def keep_below(self, threshold: int) -> None:
        """Remove the keys from a threshold on."""
        if threshold < 1 << 64:
            self._nothing_due_until_ms = 0
            self._rows["waits"][self._rows["key"] >= np.uint64(threshold)] = 0
            self.notes = {key: note for key, note in self.notes.items() if key < threshold}
            self._compact()

    def take_due(self, now_ms: int, wait_ms: int) -> tuple[list[Due], int]:
        """Remove the entries that have waited long enough, and say how many stood before one that has not.

        Entries wait about ``wait_ms``, so they come due about in their order, and the first that is not due
        ends the search; one that is due far later (its event was ahead of its neighbours) is passed over.
        """
        if now_ms < self._nothing_due_until_ms or not self._places:
            return [], 0
        ready: list[int] = []
        far: list[int] = []
        blocked_until_ms = 0
        end = place = self._first
        size = ROWS_PER_LOOK
        while place < len(self._texts) and end == place:
            rows = self._rows[place : place + size]
            waits, due_ms = rows["waits"] != 0, rows["due_ms"]
            later = waits & (due_ms > now_ms)
            soon = (later & (due_ms <= now_ms + wait_ms)).nonzero()[0]
            count = int(soon[0]) if len(soon) else len(rows)
            blocked_until_ms = int(due_ms[count]) if len(soon) else 0
            self._blocker = int(rows["key"][count]) if len(soon) else -1
            ready += ((waits & ~later)[:count].nonzero()[0] + place).tolist()
            far += (later[:count].nonzero()[0] + place).tolist()
            end, place, size = place + count, place + len(rows), 2 * size
        self._first = far[0] if far else end
        rows, names = self._room[ready], list(self._origins)
        keys = rows["key"].tolist()
        origins = (names[code] for code in rows["stream"].tolist())
        notes = map(self.notes.get, keys) if self.notes else repeat(None, len(keys))
        taken = list(map(Due, keys, origins, rows["time_ms"].tolist(), notes))
        self.remove(keys)
        self._nothing_due_until_ms = blocked_until_ms
        return taken, sum(place < far[0] for place in ready) if far else len(ready)

    def is_in_order(self, now_ms: int, until_ms: int, wait_ms: int) -> bool:
        """Whether between these times, exclusive and inclusive, `take_due` removes the same entries however
        often it is called.

        It does where each search ends at an entry that is not due by the last of them and not far from due at
        the first, before it comes to anything else. Entries that come meanwhile stand behind.
        """
        if until_ms - now_ms >= wait_ms:
            return False
        if until_ms < self._nothing_due_until_ms:
            return True
        rows = self._rows[self._first : self._first + ROWS_PER_LOOK]
        later = ((rows["waits"] != 0) & (rows["due_ms"] > until_ms)).nonzero()[0]
        return len(later) > 0 and int(rows["due_ms"][later[0]]) <= now_ms + wait_ms

    def serial_of_oldest(self) -> int | None:
        """None when there are none."""
        waiting = np.flatnonzero(self._rows["waits"][self._first :])
        return int(self._rows["serial"][self._first + waiting[0]]) if len(waiting) else None

    def remove_before(self, serial: int) -> None:
        """Remove the entries with smaller serial numbers."""
        self.remove(self._rows["key"][(self._rows["serial"] < serial) & (self._rows["waits"] != 0)].tolist())

    def packed(self, serial: int = 0) -> list[Any]:
        """The entries behind a serial number: origins, rows, lengths of texts, texts.

        Origins are in the order of their first rows: it does not matter when others were removed.
        """
        begin = int(np.searchsorted(self._rows["serial"], serial, "right"))
        waits = self._rows["waits"][begin:] != 0
        rows, texts = self._rows[begin:][waits], list(compress(self._texts[begin:], waits.tolist()))
        codes, firsts, places = np.unique(rows["stream"], return_index=True, return_inverse=True)
        order = np.argsort(firsts)
        rows["stream"] = np.argsort(order)[places]
        names = list(self._origins)
        lengths = np.fromiter(map(len, texts), "<u4", len(texts))
        origins = [plain(names[code]) for code in codes[order].tolist()]
        return [origins, rows.tobytes(), lengths.tobytes(), b"".join(texts)]

    def take(self, packed: list[Any]) -> None:
        """Append entries from their packed form."""
        origins, bytes_of_rows, lengths, text = packed
        rows = np.frombuffer(bytes_of_rows, ROW).copy()
        codes = np.array([self.code(unpacked(*origin)) for origin in origins], np.uint32)
        rows["stream"] = codes[rows["stream"]]
        bounds = pairwise(accumulate(np.frombuffer(lengths, "<u4").tolist(), initial=0))
        self.append(rows, rows["key"].tolist(), [text[begin:end] for begin, end in bounds])

    def _make_room(self, count: int) -> None:
        size = len(self._texts) + count
        if size > len(self._room):
            room = np.zeros(max(2 * len(self._room), size), ROW)
            room[: len(self._texts)] = self._rows
            self._room = room

    def _compact(self) -> None:
        """Only the rows and origins of entries that are there."""
        waits = self._rows["waits"] != 0
        rows, self._texts = self._rows[waits], list(compress(self._texts, waits.tolist()))
        origins = list(self._origins)
        codes, rows["stream"] = np.unique(rows["stream"], return_inverse=True)
        self._origins = {origins[code]: place for place, code in enumerate(codes.tolist())}
        self._places = {key: place for place, key in enumerate(rows["key"].tolist())}
        self._room = np.zeros(max(2 * len(rows), ROOM_MIN), ROW)
        self._room[: len(rows)] = rows
        self._first = 0


def plain(origin: Origin) -> list[Any]:
    """An origin as plain values; without segments as releases write it that do not know them."""
    return [*origin] if origin.segments else [*origin[:2]]


def unpacked(version: str, role: str, segments: Iterable[str] = ()) -> Origin:
    """An origin from its packed form; before there were segments it had none."""
    return Origin(version, role, tuple(segments))
