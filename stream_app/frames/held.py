"""What a column holds, as far as that decides what it can be."""

from enum import StrEnum
from typing import NamedTuple


class Held(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    LOCAL_TIME = "local_time"
    """A date and a time of the day, and nobody says in which zone."""
    LIST = "list"
    NESTED = "nested"
    """Rows within rows, or bytes: no value of an event."""
    ANYTHING = "anything"
    """Objects of Python; each is looked at by itself."""


class ColumnType(NamedTuple):
    """What a column holds, and what its library calls that."""

    held: Held
    words: str


MOMENTS = (Held.TIME, Held.LOCAL_TIME)
NAMES = (Held.TEXT, Held.ANYTHING)
"""What the name of a model can be: a column of numbers called ``model`` is a feature."""
IDENTIFIERS = (*NAMES, Held.NUMBER)
STAMPS = (*MOMENTS, *IDENTIFIERS)
"""What a time can be: also a text in RFC 3339, or epoch seconds or milliseconds."""
