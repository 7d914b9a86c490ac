"""Records that cannot be used: why, and the dead letter that keeps them."""

from base64 import b64encode
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from driftline.schemas.encoding import encode

LARGEST_RECORD_BYTES = 1_048_576
"""Values above this are rejected (1 MiB, Kafka's own default bound of a message)."""

LARGEST_KEY_BYTES = 1_024
"""A longer key is no model's name (256 characters of at most 4 bytes)."""

LARGEST_TEXT_BYTES = 4_096


class Reason(StrEnum):
    """Stable codes: fields of dead letters and labels of metrics."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_ACTION = "unknown_action"
    UNKNOWN_VERDICT = "unknown_verdict"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    BAD_NAME = "bad_name"
    BAD_TIME = "bad_time"
    TIME_IN_FUTURE = "time_in_future"


class Rejection(NamedTuple):
    """Why a record cannot be used; the sentence says where and what would be right."""

    reason: Reason
    sentence: str


class Source(Struct, frozen=True):
    """The record as Kafka knows it."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int | None


class DeadLetter(Struct, frozen=True):
    """A record on the dead-letter topic.

    ``key_base64`` and ``value_base64`` are the original bytes (null: there were none), ``value_text`` the
    value again for people, when it is short UTF-8. Of a value larger than 1 MiB, or a key larger than 1 KiB,
    the beginning is kept: ``value_bytes`` is the whole length, and the source has the whole record.
    """

    reason: Reason
    sentence: str
    source: Source
    value_bytes: int
    key_base64: str | None
    value_base64: str | None
    value_text: str | None


def dead_letter(  # noqa: PLR0913, PLR0917 - a record's coordinates and bytes, as Kafka clients hand them out
    rejection: Rejection,
    topic: str,
    partition: int,
    offset: int,
    timestamp_ms: int | None,
    key: bytes | None,
    value: bytes | None,
) -> tuple[bytes | None, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers of the dead letter; it never needs more than 1.4 MiB."""
    letter = DeadLetter(
        reason=rejection.reason,
        sentence=rejection.sentence,
        source=Source(topic, partition, offset, timestamp_ms),
        value_bytes=len(value or b""),
        key_base64=_base64(key, LARGEST_KEY_BYTES),
        value_base64=_base64(value, LARGEST_RECORD_BYTES),
        value_text=_text(value),
    )
    headers = [("content-type", b"application/json"), ("driftline-reason", rejection.reason.encode())]
    same_key = key if key is not None and len(key) <= LARGEST_KEY_BYTES else None
    return same_key, encode(letter), headers


def _base64(data: bytes | None, largest: int) -> str | None:
    return None if data is None else b64encode(data[:largest]).decode()


def _text(value: bytes | None) -> str | None:
    if value is None or len(value) > LARGEST_TEXT_BYTES:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
