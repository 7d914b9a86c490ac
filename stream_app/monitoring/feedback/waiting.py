"""What waits for something to happen later: a bounded store with a fair, repeatable sample."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.stream_app.monitoring.feedback.entries import ROW, Due, Entries, Entry
from driftline.stream_app.monitoring.stream_key import Origin

KEY_BITS = 64
LARGEST_LEVEL = 48
MANY = 16  # from here on numpy is faster


class Arrivals(NamedTuple):
    """Entries on their way into a store: keys, texts, event times and due times [entries].

    origins: different ones, in the order of their first entry; of: which of them each entry has [entries].
    """

    origins: Sequence[Origin]
    of: NDArray[np.int64]
    keys: Sequence[int]
    texts: Sequence[bytes]
    times_ms: NDArray[np.int64]
    dues_ms: NDArray[np.int64]

    def part(self, part: slice) -> "Arrivals":
        """Those in a row."""
        origins, of, keys, texts, times_ms, dues_ms = self
        return Arrivals(origins, of[part], keys[part], texts[part], times_ms[part], dues_ms[part])

    def below(self, threshold: int) -> "Arrivals":
        """Those whose keys are below a threshold of less than 64 bits."""
        places = np.flatnonzero(np.array(self.keys, np.uint64) < np.uint64(threshold))
        keys = [self.keys[place] for place in places.tolist()]
        texts = [self.texts[place] for place in places.tolist()]
        times_ms, dues_ms = self.times_ms[places], self.dues_ms[places]
        return Arrivals(self.origins, self.of[places], keys, texts, times_ms, dues_ms)


class Waiting:
    """Entries by id hash, oldest first, each until it is due.

    At most ``limit`` entries: when more would wait, the sampling level rises by one and only keys below
    ``2**(64 - level)`` are kept, those that wait already and those still to come. A key is kept or not by its
    own bits, so the same predictions and feedback events are kept on every machine, and rates over the kept
    ones stay fair. The level falls again when the store has been three quarters empty on a tick.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.level = 0
        self.threshold = 1 << KEY_BITS
        self.serial = 0
        self._entries = Entries()
        self._cut_serial = 0
        self._changed: set[int] = set()
        self._strictest_level = 0  # since the last cut
        # Until this time feedback may belong to predictions that a stricter level left out.
        self._stricter_until_ms = 0
        self._stricter_threshold = 1 << KEY_BITS

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: int) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[int]:
        """The keys, oldest first."""
        return iter(self._entries)

    @property
    def sampling_rate(self) -> float:
        return 2.0**-self.level

    def leaves_out(self, key: int, now_ms: int) -> bool:
        """Whether a feedback with this key belongs to a prediction that the sample left out."""
        if now_ms < self._stricter_until_ms:
            return key >= min(self.threshold, self._stricter_threshold)
        return key >= self.threshold

    def add(self, key: int, origin: Origin, time_ms: int, due_ms: int, text: bytes = b"") -> None:
        """Let an entry wait; the caller has checked ``key < threshold``."""
        self.serial += 1
        self._entries.add((key, self.serial, due_ms, time_ms, self._entries.code(origin), 1), text)
        self._sample()

    def add_all(self, arrivals: Arrivals) -> None:
        """Let new entries wait, as far as the sample keeps them; the same as adding them one by one."""
        while len(arrivals.keys) >= MANY:
            if self.level:
                arrivals = arrivals.below(self.threshold)
            count = max(self.limit - len(self) + 1, 1)  # the last of them is one too many
            self._add_many(arrivals.part(slice(count)))
            arrivals = arrivals.part(slice(count, None))
        origins, of, keys, texts, times_ms, dues_ms = arrivals
        columns = (keys, of.tolist(), times_ms.tolist(), dues_ms.tolist(), texts)
        for key, origin, time_ms, due_ms, text in zip(*columns, strict=True):
            if key < self.threshold:
                self.add(key, origins[origin], time_ms, due_ms, text)

    def _add_many(self, arrivals: Arrivals) -> None:
        rows = np.empty(len(arrivals.keys), ROW)
        rows["waits"] = 1
        rows["key"], rows["due_ms"], rows["time_ms"] = arrivals.keys, arrivals.dues_ms, arrivals.times_ms
        rows["serial"] = np.arange(self.serial + 1, self.serial + 1 + len(rows))
        if len(arrivals.origins) == 1:
            rows["stream"] = self._entries.code(arrivals.origins[0])
        else:
            codes = np.zeros(len(arrivals.origins), np.uint32)
            for origin in dict.fromkeys(arrivals.of.tolist()):
                codes[origin] = self._entries.code(arrivals.origins[origin])
            rows["stream"] = codes[arrivals.of]
        self.serial += len(rows)
        self._entries.append(rows, arrivals.keys, arrivals.texts)
        self._sample()

    def get(self, key: int) -> Entry | None:
        return self._entries.get(key)

    def noted(self, key: int) -> Any:
        """What was noted of an entry; None for nothing."""
        return self._entries.notes.get(key)

    def note(self, key: int, note: Any) -> None:
        """Note plain values of an entry that waits, instead of what was noted of it."""
        self._entries.notes[key] = note
        self._changed.add(key)

    def pop(self, key: int) -> Any:
        """Remove an entry; what was noted of it, None for nothing."""
        note = self.noted(key)
        self._changed.add(key)
        self._entries.remove([key])
        return note

    def due(self, now_ms: int, wait_ms: int) -> list[Due]:
        """Remove and return the entries that have waited long enough, oldest first; see ``take_due``."""
        due, covered = self._entries.take_due(now_ms, wait_ms)
        self._changed.update(each.key for each in due[covered:])  # by: all before the oldest are gone
        return due

    def is_idle(self, now_ms: int, until_ms: int, wait_ms: int, entries: int) -> bool:
        """Whether up to a time it does not matter on which ticks ``due`` is asked, though entries come."""
        fits = not self.level and len(self) + entries <= self.limit
        return fits and self._entries.is_in_order(now_ms, until_ms, wait_ms)

    def relax(self, now_ms: int, wait_ms: int) -> None:
        """On a tick: sample less strictly again when there is plenty of room."""
        if self.level and now_ms >= self._stricter_until_ms and len(self) * 4 < self.limit:
            self._stricter_threshold = self.threshold
            self._stricter_until_ms = now_ms + wait_ms
            self._set_level(self.level - 1)

    def _sample(self) -> None:
        """Keep fewer while there are too many."""
        while len(self) > self.limit and self.level < LARGEST_LEVEL:
            self._set_level(self.level + 1)
            self._strictest_level = max(self._strictest_level, self.level)
            self._entries.keep_below(self.threshold)

    def _set_level(self, level: int) -> None:
        self.level, self.threshold = level, 1 << (KEY_BITS - level)

    def snapshot(self) -> list[Any]:
        """Everything."""
        taken = [self._settings(), self._entries.packed(), list(self._entries.notes.items())]
        self._mark()
        return taken

    def changes(self) -> list[Any]:
        """What was added, noted or removed since the last ``snapshot`` or ``changes``.

        ``[settings, serial of the oldest entry, removed keys, added entries, notes by key]``; entries older
        than the oldest are gone, and those that the strictest of the settings' levels leaves out.
        """
        oldest = self._entries.serial_of_oldest()
        changed = sorted(self._changed)
        removed = [key for key in changed if key not in self._entries]
        notes = [(key, self.noted(key)) for key in changed if key in self._entries.notes]
        added = self._entries.packed(self._cut_serial)
        taken = [self._settings(), self.serial + 1 if oldest is None else oldest, removed, added, notes]
        self._mark()
        return taken

    def restore(self, snapshot: list[Any], changes: Iterable[list[Any]]) -> None:
        """Take the snapshot, then the changes that were written after it."""
        settings, entries, notes = snapshot
        self._entries.take(entries)
        self._entries.notes.update(notes)
        for settings, oldest, removed, added, notes in changes:
            self._entries.keep_below(1 << (KEY_BITS - settings[-1]))
            self._entries.remove(removed)
            self._entries.remove_before(oldest)
            self._entries.take(added)
            self._entries.notes.update(notes)
        level, self.serial, self._stricter_until_ms, stricter_level, _ = settings
        self._stricter_threshold = 1 << (KEY_BITS - stricter_level)
        self._set_level(level)
        self._mark()

    def _settings(self) -> list[int]:
        # Thresholds are powers of two up to 2**64, one more than msgpack's integers hold: levels travel.
        stricter_level = KEY_BITS - (self._stricter_threshold.bit_length() - 1)
        return [self.level, self.serial, self._stricter_until_ms, stricter_level, self._strictest_level]

    def _mark(self) -> None:
        self._cut_serial = self.serial
        self._strictest_level = self.level
        self._changed.clear()
