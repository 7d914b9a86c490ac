"""What a serving system has at hand, as the bytes of an event."""

from array import array
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite, nan
from operator import index
from time import time_ns
from typing import Any

import orjson

from driftline.schemas import epoch_ms

_AS_IT_IS = frozenset({float, int, bool, str, type(None)})


def encode_event(event: Mapping[str, Any]) -> bytes:
    """The event as one JSON object, without the fields that are None.

    numpy scalars and arrays (and whatever else has ``tolist`` or ``__float__``) count as the numbers they
    hold. A number that is not finite becomes null, and so does a list with such a number or with a None.

    Raises:
        TypeError: something in it has no place in an event.
    """
    present = {
        name: _values(value) if isinstance(value, Mapping) else value
        for name, value in event.items()
        if value is not None
    }
    return orjson.dumps(present)


def text_of(value: object) -> str | None:
    """An identifier as text: databases number their rows, and so do registries their versions."""
    return value if value is None or isinstance(value, str) else str(value)


def time_ms_of(time: int | datetime | None) -> int:
    """Epoch milliseconds, the cheapest form of a time to decode; None means now.

    Raises:
        ValueError: a datetime without an offset.
        TypeError: neither a whole number nor a datetime; seconds as a float would be one.
    """
    if time is None:
        return time_ns() // 1_000_000
    if not isinstance(time, datetime):
        return index(time)
    if time.tzinfo is None:
        raise ValueError(f"time {time} has no offset from UTC: pass datetime.now(UTC) or epoch milliseconds.")
    return epoch_ms(time)


def require(event: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuses at the source what the worker would put among the dead letters.

    Raises:
        ValueError: a field is missing or empty.
    """
    missing = [name for name in names if not event[name]]
    if missing:
        what = event.get("kind") or event["type"]
        raise ValueError(f"a {what} needs {' and '.join(missing)}: missing or empty.")


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if type(value) in _AS_IT_IS else _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return _numbers(value)
    if value is None or isinstance(value, str | float | int):
        return value
    if hasattr(value, "__float__"):
        return float(value)
    raise TypeError(
        f"{type(value).__name__} has no place in an event: pass numbers, strings, booleans, lists of numbers."
    )


def _numbers(items: Iterable[Any]) -> list[float] | None:
    numbers = array("d", [nan if item is None else item for item in items]).tolist()
    return numbers if all(map(isfinite, numbers)) else None
