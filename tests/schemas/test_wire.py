"""The decoder keeps its promises for any bytes whatsoever."""

import json
import math
import sys
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from driftline.schemas import (
    Control,
    Feedback,
    Prediction,
    Reason,
    Rejection,
    Serving,
    Unusable,
    decode,
    encode,
    outputs_text,
    read_outputs,
)
from driftline.schemas.depth import DEEPEST, is_too_deep
from tests.schemas.examples import EXAMPLES, PREDICTION, TIME_MS, written

NOT_FINITE = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "-" + "9" * 400, "9" * 100_000]


def with_feature(token: str, section: str = "features") -> bytes:
    """An event with one good and one raw value."""
    record = written(PREDICTION, **{section: {"good": 1.5, "bad": "TOKEN"}}).decode()
    return record.replace('"TOKEN"', token).encode()


@pytest.mark.parametrize("token", NOT_FINITE)
@pytest.mark.parametrize("section", ["features", "outputs", "serving"])
def test_a_number_that_is_not_finite_costs_only_itself(token: str, section: str) -> None:
    """Python writes NaN for every missing figure; losing the event for it would blind the model's watch."""
    event = decode(with_feature(token, section), TIME_MS)
    assert isinstance(event, Prediction)
    assert getattr(event, section) == {"good": 1.5, "bad": None}
    assert event.id == "p-81"


UNUSABLE = [
    ({"a": 1}, "an object"),
    ({}, "an object"),
    ([1, "b"], "a list of other things"),
    ([[1.0]], "a list of other things"),
    ([True], "a list of other things"),
]


@pytest.mark.parametrize(("value", "found"), UNUSABLE)
@pytest.mark.parametrize("section", ["features", "outputs"])
def test_a_value_that_no_event_can_have_costs_only_itself(section: str, value: Any, found: str) -> None:
    """After a deployment that made one feature an object every event was refused, and nothing watched."""
    event = decode(written(PREDICTION, **{section: {"good": 1.5, "bad": value}}), TIME_MS)
    assert isinstance(event, Prediction)
    assert getattr(event, section) == {"good": 1.5, "bad": Unusable(found)}


@pytest.mark.parametrize(
    ("value", "found"),
    [("1", "a string"), (True, "a boolean"), ([1.0], "a list"), ({}, "an object")],
)
def test_a_figure_that_is_none_costs_only_itself(value: Any, found: str) -> None:
    """A host agent that reports "n/a" for its cpu would lose memory and load too."""
    event = decode(written(PREDICTION, serving={"good": 1.5, "bad": value}), TIME_MS)
    assert isinstance(event, Prediction)
    assert event.serving == {"good": 1.5, "bad": Unusable(found)}
    report = decode(written(EXAMPLES["serving"], values={"good": 1.5, "bad": value}), TIME_MS)
    assert isinstance(report, Serving)
    assert report.values == {"good": 1.5, "bad": Unusable(found)}


@pytest.mark.parametrize("name", ["label", "decision"])
def test_labels_may_be_unusable_all_of_them(name: str) -> None:
    """The event is one all the same: that its only label cannot be used is said by whoever compares it."""
    field = "labels" if name == "label" else "decision"
    event = decode(written(EXAMPLES[name], **{field: {"intent": {"class": "call"}}}), TIME_MS)
    assert isinstance(event, Feedback)
    assert getattr(event, field) == {"intent": Unusable("an object")}


def test_a_list_with_a_null_is_missing_as_a_whole() -> None:
    """Other JSON libraries than Python's write null for NaN."""
    event = decode(written(PREDICTION, features={"x": [1.0, None]}), TIME_MS)
    assert isinstance(event, Prediction)
    assert event.features == {"x": None}


@pytest.mark.parametrize(
    ("written_as", "read_as"),
    [("x" * 300, "x" * 256), (7, "7"), (1.5, "1.5"), ({}, None), ([1], None), ("half \ud800", "half ?")],
)
def test_remarks_cost_only_themselves(written_as: Any, read_as: Any) -> None:
    """A session that is a number, or a comment that is too long, lost the event."""
    event = decode(written(PREDICTION, session=written_as), TIME_MS)
    assert isinstance(event, Prediction)
    assert event.session == read_as


