"""Why a readable record is no event: the reason, and a sentence with the field and what would be right."""

from collections.abc import Iterable
from typing import Any, Final, get_args

import msgspec

from driftline.schemas.events import (
    EVENT_TYPES,
    LONGEST_NAME,
    REQUIRED_BY_KIND,
    Control,
    Feedback,
    Value,
    Verdict,
)
from driftline.schemas.mending import json_type
from driftline.schemas.rejections import Reason, Rejection
from driftline.schemas.times import EARLIEST_MS, LATEST_MS

TIME_WORDS = "an RFC 3339 string with an offset (2026-11-22T10:00:00Z) or an integer of epoch milliseconds"
NAME_WORDS = f"a string of 1 to {LONGEST_NAME} characters"
REMARK_WORDS = f"a string of at most {LONGEST_NAME} characters"
SIGNALS_WORDS = f"a list of signals, each {NAME_WORDS}"
COUNT_WORDS = "a whole number of 0 or more"
TYPE_WORDS = "prediction, feedback, serving, control or heartbeat"
ACTIONS = get_args(Control.__annotations__["action"])
VALUE: Final = (Value, "a number, a string, a boolean, null or a list of numbers")
FIGURE: Final = (float | None, "a number or null")
SEGMENT: Final = (str, "a string")
# What the entries of a map may be: the type, and in words.
ENTRIES: dict[str, tuple[Any, str]] = {
    "features": VALUE,
    "outputs": VALUE,
    "labels": VALUE,
    "decision": VALUE,
    "serving": FIGURE,
    "values": FIGURE,
    "segments": SEGMENT,
}


def diagnose(record: dict[str, Any], error: msgspec.ValidationError) -> Rejection:
    """Why the decoder refused the record: the first mistake, type and kind before everything else."""
    type_name = record.get("type")
    if type_name is None:
        return missing("type", TYPE_WORDS)
    if not isinstance(type_name, str):
        return _wrong_type("type", TYPE_WORDS, type_name)
    event_type = EVENT_TYPES.get(type_name)
    if event_type is None:
        sentence = f"type is {quoted(type_name)}: it must be {TYPE_WORDS}."
        return Rejection(Reason.UNKNOWN_TYPE, sentence)
    if rejection := _choice_mistakes(event_type, record):
        return rejection
    fields = msgspec.structs.fields(event_type)
    for field in fields:
        if field.required and record.get(field.encode_name) is None:
            return missing(field.encode_name, TIME_WORDS if field.encode_name == "time" else NAME_WORDS)
    mistakes = (_field_mistake(field, record.get(field.encode_name)) for field in fields)
    return next(filter(None, mistakes), Rejection(Reason.WRONG_TYPE, f"{error}."))


def missing(name: str, words: str) -> Rejection:
    """A field that is needed is absent, null or, of a map, empty."""
    return Rejection(Reason.MISSING_FIELD, f"{name} is missing: it must be {words}.")


def bad_time(time_ms: float) -> Rejection:
    """The time is a number or an instant outside the years that are taken seriously."""
    hint = ""
    if EARLIEST_MS <= time_ms * 1000 < LATEST_MS:
        hint = " It looks like seconds."
    elif EARLIEST_MS <= time_ms / 1000 < LATEST_MS:
        hint = " It looks like microseconds."
    elif EARLIEST_MS <= time_ms / 1_000_000 < LATEST_MS:
        hint = " It looks like nanoseconds."
    sentence = f"time is {time_ms:.17g} in epoch milliseconds: it must be in the years 2000 to 2099.{hint}"
    return Rejection(Reason.BAD_TIME, sentence)


def quoted(text: str) -> str:
    """The text as a person can read it: on one line, and not too long."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _choice_mistakes(event_type: type[Any], record: dict[str, Any]) -> Rejection | None:
    """What the fields say that decide which other fields are needed."""
    if event_type is Feedback:
        return _choice_mistake("kind", record.get("kind"), REQUIRED_BY_KIND, Reason.UNKNOWN_KIND)
    if event_type is not Control:
        return None
    rejection = _choice_mistake("action", record.get("action"), ACTIONS, Reason.UNKNOWN_ACTION)
    verdict = record.get("verdict")
    if rejection is None and verdict is not None:
        rejection = _choice_mistake("verdict", verdict, get_args(Verdict), Reason.UNKNOWN_VERDICT)
    return rejection


def _choice_mistake(name: str, value: Any, choices: Iterable[str], reason: Reason) -> Rejection | None:
    words = ", ".join(choices)
    if value is None:
        return missing(name, f"one of {words}")
    if not isinstance(value, str):
        return _wrong_type(name, f"one of {words}", value)
    if value not in choices:
        return Rejection(reason, f"{name} is {quoted(value)}: it must be one of {words}.")
    return None


def _field_mistake(field: msgspec.structs.FieldInfo, value: Any) -> Rejection | None:
    name = field.encode_name
    if name in ENTRIES:
        return _map_mistake(name, value)
    try:
        msgspec.convert(value, field.type)
    except msgspec.ValidationError:
        return _mistake_of(field, value)
    return None


def _mistake_of(field: msgspec.structs.FieldInfo, value: Any) -> Rejection:
    name = field.encode_name
    if name in ("time", "until"):
        rejection = _time_mistake(value)
        return rejection._replace(sentence=name + rejection.sentence.removeprefix("time"))
    if name == "lost":
        return Rejection(Reason.WRONG_TYPE, f"lost is {quoted(str(value))}: it must be {COUNT_WORDS}.")
    if name == "signals":
        return _wrong_type(name, SIGNALS_WORDS, value)
    words = NAME_WORDS if field.required or value == "" else REMARK_WORDS
    if not isinstance(value, str):
        return _wrong_type(name, words, value)
    return Rejection(Reason.BAD_NAME, f"{name} has {len(value)} characters: it must be {words}.")


def _map_mistake(name: str, value: Any) -> Rejection | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        return _wrong_type(name, "an object", value)
    entry_type, words = ENTRIES[name]
    for key, item in value.items():
        try:
            msgspec.convert(item, entry_type)
        except msgspec.ValidationError:
            return _wrong_type(f"{name}[{quoted(key)}]", words, item)
    return None


def _time_mistake(value: Any) -> Rejection:
    if isinstance(value, str):
        return Rejection(Reason.BAD_TIME, f"time is {quoted(value)}: it must be {TIME_WORDS}.")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _wrong_type("time", TIME_WORDS, value)
    if EARLIEST_MS <= value < LATEST_MS:
        sentence = f"time must be {TIME_WORDS}, not a number with decimals."
        return Rejection(Reason.WRONG_TYPE, sentence)
    return bad_time(value)


def _wrong_type(name: str, words: str, value: Any) -> Rejection:
    found = "a list of other things" if isinstance(value, list) and "list" in words else json_type(value)
    return Rejection(Reason.WRONG_TYPE, f"{name} must be {words}, not {found}.")
