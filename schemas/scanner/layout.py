"""How records are written, as learned: which values there are, and which text leads from one to the next."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.scanner.anatomy import Part, Path

START = 0  # the state before the first value; slot i is state i + 1
WAYS_MAX = 20_000
TEXT_BYTES_MAX = 1 << 20
OBJECTS_MAX = 63
REQUIRED: tuple[Path, ...] = (("type",), ("id",), ("model",), ("version",), ("time",))


NAMING: tuple[Path, ...] = (("model",), ("version",), ("role",))


class Rule(IntEnum):
    """What a value has to be for the record to be an event; ``ANY`` for fields that events do not have."""

    ANY = 0
    VALUE = 1
    FIGURE = 2
    STRING = 3
    REMARK = 4
    NAME = 5
    TIME = 6


RULES_OF_FIELDS = {
    "id": Rule.NAME,
    "model": Rule.NAME,
    "version": Rule.NAME,
    "role": Rule.NAME,
    "time": Rule.TIME,
    "automation": Rule.REMARK,
    "session": Rule.REMARK,
}
RULES_OF_ENTRIES = {
    "features": Rule.VALUE,
    "outputs": Rule.VALUE,
    "serving": Rule.FIGURE,
    "segments": Rule.STRING,
}


def rule_of(path: Path) -> Rule:
    """What the value at a path has to be."""
    if len(path) == 1:
        return RULES_OF_FIELDS.get(path[0], Rule.ANY)
    return RULES_OF_ENTRIES.get(path[0], Rule.ANY) if len(path) == 2 else Rule.ANY


class Tables(NamedTuple):
    """The layout as the compiled scanner reads it.

    From a state leads the way first_way [states], then its next_way [ways], and so on up to -1. The text of
    a way is text[begin:end] of spans [ways, 2]; it ends before a value of slot slots [ways], -1 for the end
    of the record. opens [ways] and required [1] are sets of objects and fields as bits. outputs [ways, 2]:
    where in the text the outputs begin and end, -1 for nowhere. rules [slots].
    """

    first_way: NDArray[np.int64]
    next_way: NDArray[np.int64]
    slots: NDArray[np.int64]
    spans: NDArray[np.int64]
    text: NDArray[np.uint8]
    opens: NDArray[np.int64]
    required: NDArray[np.int64]
    outputs: NDArray[np.int64]
    rules: NDArray[np.int64]


class Layout:
    """What is known of how records are written. It only grows, and a slot stays what it is."""

    def __init__(self) -> None:
        self.slots: dict[Path, int] = {}
        self._objects: dict[Path, int] = {path: bit for bit, path in enumerate(REQUIRED)}
        self._ways: dict[tuple[int, Part], None] = {}
        self._tables: Tables | None = None

    def learn(self, parts: list[Part]) -> bool:
        """Learn the ways that a record takes; false when there is no room for more."""
        state = START
        self.slots = dict(self.slots)  # a new one, so that who keeps the old one notices
        for part in parts:
            self._ways.setdefault((state, part))
            for path in part.opened:
                self._objects.setdefault(path, len(self._objects))
            if part.path is not None:
                state = self.slots.setdefault(part.path, len(self.slots)) + 1
        self._tables = None
        size_bytes = sum(len(part.text) for _, part in self._ways)
        return (
            len(self._ways) <= WAYS_MAX and size_bytes <= TEXT_BYTES_MAX and len(self._objects) <= OBJECTS_MAX
        )

    @property
    def naming(self) -> set[int]:
        """The slots that say which stream an event belongs to."""
        return {self.slots[path] for path in NAMING if path in self.slots}

    @property
    def tables(self) -> Tables:
        """For the compiled scanner."""
        if self._tables is None:
            self._tables = self._made_tables()
        return self._tables

    def _made_tables(self) -> Tables:
        # Of two texts of which one begins with the other, the longer one has to be tried first.
        ways = sorted(self._ways, key=lambda way: -len(way[1].text))
        first_way = [-1] * (len(self.slots) + 1)
        next_way = [-1] * len(ways)
        for number in reversed(range(len(ways))):
            state = ways[number][0]
            next_way[number], first_way[state] = first_way[state], number
        parts = [part for _, part in ways]
        ends = np.cumsum([len(part.text) for part in parts], dtype=np.int64)
        lengths = np.array([len(part.text) for part in parts], dtype=np.int64)
        return Tables(
            first_way=np.array(first_way, dtype=np.int64),
            next_way=np.array(next_way, dtype=np.int64),
            slots=np.array([-1 if part.path is None else self.slots[part.path] for part in parts], np.int64),
            spans=np.stack([ends - lengths, ends], axis=1),
            text=np.frombuffer(b"".join(part.text for part in parts), np.uint8),
            opens=np.array([self._bits(part.opened) for part in parts], np.int64),
            required=np.array([self._bits(REQUIRED)], np.int64),
            outputs=np.array([[part.outputs_begin, part.outputs_end] for part in parts], np.int64),
            rules=np.array([rule_of(path) for path in self.slots], np.int64),
        )

    def _bits(self, paths: tuple[Path, ...]) -> int:
        return sum(1 << self._objects[path] for path in paths)
