"""State as bytes: versioned, never pickled.

msgpack because state is mostly arrays, which JSON could only carry as text.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

CODEC_VERSION = 3


class UnreadableStateError(Exception):
    """A checkpoint that this version of driftline cannot read."""


def pack(state: Any) -> bytes:
    return msgspec.msgpack.encode(state)


def unpack(data: bytes) -> Any:
    """The state, or ``UnreadableStateError`` for bytes that no version of driftline wrote."""
    try:
        return msgspec.msgpack.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableStateError(f"a state record is not msgpack ({error})") from error


def chunks(data: bytes, size_bytes: int) -> Iterator[bytes]:
    """The data in pieces that fit one record each; at least one."""
    for start in range(0, max(len(data), 1), size_bytes):
        yield data[start : start + size_bytes]


def join(pieces: Iterable[bytes]) -> bytes:
    return b"".join(pieces)


# Keys of the state topic. The model comes last, so that it may contain anything.


def head_key(model: str, epoch: int) -> bytes:
    return f"head|{epoch}|{model}".encode()


def part_key(model: str, epoch: int, serial: int) -> bytes:
    return f"part|{epoch}.{serial}|{model}".encode()


def claim_key(epoch: int) -> bytes:
    return f"claim|{epoch}|".encode()


def parse_key(key: bytes) -> tuple[str, str, str]:
    """``(head | part | claim, number, model)``; an unknown key raises ``UnreadableStateError``."""
    try:
        what, number, model = key.decode().split("|", 2)
    except (UnicodeDecodeError, ValueError) as error:
        raise UnreadableStateError(
            f"the state topic has a key that driftline never writes: {key!r}"
        ) from error
    return what, number, model
