"""From the header and the rows of a CSV file to events, or to a sentence that says what is missing."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.schemas import Feedback, Prediction, decode
from driftline.stream_app.adapters.bulk_files import Item, Passed, Reading, Refused, Sendable, reading
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.mapping import Wanted, columns_of
from driftline.stream_app.frames.showing import lines_about

NOW_MS = 1_795_000_000_000
OF_M = Wanted(constants={"model": "m"})


def read(path: Path, text: str, wanted: Wanted = OF_M) -> list[Item]:
    """What the lines of a file are."""
    path.write_text(text)
    with reading(str(path)) as (file, _, _):
        return list(Reading(NOW_MS, wanted).of(str(path), file))


def events(items: list[Item]) -> list[Any]:
    return [decode(item.value, NOW_MS) for item in items if isinstance(item, Sendable)]


def places(header: str, wanted: Wanted | None = None) -> tuple[str, dict[str, Any]]:
    """The kind that is guessed, and the column of each field and value."""
    columns = columns_of(header.split(","), wanted or Wanted())
    found: dict[str, Any] = {name: columns.header[place] for name, place in columns.fields.items()}
    for section, values in columns.values.items():
        if values:
            found[section] = {name: columns.header[place] for name, place in values.items()}
    return columns.kind, found


HEADERS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "prediction_id,label": ("label", {"prediction_id": "prediction_id", "labels": {"label": "label"}}),
    "id,ts,y_true,comment": ("label", {"prediction_id": "id", "time": "ts", "labels": {"y_true": "y_true"}}),
    "request_id,label:fraud,label:kind": (
        "label",
        {"prediction_id": "request_id", "labels": {"fraud": "label:fraud", "kind": "label:kind"}},
    ),
    "id,time,version,amount,city,output.fraud,latency_ms": (
        "prediction",
        {
            "id": "id",
            "time": "time",
            "version": "version",
            "features": {"amount": "amount", "city": "city"},
            "outputs": {"fraud": "output.fraud"},
            "serving": {"latency_ms": "latency_ms"},
        },
    ),
    "prediction_id,behavior,time": (
        "behavior",
        {"prediction_id": "prediction_id", "time": "time", "behavior": "behavior"},
    ),
}


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_says_what_its_columns_are(header: str) -> None:
    """A newcomer's first file would need five options."""
    assert places(header) == HEADERS[header]


def test_options_say_what_the_header_does_not() -> None:
    """A file could not be sent without renaming its columns."""
    wanted = Wanted(
        "label", {"prediction_id": "row", "time": "when"}, {"labels": {"y": "truth"}}, frozenset({"id"})
    )
    assert places("row,id,when,truth,other", wanted) == (
        "label",
        {"prediction_id": "row", "time": "when", "labels": {"y": "truth"}},
    )


@pytest.mark.parametrize(
    ("header", "wanted", "sentence"),
    [
        ("", Wanted(), "there is no header"),
        ("a,b", Wanted("label"), "a label needs prediction_id: say which column"),
        ("id,a,b", Wanted("label"), "which column is the label"),
        ("id,a", Wanted(columns={"time": "when"}), "there is no column when: the header has id, a"),
        ("id,a", Wanted(columns={"truth": "a"}), "a prediction has no field truth"),
        ("id,y", Wanted("label", values={"features": {"y": "y"}}), "a label has no features"),
    ],
)
def test_a_header_that_makes_no_events_is_explained(header: str, wanted: Wanted, sentence: str) -> None:
    """A wrong column would be sent as a label, or the end would be a traceback."""
    with pytest.raises(MappingError, match=sentence):
        columns_of(header.split(",") if header else [], wanted)


