"""A record taken apart: the text between its values, and where each value stands in it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str, ...]
"""The names that lead to a value: ``("features", "clip_seconds")``."""

MAPS = ("features", "outputs", "serving", "segments")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_SCALAR = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+.0-9a-zA-Z]+')
_SPACE = re.compile(rb"[ \t\r\n]*")


class Part(NamedTuple):
    """A stretch of text that leads from one value to the next; ``path`` None: to the end of the record."""

    text: bytes
    path: Path | None
    opened: tuple[Path, ...]
    """The objects and fields of the event that begin in it, by path: none may come twice."""
    outputs_begin: int
    """Where in the text the object of the outputs begins, -1 if it does not."""
    outputs_end: int
    """Where in the text that object is over, -1 if it is not."""


class UnsuitableError(Exception):
    """A record that is written in a way which cannot be learned."""


def is_text(path: Path, value: bytes) -> bool:
    """Whether a value counts as text between values: a type, or a null in place of a field."""
    return path == ("type",) or (len(path) == 1 and value == b"null")


class _Reader:
    """Walks through one record that is known to be JSON."""

    def __init__(self, record: bytes) -> None:
        self.record = record
        self.place = 0
        self.begun = 0
        self.opened: list[Path] = []
        self.outputs_begin = self.outputs_end = -1

    def parts(self) -> Iterator[Part]:
        self._skip()
        yield from self._object(())
        self._skip()
        if self.place != len(self.record):
            raise UnsuitableError
        yield self._part(self.place, None)

    def _object(self, path: Path) -> Iterator[Part]:
        if path == ("outputs",):
            self.outputs_begin = self.place - self.begun
        self._expect(b"{")
        self.opened.append(path)
        self._skip()
        while not self._found(b"}"):
            match = _STRING.match(self.record, self.place)
            if match is None:
                raise UnsuitableError
            # Names with escapes could be the same and be written differently.
            if b"\\" in match.group():
                raise UnsuitableError
            self.place = match.end()
            self._skip()
            self._expect(b":")
            self._skip()
            yield from self._value((*path, match.group()[1:-1].decode()))
            self._skip()
            if self._found(b","):
                self._skip()
        if path == ("outputs",):
            self.outputs_end = self.place - self.begun

    def _value(self, path: Path) -> Iterator[Part]:
        if self.record.startswith(b"{", self.place):
            if len(path) == 2 and path[0] in MAPS:  # in place of a value: the decoder sets it aside
                raise UnsuitableError
            yield from self._object(path)
            return
        match = _SCALAR.match(self.record, self.place)
        if match is None:  # a list
            raise UnsuitableError
        if is_text(path, match.group()):
            self.opened.append(path)
        else:
            if len(path) == 1:
                self.opened.append(path)
            yield self._part(match.start(), path)
            self.begun = match.end()
        self.place = match.end()

    def _part(self, end: int, path: Path | None) -> Part:
        part = Part(
            self.record[self.begun : end], path, tuple(self.opened), self.outputs_begin, self.outputs_end
        )
        self.opened, self.outputs_begin, self.outputs_end = [], -1, -1
        return part

    def _skip(self) -> None:
        match = _SPACE.match(self.record, self.place)
        self.place = match.end() if match is not None else self.place

    def _found(self, sign: bytes) -> bool:
        found = self.record.startswith(sign, self.place)
        self.place += found
        return found

    def _expect(self, sign: bytes) -> None:
        if not self._found(sign):
            raise UnsuitableError


def take_apart(record: bytes) -> list[Part]:
    """The parts of a record that the decoder has accepted.

    Raises:
        UnsuitableError: it has a list, an object in place of a value, a name twice, or one with escapes.
    """
    parts = list(_Reader(record).parts())
    opened = [path for part in parts for path in part.opened]
    values = [part.path for part in parts]
    if len(set(opened)) < len(opened) or len(set(values)) < len(values):
        raise UnsuitableError
    return parts
