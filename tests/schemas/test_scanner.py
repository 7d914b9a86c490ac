import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.schemas import Prediction, decode, read_outputs
from driftline.schemas.scanner import Frame, Kind, Scanner, joined

NOW_MS = 1_790_000_000_000
EVENT: dict[str, Any] = {
    "type": "prediction",
    "id": "p-1",
    "model": "search",
    "version": "v1",
    "time": NOW_MS,
    "features": {"a": 1.5, "b": 2, "flag": True, "language": "en", "nothing": None, "empty": ""},
    "outputs": {"intent": "call", "confidence": 0.25},
    "serving": {"latency_ms": 12.5},
    "role": "live",
    "segments": {"country": "US"},
    "session": "s",
    "extra": {"deep": 1, "other": "x"},
}
PADDING = '\x00 {}[]",:.-+eE0123456789truefalsnabcé\\'


def values_of(frame: Frame, row: int, section: str) -> dict[str, Any]:
    """What a frame says of one section of an event."""
    values: dict[str, Any] = {}
    for path, slot in frame.slots.items():
        kind, number = frame.kinds[slot, row], float(frame.numbers[slot, row])
        if len(path) == 2 and path[0] == section and kind != Kind.ABSENT:
            plain = {Kind.NULL: None, Kind.FALSE: False, Kind.TRUE: True, Kind.NUMBER: number, Kind.EMPTY: ""}
            values[path[1]] = frame.texts[slot][int(number)] if kind == Kind.TEXT else plain[Kind(kind)]
    return values


def check(scanner: Scanner, records: list[bytes], timestamp_ms: int = -1) -> int:
    """Every record that fits must say exactly what the decoder says; how many fit."""
    frame = scanner.scan(*joined(records), np.full(len(records), timestamp_ms))
    names, stream_of = frame.streams()
    for row, record in enumerate(records):
        if not frame.fits[row]:
            assert stream_of[row] == -1
            continue
        event = decode(record, timestamp_ms)
        assert isinstance(event, Prediction), record
        alone = frame.at(np.array([row]))
        assert names[stream_of[row]] == (event.model, event.version, event.role)
        assert alone.ids() == [event.id.encode()]
        assert frame.times_ms[row] == event.time_ms
        assert repr(values_of(frame, row, "features")) == repr(sorted_like(event.features, frame, "features"))
        assert repr(values_of(frame, row, "outputs")) == repr(sorted_like(event.outputs, frame, "outputs"))
        assert repr(read_outputs(alone.outputs()[0])) == repr(event.outputs)
        assert repr(values_of(frame, row, "serving")) == repr(sorted_like(event.serving, frame, "serving"))
    return int(frame.fits.sum())


def sorted_like(values: dict[str, Any], frame: Frame, section: str) -> dict[str, Any]:
    """The values in the order of the frame's columns."""
    order = {path[1]: slot for path, slot in frame.slots.items() if len(path) == 2 and path[0] == section}
    assert order.keys() >= values.keys()
    return {name: values[name] for name in sorted(values, key=lambda name: order[name])}