def test_labels_of_a_file_are_labels(tmp_path: Path) -> None:
    """The plain case: what a labelling tool exports."""
    text = "id,ts,y\nm-1,2026-11-16T01:00:00+01:00,True\nm-2,1794787200,\nm-3,1794787200123,0\n"
    items = read(tmp_path / "labels.csv", text)
    first, second = events(items)
    assert isinstance(first, Feedback)
    assert (first.prediction_id, first.labels, first.time_ms) == ("m-1", {"y": True}, 1_794_787_200_000)
    assert (second.prediction_id, second.labels, second.time_ms) == ("m-3", {"y": 0.0}, 1_794_787_200_123)
    assert [item.place.rpartition("/")[2] for item in items if isinstance(item, Passed)] == ["labels.csv:3"]
    assert first.id != second.id


def test_predictions_of_a_file_are_predictions(tmp_path: Path) -> None:
    """Numbers would be categories, or postal codes numbers."""
    text = (
        "id;time;version;amount;zip;new;city;score\n"
        '1;2026-11-16 12:00:00;7;-12.5;01067;false;"Dresden; Neustadt";.75\n'
        "2;2026-11-16 12:00:01;7;1e3;80331;TRUE;n/a;1\n"
    )
    first, second = events(read(tmp_path / "p.csv", text, replace(OF_M, timezone="Europe/Berlin")))
    assert isinstance(first, Prediction)
    assert first.features == {"amount": -12.5, "zip": "01067", "new": False, "city": "Dresden; Neustadt"}
    assert first.outputs == {"score": 0.75}
    assert first.time_ms == 1_794_826_800_000
    assert second.features == {"amount": 1000.0, "zip": 80331.0, "new": True, "city": None}
    texts = events(read(tmp_path / "p.csv", text, replace(OF_M, timezone="UTC", texts=frozenset({"zip"}))))
    assert texts[1].features["zip"] == "80331"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("m-1,2026-11-16 10:00:00,1", "no offset from UTC: say where its clock stood with --timezone"),
        ("m-1,yesterday,1", "time yesterday cannot be read: write RFC 3339"),
        ("m-1,1794787200123456,1", "are they microseconds?"),
        ("m-1,1794787200", "the row has 2 values, the header 3 columns"),
        ("m-1,1999999999,1", "days after"),
        (",1794787200,1", "prediction_id"),
    ],
)
def test_a_row_that_is_no_event_says_why_and_where(tmp_path: Path, row: str, sentence: str) -> None:
    """One bad row of a million would be looked for by hand."""
    refused, sent = read(tmp_path / "l.csv", f"id,ts,y\n{row}\nm-2,1794787200,1\n")
    assert isinstance(refused, Refused)
    assert refused.place.endswith("l.csv:2")
    assert sentence in refused.sentence
    assert isinstance(sent, Sendable)


def test_json_lines_get_model_and_version_where_they_have_none(tmp_path: Path) -> None:
    """An export of one model does not repeat its name on every line."""
    lines = [
        {"type": "prediction", "id": "1", "time": 1_794_787_200_000},
        {"type": "prediction", "id": "2", "time": 1_794_787_200_000, "model": "other", "version": "8"},
        {
            "type": "feedback",
            "kind": "label",
            "prediction_id": "1",
            "time": 1_794_787_200_000,
            "labels": {"y": 1},
        },
    ]
    text = "\n\n".join(orjson.dumps(line).decode() for line in lines) + "\nnot json\n"
    items = read(tmp_path / "e.jsonl", text, Wanted(constants={"model": "m", "version": "7"}))
    assert [(event.model, event.version) for event in events(items)] == [
        ("m", "7"),
        ("other", "8"),
        ("m", None),
    ]
    assert [item.topic for item in items if isinstance(item, Sendable)] == ["predictions"] * 2 + ["feedback"]
    assert isinstance(items[-1], Refused)
    assert items[-1].place.endswith(":6")


@given(st.lists(st.text(), min_size=2, max_size=4), st.lists(st.text(), max_size=4))
def test_no_file_ends_in_a_traceback(header: list[str], row: list[str]) -> None:
    """Exports hold anything."""
    try:
        columns = columns_of(header, Wanted())
    except MappingError:
        return
    assert next(lines_about("file.csv", columns)) == f"file.csv: {columns.kind}s"
