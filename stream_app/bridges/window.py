"""How far a partition is delivered: a position, and what behind it is done already.

Incidents are handed over side by side, so a younger record may be done while an older one waits. A group's
position alone would make it come again after a crash. So the commit's metadata, which Kafka keeps beside the
position, says which offsets behind it are done, one bit each.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

SPAN_MAX: Final = 16_384
"""Offsets that a window may span: 2,048 bytes of bits are 2,732 characters, and brokers keep 4,096."""
FORMAT: Final = "driftline-1:"


class Committed(NamedTuple):
    """What a group knows of a partition. ``done`` has the offsets from ``position`` on that are done too."""

    position: int
    done: frozenset[int] = frozenset()

    def has(self, offset: int) -> bool:
        """Whether the record there is done."""
        return offset < self.position or offset in self.done


class Window:
    """Which offsets of a partition were taken and are not done yet."""

    def __init__(self, position: int) -> None:
        self._next = position
        self._open: dict[int, None] = {}  # in the order of the partition

    @property
    def position(self) -> int:
        """The first offset that is not done, or the one that comes next."""
        return next(iter(self._open), self._next)

    @property
    def next(self) -> int:
        """The offset behind the last that was taken."""
        return self._next

    @property
    def is_full(self) -> bool:
        """Whether so much was taken since the oldest that is not done that the metadata has no more room."""
        return self._next - self.position >= SPAN_MAX

    def take(self, offset: int) -> None:
        """A record is to be done; offsets that were left out do not exist, and need not be."""
        assert offset >= self._next, f"{offset} after {self._next - 1}: a partition is read in its order"
        self._open[offset] = None
        self._next = offset + 1

    def finish(self, offset: int) -> None:
        """It is done."""
        self._open.pop(offset, None)

    def metadata(self) -> str:
        """For the commit: which of the offsets from `position` on are done."""
        position, span = self.position, min(self._next - self.position, SPAN_MAX)
        bits = bytearray((span + 7) // 8)
        for offset in range(position, position + span):
            if offset not in self._open:
                bits[(offset - position) // 8] |= 1 << (offset - position) % 8
        return FORMAT + b64encode(bits).decode() if any(bits) else ""


def committed(position: int, metadata: str) -> Committed:
    """What a commit says; metadata that nobody can read says nothing, and records come twice."""
    bits = b""
    if metadata.startswith(FORMAT):
        with suppress(binascii.Error, ValueError):
            bits = b64decode(metadata.removeprefix(FORMAT), validate=True)
    return Committed(position, frozenset(_set_bits(position, bits)))


def _set_bits(first: int, bits: bytes) -> Iterator[int]:
    return (first + place for place in range(len(bits) * 8) if bits[place // 8] >> place % 8 & 1)