def taught(*events: dict[str, Any]) -> Scanner:
    """A scanner that has learned from these events."""
    scanner = Scanner()
    for event in events:
        scanner.learn(json.dumps(event).encode())
    return scanner


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compiling takes longer than an example may."""
    check(taught(EVENT), [json.dumps(EVENT).encode()])


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.floats(-1e6, 1e6),
    st.integers(),
    st.integers(-(2**53), 2**53),
    st.text(max_size=8),
    st.sampled_from(["", "en", "de", "x" * 300]),
)


# What is no value of an event, which the decoder sets aside.
odd = st.sampled_from([{}, {"a": 1}, {"intent": None}, [1.0], [], ["a"], [None]])


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """Predictions, some of them wrong, with some of the names in any order."""
    event = dict(EVENT)
    for section in ("features", "outputs", "serving", "segments", "extra"):
        names = draw(st.permutations(list(EVENT[section])))
        values = {name: draw(st.one_of(st.just(EVENT[section][name]), scalars, odd)) for name in names}
        event[section] = values
        if draw(st.booleans()):
            event[section].popitem()
    for name in draw(st.lists(st.sampled_from(list(EVENT)), max_size=2)):
        event[name] = draw(st.one_of(scalars, st.just({}), st.just([1.0])))
    for name in draw(st.lists(st.sampled_from(list(EVENT)), max_size=2)):
        event.pop(name, None)
    order = draw(st.permutations(list(event))) if draw(st.booleans()) else list(event)
    return {name: event[name] for name in order}


@given(st.lists(events(), min_size=1, max_size=6))
def test_the_scanner_reads_what_the_decoder_reads(drawn: list[dict[str, Any]]) -> None:
    """A batch would say something else than its events one by one."""
    scanner = taught(EVENT)
    records = [json.dumps(event).encode() for event in drawn]
    check(scanner, records)
    for record in records:
        if isinstance(decode(record, None), Prediction):
            scanner.learn(record)
    check(scanner, records)
    check(scanner, records, timestamp_ms=NOW_MS)


@given(st.data())
def test_a_record_with_any_change_is_read_the_same_or_not_at_all(data: st.DataObject) -> None:
    """Broken JSON would be taken for an event."""
    scanner = taught(EVENT, {**EVENT, "features": {"b": 1}}, {**EVENT, "serving": None, "role": None})
    text = json.dumps(EVENT)
    records = []
    for _ in range(5):
        place = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 3))
        records.append(
            (text[:place] + data.draw(st.text(PADDING, max_size=3)) + text[place + length :]).encode()
        )
    check(scanner, [*records, text.encode()])


numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.from_regex(r"\A-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?\Z"),
    st.from_regex(r"\A[-+.0-9eE]{1,8}\Z"),
)


@given(st.lists(numbers, min_size=1, max_size=20))
def test_numbers_are_read_to_the_last_bit(drawn: list[str]) -> None:
    """Alerts would depend on which way a number was read."""
    text = json.dumps(EVENT)
    check(taught(EVENT), [text.replace("1.5", number).encode() for number in drawn])


@given(
    st.one_of(
        st.datetimes().map(lambda each: each.isoformat() + "Z"),
        st.from_regex(
            r"\A20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,7})?Z\Z"
        ),
    )
)
def test_times_are_read_to_the_millisecond(time: str) -> None:
    """Events would be at another moment."""
    scanner = taught({**EVENT, "time": "2026-11-22T10:00:00Z"})
    check(scanner, [json.dumps({**EVENT, "time": time}).encode()])


def plain_records() -> Iterator[bytes]:
    for number in range(50):
        features = {**EVENT["features"], "a": number / 7, "language": ("en", "de", "fr")[number % 3]}
        yield json.dumps({**EVENT, "id": f"p-{number}", "features": features}).encode()


@pytest.mark.parametrize("time", [NOW_MS, "2026-11-22T10:00:00.123Z"])
def test_what_a_producer_writes_again_and_again_fits(time: object) -> None:
    """Everything would be read the slow way, and nobody would notice."""
    scanner = taught({**EVENT, "time": time})
    changed = [record.replace(str(NOW_MS).encode(), json.dumps(time).encode()) for record in plain_records()]
    assert check(scanner, changed) == 50


def test_missing_names_are_learned_one_after_the_other() -> None:
    """A producer that leaves out what it has no value for would be read the slow way for ever."""
    scanner = taught(EVENT)
    without = {**EVENT, "features": {"b": 1, "language": "en"}}
    record = json.dumps(without).encode()
    assert check(scanner, [record]) == 0
    scanner.learn(record)
    assert check(scanner, [record, json.dumps(EVENT).encode()]) == 2


def test_a_record_that_breaks_off_takes_nothing_from_the_next_one() -> None:
    """Two records that make one event together would be an event."""
    text = json.dumps(EVENT).encode()
    for place in range(1, len(text)):
        assert check(taught(EVENT), [text[:place], text[place:]]) == 0