def test_segments_cost_only_themselves() -> None:
    """Shops have numbers."""
    segments = {"shop": 3, "new": True, "country": "US", "no": None, "odd": {}}
    event = decode(written(PREDICTION, segments=segments), TIME_MS)
    assert isinstance(event, Prediction)
    assert event.segments == {"shop": "3", "new": "true", "country": "US"}


def test_half_a_surrogate_pair_costs_one_character() -> None:
    """Programs that cut text by UTF-16 units cut emoji in two; the event was refused for it."""
    event = decode(written(PREDICTION, features={"x": "good \ud83d", "\udc00": 1, "nan": math.nan}), TIME_MS)
    assert isinstance(event, Prediction)
    assert event.features == {"x": "good ?", "?": 1.0, "nan": None}


@pytest.mark.parametrize("outputs", [{"a": [1, None]}, {"a": {"b": 1}, "c": 2}, {"a": None}, {"a": 1e400}])
def test_outputs_that_were_mended_can_be_read_again(outputs: dict[str, Any]) -> None:
    """They wait as text for their label, which would have ended the worker hours later."""
    record = written(PREDICTION, outputs=outputs).replace(b"Infinity", b"1e400")
    event = decode(record, TIME_MS)
    assert isinstance(event, Prediction)
    usable = {name: value for name, value in event.outputs.items() if not isinstance(value, Unusable)}
    assert read_outputs(outputs_text(event, record)) == usable


@pytest.mark.parametrize("token", NOT_FINITE)
def test_a_list_with_such_a_number_is_missing_as_a_whole(token: str) -> None:
    """A norm over what is left of a list would look like a change."""
    event = decode(with_feature(f"[1, {token}, 2]"), TIME_MS)
    assert isinstance(event, Prediction)
    assert event.features == {"good": 1.5, "bad": None}


@pytest.mark.parametrize("token", NOT_FINITE)
def test_such_a_number_in_an_ignored_field_costs_nothing(token: str) -> None:
    """What nobody reads cannot be a reason to reject."""
    extra = written(PREDICTION)[:-1] + f',"extra":{{"x":[{token}]}}}}'.encode()
    assert decode(extra, TIME_MS) == decode(written(PREDICTION), TIME_MS)


def test_serving_figures_and_labels_are_mended_too() -> None:
    """Host agents and annotation tools write NaN as readily as models."""
    serving = decode(written(EXAMPLES["serving"], values={"cpu": math.nan, "load": 1}), None)
    assert isinstance(serving, Serving)
    assert serving.values == {"cpu": None, "load": 1.0}
    label = decode(written(EXAMPLES["label"], labels={"intent": math.inf}), None)
    assert isinstance(label, Feedback)
    assert label.labels == {"intent": None}


@pytest.mark.parametrize("name", ["model", "id", "time", "version"])
def test_a_required_field_is_not_mended(name: str) -> None:
    """An event without a model or a time belongs nowhere."""
    assert isinstance(decode(written(PREDICTION, **{name: math.nan}), None), Rejection)


@pytest.mark.parametrize(
    ("value", "deep"),
    [
        (b"[" * DEEPEST + b"]" * DEEPEST, False),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), True),
        (b'{"a":[' * 100 + b"]}" * 100, False),
        (b'{"a":[' * 101 + b"]}" * 101, True),
        (b"[" + b"[],{}," * 100 + b"0]", False),
        (b'["' + b"[" * 1000 + b'"]', False),
        (rb'["\"' + b"[" * 1000 + rb'\\"]', False),
        (b'{"}":' * DEEPEST + b'{"{{":1}' + b"}" * DEEPEST, True),
        (b"]" * 1000, False),
        (b"[" * 1000, True),
    ],
)
def test_depth_is_counted_exactly(value: bytes, deep: bool) -> None:
    """Brackets in strings are no levels, and none may hide one."""
    assert is_too_deep(value) is deep


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"":', b"}")])
@pytest.mark.parametrize("number", ["1", "NaN"])
def test_depth_counts_the_record_itself(opening: bytes, closing: bytes, number: str) -> None:
    """The bound is stable: the record's own level included, on the fast path as on the lenient one."""
    start = with_feature(number)[:-1] + b',"extra":'
    levels = DEEPEST - 1
    allowed = start + opening * levels + b"0" + closing * levels + b"}"
    assert isinstance(decode(allowed, None), Prediction)
    refused = decode(start + opening * DEEPEST + b"0" + closing * DEEPEST + b"}", None)
    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.TOO_DEEP


