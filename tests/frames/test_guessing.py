"""What the columns of a frame are taken for, by their names and by what they hold."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from driftline.stream_app.adapters.tables import Tables
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.held import Held
from driftline.stream_app.frames.mapping import Columns, Wanted, columns_of
from driftline.stream_app.frames.showing import lines_about
from driftline.stream_app.frames.typed import frame_of, table_of, types_of

NOW = datetime(2026, 11, 2)


def guessed(frame: Any, wanted: Wanted | None = None) -> Columns:
    """What the columns of a frame are."""
    read = frame_of(frame)
    return columns_of(read.columns, wanted or Wanted(), types_of(read))


def named(columns: Columns) -> dict[str, Any]:
    """The column of each field, and of each value by section."""
    found: dict[str, Any] = {name: columns.header[place] for name, place in columns.fields.items()}
    for section, places in columns.values.items():
        if places:
            found[section] = {name: columns.header[place] for name, place in places.items()}
    return found


def test_names_and_types_say_what_columns_are() -> None:
    """A newcomer would have to describe a frame that describes itself."""
    frame = pl.DataFrame({
        "txn": ["a"], "request_id": ["r"], "when": [NOW], "model": [3.5], "amount": [1.0], "score": [0.5],
        "prediction": ["yes"], "y_true": ["no"], "latency_ms": [3], "segment.country": ["de"],
    })  # fmt: skip
    assert named(guessed(frame)) == {
        "id": "request_id",
        "time": "when",
        "features": {"txn": "txn", "model": "model", "amount": "amount"},
        "outputs": {"prediction": "prediction", "score": "score"},
        "serving": {"latency_ms": "latency_ms"},
        "segments": {"country": "segment.country"},
        "labels": {"prediction": "y_true"},
    }


def test_a_label_is_compared_with_the_output_that_was_named() -> None:
    """A label under a name of its own would be compared with nothing, and nobody would notice."""
    frame = pl.DataFrame({"time": [NOW], "p": [0.5], "prediction": ["a"], "truth": [1], "target": [2]})
    columns = guessed(frame, Wanted("prediction", values={"outputs": {"p": "p"}}))
    assert named(columns)["labels"] == {"p": "truth"}
    assert columns.left_out == {"target": "a second label: say which output it is about"}


def test_what_is_no_value_is_left_out_and_told() -> None:
    """A nested column would be six thousand losses, each silent; a second time a category of its own."""
    frame = pd.DataFrame(
        {"time": [NOW], "x": [1.0], "who": [{"a": 1}], "raw": [b"x"], "born": [NOW], "names": [["a", "b"]]}
    )
    columns = guessed(frame)
    assert named(columns)["features"] == {"x": "x"}
    assert columns.left_out == {
        "who": "objects, such as a dict: flatten it to watch it",
        "raw": "objects, such as a bytes: flatten it to watch it",
        "names": "objects, such as a list: flatten it to watch it",
        "born": "a time: name it among the features to watch it",
    }
    structs = pl.DataFrame({"time": [NOW], "who": [{"a": 1}], "deep": [[[1]]], "flat": [[1]]})
    columns = guessed(structs)
    assert named(columns)["features"] == {"flat": "flat"}
    assert all(why.endswith("flatten it to watch it") for why in columns.left_out.values())
    assert {"who", "deep"} == set(columns.left_out)


def test_objects_of_pandas_are_what_they_show() -> None:
    """Columns of pandas that hold Python's objects have no type, and times among them would be features."""
    cells = {
        "text": "a",
        "flag": True,
        "price": Decimal("1.5"),
        "when": NOW,
        "day": NOW.date(),
        "list": [1.0],
    }
    frame = pd.DataFrame({name: pd.Series([None, cell], dtype=object) for name, cell in cells.items()})
    held = {name: column.held for name, column in types_of(frame_of(frame)).items()}
    assert held == {
        "text": Held.TEXT,
        "flag": Held.BOOLEAN,
        "price": Held.NUMBER,
        "when": Held.LOCAL_TIME,
        "day": Held.LOCAL_TIME,
        "list": Held.LIST,
    }


def test_an_index_of_times_is_the_time() -> None:
    """Most histories in pandas have their time there."""
    index = pd.date_range("2026-11-02", periods=3, freq="s")
    assert named(guessed(pd.DataFrame({"x": np.arange(3.0)}, index=index)))["time"] == "time"
    assert named(guessed(pd.DataFrame({"x": np.arange(3.0)}, index=index.rename("when"))))["time"] == "when"


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ({"time": [NOW]}, "a dict cannot be read: pass a frame of pandas, polars or pyarrow."),
        (pl.DataFrame({"time": [NOW]}).lazy(), "a LazyFrame cannot be read: call its collect() first."),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "a DataFrame cannot be read"),
    ],
    ids=["dict", "lazy", "twice"],
)
def test_what_is_no_frame_is_one_sentence(frame: Any, sentence: str) -> None:
    """A traceback out of another library tells nobody what to pass."""
    with pytest.raises(MappingError) as raised:
        guessed(frame)
    assert str(raised.value).startswith(sentence)


def test_a_history_needs_a_time() -> None:
    """All rows would be refused, one by one."""
    frame = frame_of(pl.DataFrame({"x": [1.0], "y": [2.0]}))
    with pytest.raises(MappingError, match="which column is the time"):
        Tables().columns_of("frame", table_of("frame", [frame]))


@pytest.mark.parametrize(
    ("frame", "timezone", "words"),
    [
        ({"ts": [NOW]}, "UTC", "time from ts (as UTC, it has no zone)"),
        (
            {"ts": ["2026-11-02 10:00"]},
            "Europe/Berlin",
            "time from ts (as Europe/Berlin where it has no zone)",
        ),
        ({"ts": [1_790_000_000]}, "UTC", "time from ts"),
    ],
    ids=["local", "text", "epoch"],
)
def test_it_is_said_where_a_clock_is_taken_to_have_stood(
    frame: dict[str, Any], timezone: str, words: str
) -> None:
    """An hour too early or too late is another cycle of the day."""
    read = frame_of(pl.DataFrame(frame))
    columns = columns_of(read.columns, Wanted(timezone=timezone), types_of(read))
    assert f"  from      {words}" in list(lines_about("frame", columns, types_of(read)))


def test_thousands_of_features_are_a_few_lines() -> None:
    """The mapping would push everything else off the screen."""
    columns = columns_of(["time", *(f"feature_{number}" for number in range(5000))], Wanted())
    shown = list(lines_about("wide.csv", columns))
    assert len(shown) < 12
    assert "and 4,960 more" in shown[-1]
