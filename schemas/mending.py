"""The lenient reading of a record that the fast path refused.

Python's json module writes NaN and Infinity, which are no JSON, and producers overflow numbers. That costs
the value, not the event: such a number counts as missing, and a list that holds one is missing as a whole.
"""

import json
from math import isfinite
from typing import Any

import orjson

from driftline.schemas.rejections import Reason, Rejection
from driftline.schemas.times import with_whole_offset

VALUE_MAPS = ("features", "outputs", "labels", "decision")
# Longer integers need not fit into 64 bits; as floats they do, or become infinite.
LONGEST_INTEGER = 18


def read(value: bytes) -> dict[str, Any] | Rejection:
    """The record with its unusable numbers replaced by None, or why it is no object of JSON."""
    try:
        record = json.loads(value.decode(), parse_int=_integer)
    except UnicodeDecodeError as error:
        return Rejection(
            Reason.NOT_JSON, f"Byte {error.start} is not UTF-8: write JSON in UTF-8.{_hint(value)}"
        )
    except json.JSONDecodeError as error:
        return _empty_or_malformed(value, error)
    if not isinstance(record, dict):
        sentence = f"The value is {json_type(record)}: write one object per record."
        return Rejection(Reason.NOT_AN_OBJECT, sentence)
    for name in VALUE_MAPS:
        if isinstance(values := record.get(name), dict):
            record[name] = {key: None if _is_unusable(item) else item for key, item in values.items()}
    if isinstance(time := record.get("time"), str):
        record["time"] = with_whole_offset(time)
    return record


def rewrite(record: dict[str, Any]) -> bytes | Rejection:
    """The record as strict JSON; numbers that are not finite become null."""
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        sentence = r"A string has half of a surrogate pair (\ud800 to \udfff): write both halves, or UTF-8."
        return Rejection(Reason.NOT_JSON, sentence)


def json_type(value: Any) -> str:
    """What JSON calls the value, with its article."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "null" if value is None else "an object")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


def _is_unusable(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, float) and not isfinite(item) for item in value)
    return isinstance(value, float) and not isfinite(value)


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
