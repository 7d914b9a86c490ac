"""Rejections: every reason, its sentence, and the dead letter that keeps the record."""

import json
from base64 import b64decode
from typing import Any

import pytest

from driftline.schemas import Reason, Rejection, dead_letter, decode
from driftline.schemas.rejections import LARGEST_RECORD_BYTES
from driftline.schemas.times import DAY_MS
from tests.schemas.examples import (
    ACCEPT,
    BEHAVIOR,
    DECISION,
    LABEL,
    PREDICTION,
    SERVING,
    TIME_MS,
    VERDICT,
    without,
    written,
)

LONG = "x" * 257

CASES: list[tuple[Reason, str, bytes | None]] = [
    (Reason.EMPTY, "no value", None),
    (Reason.EMPTY, "no value", b""),
    (Reason.EMPTY, "blank", b" \n"),
    (Reason.TOO_LARGE, "1048577 bytes", b" " * (LARGEST_RECORD_BYTES + 1)),
    (Reason.TOO_DEEP, "200 levels", b"[" * 201 + b"]" * 201),
    (Reason.TOO_DEEP, "200 levels", written(PREDICTION)[:-1] + b',"x":' + b"[" * 200 + b"]" * 200 + b"}"),
    (Reason.TOO_DEEP, "200 levels", b'{"a":' * 100_000),
    (Reason.NOT_JSON, "line 1, column 1", b"hello"),
    (Reason.NOT_JSON, "Expecting", b'{"type":"prediction",}'),
    (Reason.NOT_JSON, "Extra data", written(PREDICTION) + written(PREDICTION)),
    (Reason.NOT_JSON, "control character", b'{"type":"predi\nction"}'),
    (Reason.NOT_JSON, "Byte 9 is not UTF-8", b'{"type":"\xff"}'),
    (Reason.NOT_JSON, "is not UTF-8", written(PREDICTION)[:-1] + b',"ignored":"\xff"}'),
    (Reason.NOT_JSON, "UTF-16", written(PREDICTION).decode().encode("utf-16")),
    (Reason.NOT_JSON, "byte order mark", b"\xef\xbb\xbf" + written(PREDICTION)),
    (Reason.NOT_JSON, "schema registry", b"\x00\x00\x00\x00\x07" + written(PREDICTION)),
    (Reason.NOT_AN_OBJECT, "a list", b"[" + written(PREDICTION) + b"]"),
    (Reason.NOT_AN_OBJECT, "null", b"null"),
    (Reason.NOT_AN_OBJECT, "a number", b"NaN"),
    (Reason.UNKNOWN_TYPE, "'predictoin'", written(PREDICTION, type="predictoin")),
    (Reason.UNKNOWN_KIND, "'thumbs'", written(LABEL, kind="thumbs")),
    (Reason.UNKNOWN_ACTION, "'silence'", written(VERDICT, action="silence")),
    (Reason.UNKNOWN_VERDICT, "useful, noise, expected_change", written(VERDICT, verdict="fine")),
    (Reason.MISSING_FIELD, "action is missing", without(ACCEPT, "action")),
    (Reason.MISSING_FIELD, "or alert_id", written(ACCEPT, signals=[])),
    (Reason.MISSING_FIELD, "control of action verdict", written(VERDICT, alert_id=None)),
    (Reason.MISSING_FIELD, "type is missing", without(PREDICTION, "type")),
    (Reason.MISSING_FIELD, "model is missing", written(PREDICTION, model=None)),
    (Reason.MISSING_FIELD, "kind is missing", without(LABEL, "kind")),
    (Reason.MISSING_FIELD, "labels is missing", written(LABEL, labels={})),
    (Reason.MISSING_FIELD, "kind label", written(LABEL, prediction_id=None)),
    (Reason.WRONG_TYPE, "type must be prediction", written(PREDICTION, type=1)),
    (Reason.WRONG_TYPE, "kind must be one of label, behavior, decision", written(LABEL, kind=[])),
    (
        Reason.WRONG_TYPE,
        "id must be a string of 1 to 256 characters, not a number",
        written(PREDICTION, id=8),
    ),
    (Reason.WRONG_TYPE, "features must be an object, not a list", written(PREDICTION, features=[1])),
    (Reason.WRONG_TYPE, "verdict must be one of", written(VERDICT, verdict=1)),
    (Reason.WRONG_TYPE, "a list of signals, each", written(ACCEPT, signals=["feature:x", 1])),
    (Reason.WRONG_TYPE, "signals must be", written(ACCEPT, signals="feature:x")),
    (Reason.WRONG_TYPE, "time must be an RFC 3339", written(PREDICTION, time=True)),
    (Reason.WRONG_TYPE, "with decimals", written(PREDICTION, time=TIME_MS + 0.5)),
    (Reason.BAD_NAME, "id has 0 characters", written(PREDICTION, id="")),
    (Reason.BAD_NAME, "model has 0 characters", written(PREDICTION, model="")),
    (Reason.BAD_NAME, "version has 0 characters", written(SERVING, version="")),
    (Reason.BAD_NAME, "model has 257 characters", written(PREDICTION, model=LONG)),
    (Reason.BAD_NAME, "behavior has 257 characters", written(BEHAVIOR, behavior=LONG)),
    (Reason.BAD_TIME, "'yesterday'", written(PREDICTION, time="yesterday")),
    (Reason.BAD_TIME, "with an offset", written(PREDICTION, time="2026-11-22T10:00:00")),
    (Reason.BAD_TIME, "seconds", written(PREDICTION, time=TIME_MS // 1000)),
    (Reason.BAD_TIME, "microseconds", written(PREDICTION, time=TIME_MS * 1000)),
    (Reason.BAD_TIME, "nanoseconds", written(PREDICTION, time=TIME_MS * 1_000_000)),
    (Reason.BAD_TIME, "years 2000 to 2099", written(PREDICTION, time=10**400)),
    (Reason.BAD_TIME, "years 2000 to 2099", written(PREDICTION, time="1999-12-31T23:59:59.999Z")),
    (Reason.BAD_TIME, "years 2000 to 2099", written(PREDICTION, time="9999-12-31T23:59:59-12:00")),
    (Reason.TIME_IN_FUTURE, "days after", written(PREDICTION, time=TIME_MS + DAY_MS + 1)),
]


@pytest.mark.parametrize(("reason", "words", "value"), CASES)
def test_each_mistake_has_its_reason_and_a_sentence(reason: Reason, words: str, value: bytes | None) -> None:
    """Operators count by reason and repair by sentence: both have to be the right ones."""
    rejection = decode(value, TIME_MS)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is reason
    assert words in rejection.sentence
    assert rejection.sentence.endswith((".", "?)."))
    assert len(rejection.sentence) < 300


def test_no_reason_is_untested() -> None:
    """A reason that no record can have would be a promise without a product."""
    assert {reason for reason, _, _ in CASES} == set(Reason)


@pytest.mark.parametrize(
    ("record", "needed"),
    [
        (PREDICTION, ("type", "id", "model", "version", "time")),
        (LABEL, ("type", "kind", "model", "time", "prediction_id", "labels")),
        (BEHAVIOR, ("type", "kind", "model", "time", "behavior")),
        (DECISION, ("type", "kind", "model", "time", "prediction_id", "decision")),
        (SERVING, ("type", "model", "time")),
        (VERDICT, ("type", "model", "time", "action", "alert_id", "verdict")),
        (ACCEPT, ("type", "model", "time", "action", "signals")),
    ],
)
def test_exactly_the_promised_fields_are_required(record: dict[str, Any], needed: tuple[str, ...]) -> None:
    """A field demanded too many rejects traffic that was promised to be read; too few lets nonsense in."""
    refused = []
    for name in record:
        rejection = decode(without(record, name), TIME_MS)
        if isinstance(rejection, Rejection):
            assert rejection.reason is Reason.MISSING_FIELD
            assert rejection.sentence.startswith(f"{name} is missing")
            refused.append(name)
    assert sorted(refused) == sorted(needed)


def test_a_long_mistake_makes_a_short_sentence() -> None:
    """A megabyte of nonsense in a log line would be the next incident."""
    for record in (written(PREDICTION, type="x" * 10**6), written(PREDICTION, features="y" * 10**6)):
        rejection = decode(record, None)
        assert isinstance(rejection, Rejection)
        assert len(rejection.sentence) < 300


def test_a_day_ahead_is_allowed() -> None:
    """Clocks differ, and brokers without timestamps must not reject everything."""
    value = written(PREDICTION, time=TIME_MS + DAY_MS)
    assert not isinstance(decode(value, TIME_MS), Rejection)
    far = written(PREDICTION, time=TIME_MS + 400 * DAY_MS)
    assert isinstance(decode(far, 0), Rejection)
    assert not isinstance(decode(far, -1), Rejection)
    assert not isinstance(decode(far, None), Rejection)


def test_a_dead_letter_keeps_everything() -> None:
    """Without the original bytes and their place nobody can repair and replay a record."""
    value = b'{"a": \xff}'
    rejection = Rejection(Reason.NOT_JSON, "Byte 6 is not UTF-8.")
    key, letter, headers = dead_letter(
        rejection, "driftline.feedback", 3, 41, TIME_MS, b"voice-search", value
    )
    record = json.loads(letter)
    assert key == b"voice-search"
    assert b64decode(record.pop("value_base64")) == value
    assert b64decode(record.pop("key_base64")) == b"voice-search"
    assert record == {
        "reason": "not_json",
        "sentence": "Byte 6 is not UTF-8.",
        "source": {
            "topic": "driftline.feedback",
            "partition": 3,
            "offset": 41,
            "timestamp_ms": TIME_MS,
        },
        "value_bytes": 8,
        "value_text": None,
    }
    assert ("driftline-reason", b"not_json") in headers


def test_a_dead_letter_shows_short_text() -> None:
    """Base64 is not what a person at a terminal wants to read."""
    rejection = Rejection(Reason.NOT_AN_OBJECT, "…")
    _, letter, _ = dead_letter(rejection, "t", 0, 0, None, None, b'"h\xc3\xa9"')
    assert json.loads(letter)["value_text"] == '"hé"'
    _, letter, _ = dead_letter(rejection, "t", 0, 0, None, None, None)
    assert json.loads(letter)["value_base64"] is None


@pytest.mark.parametrize("size", [LARGEST_RECORD_BYTES, 10 * LARGEST_RECORD_BYTES])
def test_a_dead_letter_fits_its_topic(size: int) -> None:
    """A dead letter that the broker refuses would stop the worker over one bad record."""
    rejection = Rejection(Reason.TOO_LARGE, "…")
    key, letter, _ = dead_letter(rejection, "t", 0, 0, 0, b"k" * size, b"v" * size)
    record = json.loads(letter)
    assert key is None
    assert record["value_bytes"] == size
    assert len(b64decode(record["value_base64"])) == LARGEST_RECORD_BYTES
    assert len(letter) < 1.4 * 2**20
