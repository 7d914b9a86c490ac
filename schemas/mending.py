"""The lenient reading of a record that the fast path refused.

One value that cannot be used costs that value, not the event. Python's json module writes NaN and Infinity,
which are no JSON, and producers overflow numbers: such a number counts as missing, and so does a list that
holds one. What is no value of an event at all (an object, a list of other things, text where a figure is
asked for) is set aside: the decoded event has an `Unusable` in its place.
"""

import json
from collections.abc import Callable
from math import isfinite
from typing import Any

import orjson

from driftline.schemas.events import LONGEST_NAME, REMARKS, Unusable
from driftline.schemas.rejections import Reason, Rejection
from driftline.schemas.times import with_whole_offset

# Longer integers need not fit into 64 bits; as floats they do, or become infinite.
LONGEST_INTEGER = 18
PLAIN = frozenset({str, bool, int, type(None)})
SetAside = list[tuple[str, str, Unusable]]
"""Field, name and what stands for its value."""


def read(value: bytes) -> dict[str, Any] | Rejection:
    """The record, or why it is no object of JSON. Numbers in it may still not be finite."""
    try:
        record = orjson.loads(value)  # five times as fast, but strict
    except orjson.JSONDecodeError:
        record = _read_leniently(value)
    if isinstance(record, dict) and isinstance(time := record.get("time"), str):
        record["time"] = with_whole_offset(time)
    if isinstance(record, dict | Rejection):
        return record
    sentence = f"The value is {json_type(record)}: write one object per record."
    return Rejection(Reason.NOT_AN_OBJECT, sentence)


def mend(record: dict[str, Any]) -> SetAside:
    """Puts null for every value that cannot be used; returns those that are no values of an event."""
    aside: SetAside = []
    for field, look in LOOKS.items():
        values = record.get(field)
        if not isinstance(values, dict):
            continue
        for name, value in values.items():
            usable, found = look(value)
            if found:
                aside.append((field, name, Unusable(found)))
            if usable is not value:
                values[name] = usable
    if isinstance(segments := record.get("segments"), dict):
        texts = {name: _text(value) for name, value in segments.items()}
        record["segments"] = {name: text for name, text in texts.items() if text is not None}
    for field in REMARKS:
        if record.get(field) is not None:
            text = _text(record[field])
            record[field] = text if text is None else text[:LONGEST_NAME]
    return aside


def rewrite(record: dict[str, Any]) -> bytes | Rejection:
    """The record as strict JSON; numbers that are not finite become null, half a surrogate pair a "?"."""
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        text = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
    try:
        return orjson.dumps(json.loads(text, parse_int=_integer))
    except orjson.JSONEncodeError as error:
        return Rejection(Reason.NOT_JSON, f"The value cannot be written again: {error}.")


def json_type(value: Any) -> str:
    """What JSON calls the value, with its article."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "null" if value is None else "an object")


def _read_leniently(value: bytes) -> Any:
    try:
        return json.loads(value.decode(), parse_int=_integer)
    except UnicodeDecodeError as error:
        return Rejection(
            Reason.NOT_JSON, f"Byte {error.start} is not UTF-8: write JSON in UTF-8.{_hint(value)}"
        )
    except json.JSONDecodeError as error:
        return _empty_or_malformed(value, error)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


def _usable_value(value: Any) -> tuple[Any, str]:
    """A value as an event may have it, and what it is if it is none."""
    if type(value) in PLAIN:
        return value, ""
    if isinstance(value, float):
        return (value if isfinite(value) else None), ""
    if isinstance(value, dict):
        return None, "an object"
    types = set(map(type, value))
    if not types <= {int, float, type(None)}:
        return None, "a list of other things"
    return (value if type(None) not in types and all(map(isfinite, value)) else None), ""


def _usable_figure(value: Any) -> tuple[Any, str]:
    if value is None or (type(value) in (int, float) and isfinite(value)):
        return value, ""
    return None, "" if isinstance(value, float) else json_type(value)


LOOKS: dict[str, Callable[[Any], tuple[Any, str]]] = {
    **dict.fromkeys(("features", "outputs", "labels", "decision"), _usable_value),
    **dict.fromkeys(("serving", "values"), _usable_figure),
}
"""By field: what is usable of one of its values (else None), and what the value is if it is none at all."""


def _text(value: Any) -> str | None:
    """Numbers and booleans as JSON writes them; None for what is no text."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value}" if isinstance(value, str | int | float) else None


def _empty_or_malformed(value: bytes, error: json.JSONDecodeError) -> Rejection:
    if not value.strip():
        return Rejection(Reason.EMPTY, "The value is blank: write one JSON object per record.")
    where = f"line {error.lineno}, column {error.colno}"
    return Rejection(Reason.NOT_JSON, f"The value is not JSON: {error.msg} at {where}.{_hint(value)}")


def _hint(value: bytes) -> str:
    if value.startswith(b"\xef\xbb\xbf"):
        return " It begins with a byte order mark: leave that out."
    if value.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " It looks like UTF-16."
    if value.startswith(b"\x00"):
        return " It begins with a zero byte, as serializers of a schema registry write: send plain JSON."
    return ""