def test_the_shortest_deep_record_is_noticed() -> None:
    """The short cut for short records must not be longer than the shortest deep one."""
    record = b'{"type":"serving","model":"m","time":1795341600120,"":'
    refused = decode(record + b'{"":' * (DEEPEST - 1) + b"{}" + b"}" * DEEPEST, None)
    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.TOO_DEEP


@pytest.mark.parametrize(
    "value",
    [
        b"[" * 2**20,
        b"]" * 2**20,
        b"[]" * 2**19,
        b'"' + b'\\"' * (2**19 - 1),
        b'"' * 2**20,
        b"\\" * 2**20,
        b'{"a":' * 2**17,
        b"9" * 2**20,
        b'{"type":"prediction","time":' + b"9" * 2**19 + b"}",
        b'{"time":"' + b"2" * 2**19 + b'"}',
        (b"[" * 60 + b"]" * 60 + b",") * 8000,
    ],
)
def test_a_megabyte_of_malice_is_refused_quickly(value: bytes) -> None:
    """One record that takes seconds stops a partition as surely as an exception."""
    began = time.process_time()
    assert isinstance(decode(value, TIME_MS), Rejection)
    assert time.process_time() - began < 1.0


def test_a_repeated_field_counts_once() -> None:
    """Duplicate names are legal JSON: the last one wins, on both paths."""
    for number in ("1", "NaN"):
        event = decode(with_feature(number)[:-1] + b',"id":"p-82"}', None)
        assert isinstance(event, Prediction)
        assert event.id == "p-82"


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def changed_events(draw: st.DrawFn) -> bytes:
    """Events with fields replaced or removed at random, as text with random damage."""
    record: dict[str, Any] = dict(draw(st.sampled_from(list(EXAMPLES.values()))))
    for name in draw(st.lists(st.sampled_from([*record, "extra"]), max_size=3)):
        if draw(st.booleans()):
            record.pop(name, None)
        else:
            record[name] = draw(json_values)
    value = json.dumps(record, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if draw(st.booleans()):
        at = draw(st.integers(0, len(value)))
        return value[:at] + draw(st.binary(max_size=4)) + value[at + draw(st.integers(0, 4)) :]
    return value


def assert_settled(event: Any) -> None:
    """An event has nothing left that only the wire may hold, and can be written again if all can be used."""
    assert isinstance(event, Prediction | Feedback | Serving | Control)
    assert type(event.time_ms) is int
    maps = [getattr(event, name, {}) for name in ("features", "outputs", "serving", "labels", "decision")]
    maps.append(getattr(event, "values", {}))
    values = [value for each in maps for value in each.values()]
    for value in values:
        assert value is None or isinstance(value, float | bool | str | list | Unusable)
        if isinstance(value, float):
            assert math.isfinite(value)
        if isinstance(value, list):
            assert all(type(item) is float and math.isfinite(item) for item in value)
    assert isinstance(getattr(event, "signals", []), list)
    assert event.model
    if not any(isinstance(value, Unusable) for value in values):
        assert decode(encode(event), None) == event


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), changed_events()), st.none() | st.integers(-(2**63), 2**63))
@example(b'{"type":"prediction","id":"\xed\xa0\x80"}', None)
@example(b'{"type":"feedback","kind":{}}', 0)
def test_nothing_raises(value: bytes, timestamp_ms: int | None) -> None:
    """One record that raises would stop the worker on every restart, for ever."""
    outcome = decode(value, timestamp_ms)
    if isinstance(outcome, Rejection):
        assert isinstance(outcome.reason, Reason)
        assert outcome.sentence.encode()
    else:
        assert_settled(outcome)


def test_decoding_leaves_no_error_of_its_own() -> None:
    """The recursion limit is not what bounds the depth: decoding near it gives the same answers."""
    value = with_feature("1")[:-1] + b',"extra":' + b"[" * 199 + b"]" * 199 + b"}"

    def deeper(levels: int) -> Any:
        return decode(value, None) if levels == 0 else deeper(levels - 1)

    assert isinstance(deeper(sys.getrecursionlimit() // 2), Prediction)
