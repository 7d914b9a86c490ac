"""What a serving system has at hand, as the bytes of an event."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import index
from time import time_ns
from typing import Any, Final

import orjson

from driftline.schemas import epoch_ms
from driftline.stream_app.client.values import (
    UnusableError,
    figure_of,
    segment_of,
    text_without_surrogates,
    value_of,
)

_AS_IT_IS = frozenset({float, int, bool, str, type(None)})
# What a value is made to be, by the field that holds it.
_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("features", "outputs", "labels", "decision"), value_of),
    **dict.fromkeys(("serving", "values"), figure_of),
    "segments": segment_of,
}
Lose = Callable[[str, str], None]
"""Hears of a value that is left out: where it stood, and what it was."""


def _unheard(place: str, what: str) -> None:
    """For those who ask nobody to hear of what is left out."""


def encode_event(event: Mapping[str, Any], lose: Lose = _unheard) -> bytes:
    """The event as one JSON object, without the fields that are None.

    What is a value is made one (``values.py``); what is none is left out, and ``lose`` hears of it.

    Raises:
        TypeError: nothing is left of labels or of a decision, or a field cannot be written.
    """
    present = {name: value for name, value in event.items() if value is not None}
    if all(map(_is_plain, (present.get(field) for field in _READERS))):
        try:
            return orjson.dumps(present)
        except TypeError:  # text that UTF-8 has not, names that are no text, integers of more than 64 bits
            pass
    return orjson.dumps({name: _field(name, value, lose) for name, value in present.items()})


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


def _is_plain(values: Any) -> bool:
    """Whether a field has only what JSON has, of any kind."""
    return values is None or (type(values) is dict and _AS_IT_IS.issuperset(map(type, values.values())))


def _field(field: str, value: Any, lose: Lose) -> Any:
    if isinstance(value, str):
        return text_without_surrogates(value)
    reader = _READERS.get(field)
    if reader is None:
        return value
    if not hasattr(value, "items"):
        lose(field, type(value).__name__)
        return {}
    kept = {}
    for name, item in value.items():
        named = text_without_surrogates(str(name))
        try:
            kept[named] = reader(item)
        except UnusableError as error:
            lose(f"{field}[{named!r}]", str(error))
    if value and not kept and field in ("labels", "decision"):
        raise TypeError(f"nothing of its {field} can be used")
    return kept
