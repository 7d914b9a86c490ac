"""Ids as 64-bit numbers: what deduplication, joins and sampling go by."""

from collections.abc import Iterable

import numpy as np
from xxhash import xxh3_64_intdigest


def id_hash(identifier: str) -> int:
    """64 well-mixed bits of an id, the same in every process and on every machine."""
    return xxh3_64_intdigest(identifier.encode())


def hashes_of(identifiers: Iterable[bytes]) -> list[int]:
    """`id_hash` of many ids in UTF-8."""
    return list(map(xxh3_64_intdigest, identifiers))


class RecentIds:
    """The ids of the last ``limit`` to ``2 * limit`` predictions, to count a re-sent one once.

    Two generations: when the newer one is full the older one is forgotten. About 70 bytes an id, so at most
    140 * limit bytes. What came since the last ``changes`` call is kept apart for the next checkpoint.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._newer: set[int] = set()
        self._older: set[int] = set()
        self._since: list[int] = []

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def __contains__(self, key: int) -> bool:
        """Whether it is one of them."""
        return key in self._newer or key in self._older

    def add(self, key: int) -> bool:
        """Remember the key; false when it was known already."""
        if key in self._newer or key in self._older:
            return False
        if len(self._newer) >= self.limit:
            self._older, self._newer = self._newer, set()
        self._newer.add(key)
        self._since.append(key)
        return True

    def add_all(self, keys: list[int]) -> bool:
        """Remember the keys if all of them are new and fit the newer generation; else change nothing."""
        newer = self._newer
        distinct = set(keys)
        if len(newer) + len(keys) > self.limit or len(distinct) < len(keys):
            return False
        if not (newer.isdisjoint(distinct) and self._older.isdisjoint(distinct)):
            return False
        newer |= distinct
        self._since += keys
        return True

    def changes(self) -> bytes:
        """The keys added since the last call, in order (uint64, little endian)."""
        taken = np.array(self._since, dtype="<u8").tobytes()
        self._since = []
        return taken

    def snapshot(self) -> list[bytes]:
        """Both generations whole; what was pending for ``changes`` is contained in it."""
        self._since = []
        generations = (np.fromiter(keys, "<u8", len(keys)) for keys in (self._older, self._newer))
        return [np.sort(keys).tobytes() for keys in generations]

    def restore(self, snapshot: list[bytes], changes: Iterable[bytes]) -> None:
        """Take the snapshot, then the changes that were written after it."""
        self._older, self._newer = (set(np.frombuffer(keys, dtype="<u8").tolist()) for keys in snapshot)
        for block in changes:
            for key in np.frombuffer(block, dtype="<u8").tolist():
                self.add(key)
        self._since = []
