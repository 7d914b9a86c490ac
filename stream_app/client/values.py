"""What a serving system has at hand as a value of an event: numbers, text, booleans, null, lists of numbers.

numpy and pandas are never imported here: what they make is known by what it can do.
"""

from array import array
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from enum import Enum
from math import isfinite, nan
from typing import Any, Final
from uuid import UUID

# pandas' missing values; the second is a datetime that equals nothing.
MISSING: Final = ("NAType", "NaTType")
NUMPY_TIMES: Final = ("datetime64", "timedelta64")
LARGEST_INTEGER: Final = 2**63


Value = float | bool | str | list[float] | None


class UnusableError(Exception):
    """No value of an event can be made of something; says of what."""


def value_of(value: Any) -> Value:
    """A value as an event can have it.

    numpy's scalars and arrays (and whatever else has ``tolist`` or ``__float__``, such as Decimal) are the
    numbers they hold; a date or a time is its text in RFC 3339, as far as it has an offset, a duration its
    seconds; pandas' NA and NaT are null. So is a number that is not finite, and a list with one or with None.

    Raises:
        UnusableError: it is none of these.
    """
    try:
        return _value_of(value)
    except Exception as error:  # whatever a value does when it is looked at, it costs only itself
        raise UnusableError(type(value).__name__) from error


def figure_of(value: Any) -> float | None:
    """A number or null.

    Raises:
        UnusableError: it is neither.
    """
    number = value_of(value)
    if isinstance(number, bool | str | list):
        raise UnusableError(type(value).__name__)
    return number


def segment_of(value: Any) -> str | None:
    """A text; numbers and booleans as JSON writes them.

    Raises:
        UnusableError: it is none of these.
    """
    text = value_of(value)
    if isinstance(text, list):
        raise UnusableError(type(value).__name__)
    if isinstance(text, bool):
        return str(text).lower()
    return text if text is None or isinstance(text, str) else f"{text}"


def text_without_surrogates(text: str) -> str:
    """The text with a "?" for each half of a surrogate pair, which UTF-8 has not."""
    return text.encode("utf-8", "replace").decode()


def _value_of(value: Any) -> Value:
    kind = type(value).__name__
    if value is None or kind in MISSING:
        return None
    for types, convert in _CONVERTERS:
        if isinstance(value, types):
            return convert(value)
    if kind in NUMPY_TIMES:
        return _numpy_time(value)
    if hasattr(value, "tolist"):
        return _value_of(value.tolist())
    number = _number(value)
    return number if isfinite(number) else None


def _integer(value: int) -> float | None:
    """As it is, if it fits into 64 bits."""
    if abs(value) < LARGEST_INTEGER:
        return int(value)
    number = _number(value)
    return number if isfinite(number) else None


def _numpy_time(value: Any) -> float | str | None:
    """A moment as text, a duration in seconds; of nanoseconds ``tolist`` would make a bare number."""
    if str(value) == "NaT":
        return None
    if type(value).__name__ == "datetime64":
        return str(value)
    return float(value.astype("timedelta64[us]").tolist().total_seconds())


def _numbers(items: Iterable[Any]) -> list[float] | None:
    gaps = (nan if item is None or type(item).__name__ in MISSING else item for item in items)
    numbers = array("d", gaps).tolist()
    return numbers if all(map(isfinite, numbers)) else None


def _number(value: Any) -> float:
    try:
        return float(value.__float__())
    except OverflowError:  # an integer of hundreds of digits
        return nan


_CONVERTERS: Final[tuple[tuple[type | tuple[type, ...], Callable[[Any], Value]], ...]] = (
    (Enum, lambda value: _value_of(value.value)),  # before text and numbers, which it may be too
    (str, lambda value: text_without_surrogates(str(value))),
    (bool, bool),
    (int, _integer),
    (timedelta, timedelta.total_seconds),
    ((date, time), lambda value: str(value.isoformat())),  # a datetime is a date
    (UUID, str),
    ((list, tuple), _numbers),
)
