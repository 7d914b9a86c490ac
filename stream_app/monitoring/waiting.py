"""What waits for something to happen later: a bounded store with a fair, repeatable sample."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

KEY_BITS = 64
LARGEST_LEVEL = 48

Entry = list[Any]


class Waiting:
    """Entries by id hash, oldest first, each until it is due.

    An entry is a list whose first two items are its serial number and its due time in milliseconds; the rest
    is the owner's. At most ``limit`` entries: when more would wait, the sampling level rises by one and only
    keys below ``2**(64 - level)`` are kept, those that wait already and those still to come. A key is kept or
    not by its own bits, so the same predictions and feedback events are kept on every machine, and rates over
    the kept ones stay fair. The level falls again when the store has been three quarters empty on a tick.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.level = 0
        self.threshold = 1 << KEY_BITS
        self.entries: dict[int, Entry] = {}
        self.serial = 0
        self._cut_serial = 0
        self._changed: set[int] = set()
        # Until this time feedback may belong to predictions that a stricter level left out.
        self._stricter_until_ms = 0
        self._stricter_threshold = 1 << KEY_BITS

    @property
    def sampling_rate(self) -> float:
        return 2.0**-self.level

    def leaves_out(self, key: int, now_ms: int) -> bool:
        """Whether a feedback with this key belongs to a prediction that the sample left out."""
        if now_ms < self._stricter_until_ms:
            return key >= min(self.threshold, self._stricter_threshold)
        return key >= self.threshold

    def add(self, key: int, entry: Entry) -> None:
        """Let an entry wait; the caller has checked ``key < threshold``."""
        self.serial += 1
        entry[0] = self.serial
        self.entries[key] = entry
        while len(self.entries) > self.limit and self.level < LARGEST_LEVEL:
            self._set_level(self.level + 1)

    def add_all(self, keys: Sequence[int], entries: Sequence[Entry]) -> None:
        """Let new entries wait, as far as the sample keeps them; the same as adding them one by one."""
        if self.level == 0 and len(self.entries) + len(keys) <= self.limit:
            for serial, entry in enumerate(entries, self.serial + 1):
                entry[0] = serial
            self.serial += len(entries)
            self.entries.update(zip(keys, entries, strict=True))
            return
        for key, entry in zip(keys, entries, strict=True):
            if key < self.threshold:
                self.add(key, entry)

    def get(self, key: int) -> Entry | None:
        return self.entries.get(key)

    def touch(self, key: int) -> None:
        """Say that the entry was changed in place, so that the next checkpoint writes it."""
        self._changed.add(key)

    def pop(self, key: int) -> Entry | None:
        self._changed.add(key)
        return self.entries.pop(key, None)

    def due(self, now_ms: int, wait_ms: int) -> list[Entry]:
        """Remove and return the entries that have waited long enough, oldest first.

        Entries wait about ``wait_ms``, so they come due about in their order, and the first that is not due
        ends the search; one that is due far later (its event was ahead of its neighbours) is passed over.
        """
        ready = []
        passed_over = False
        for key, entry in self.entries.items():
            if entry[1] <= now_ms:
                ready.append(key)
                if passed_over:
                    self._changed.add(key)  # that all before the oldest are gone does not cover it
            elif entry[1] <= now_ms + wait_ms:
                break
            else:
                passed_over = True
        return [self.entries.pop(key) for key in ready]

    def relax(self, now_ms: int, wait_ms: int) -> None:
        """On a tick: sample less strictly again when there is plenty of room."""
        if self.level and now_ms >= self._stricter_until_ms and len(self.entries) * 4 < self.limit:
            self._stricter_threshold = self.threshold
            self._stricter_until_ms = now_ms + wait_ms
            self._set_level(self.level - 1)

    def _set_level(self, level: int) -> None:
        rising = level > self.level
        self.level = level
        self.threshold = 1 << (KEY_BITS - level)
        if rising:
            self.entries = {key: entry for key, entry in self.entries.items() if key < self.threshold}

    def _settings(self) -> list[int]:
        # Thresholds are powers of two up to 2**64, one more than msgpack's integers hold: levels travel.
        stricter_level = KEY_BITS - (self._stricter_threshold.bit_length() - 1)
        return [self.level, self.serial, self._stricter_until_ms, stricter_level]

    def snapshot(self) -> list[Any]:
        """Everything."""
        self._mark()
        return [self._settings(), list(self.entries.items())]

    def changes(self) -> list[Any]:
        """What was added, changed or removed since the last ``snapshot`` or ``changes``.

        ``[settings, serial of the oldest entry, changed or popped entries, added entries]``; entries older
        than the oldest are gone.
        """
        cut = self._cut_serial
        newest_first = takewhile(lambda item: item[1][0] > cut, reversed(self.entries.items()))
        added = list(newest_first)[::-1]
        known = ((key, self.entries.get(key)) for key in sorted(self._changed))
        changed = [(key, None if entry is None or entry[0] > cut else entry) for key, entry in known]
        oldest = next(iter(self.entries.values()), [self.serial + 1])
        self._mark()
        return [self._settings(), oldest[0], changed, added]

    def _mark(self) -> None:
        self._cut_serial = self.serial
        self._changed.clear()

    def restore(self, snapshot: list[Any], changes: Iterable[list[Any]]) -> None:
        """Take the snapshot, then the changes that were written after it."""
        settings, items = snapshot
        self.entries = dict(items)
        for settings, oldest, changed, added in changes:  # noqa: B007  the last settings count
            for key, entry in changed:
                if entry is None:
                    self.entries.pop(key, None)
                elif key in self.entries:
                    self.entries[key] = entry
            self.entries.update(added)
            self.entries = {key: entry for key, entry in self.entries.items() if entry[0] >= oldest}
        level, self.serial, self._stricter_until_ms, stricter_level = settings
        self._stricter_threshold = 1 << (KEY_BITS - stricter_level)
        self.level, self.threshold = level, 1 << (KEY_BITS - level)
        self.entries = {key: entry for key, entry in self.entries.items() if key < self.threshold}
        self._mark()
