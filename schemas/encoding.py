"""Records as bytes: the one way driftline writes JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson


def encode(record: msgspec.Struct) -> bytes:
    """The record as one JSON object, its fields in the order of their definition.

    Numbers that are not finite become null. numpy scalars count as the Python number they hold.

    Raises:
        orjson.JSONEncodeError: a string has half of a surrogate pair, an integer more than 64 bits.
        NotImplementedError: a value is of a type that JSON has not.
    """
    return orjson.dumps(msgspec.to_builtins(record, enc_hook=_plain))


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    raise NotImplementedError(
        f"{type(value).__name__} has no place in JSON: pass numbers, strings and lists."
    )


def encode_values(values: Mapping[str, Any]) -> bytes:
    """Named values as one JSON object."""
    return orjson.dumps(values)
