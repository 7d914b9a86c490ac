"""Rows as Python's values, and the same rows as frames of every library and as JSON lines."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

from driftline.stream_app.adapters.files import records_of
from driftline.stream_app.adapters.replay import replay
from driftline.stream_app.client.encoding import encode_event
from driftline.stream_app.config import Settings
from driftline.stream_app.outputs import MemorySink

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
Cells = list[Any]
Rows = Mapping[str, Cells]
"""Columns by name."""

MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(fold=0))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "float": st.floats(),
    "int": st.integers(-(2**53), 2**53),
    "bool": st.booleans(),
    "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    "category": st.sampled_from(["a", "b", "ä", '"', "\\n"]),
    "decimal": st.integers(-(10**6), 10**6).map(lambda number: Decimal(number) / 100),
    "moment": MOMENT.map(lambda moment: moment.replace(tzinfo=UTC)),
    "local moment": MOMENT,
    "date": st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    "duration": st.timedeltas(timedelta(0), timedelta(days=9)),
    "list": st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=3),
}
ARROW: dict[str, pa.DataType] = {
    "float": pa.float64(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "category": pa.dictionary(pa.int32(), pa.string()),
    "decimal": pa.decimal128(12, 2),
    "moment": pa.timestamp("us", "UTC"),
    "local moment": pa.timestamp("us"),
    "date": pa.date32(),
    "duration": pa.duration("us"),
    "list": pa.list_(pa.float64()),
}
PANDAS = {"float": "float64", "int": "Int64", "bool": "boolean", "category": "category", "text": "str"}


def arrow(rows: Rows, kinds: Mapping[str, str]) -> pa.Table:
    """The rows as a table of pyarrow."""
    return pa.table({name: pa.array(cells, ARROW[kinds[name]]) for name, cells in rows.items()})


def polars(rows: Rows, kinds: Mapping[str, str]) -> pl.DataFrame:
    """The rows as a frame of polars."""
    frame = pl.from_arrow(arrow(rows, kinds))
    assert isinstance(frame, pl.DataFrame)
    return frame


def pandas(rows: Rows, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The rows as a frame of pandas, with its own ways to say that there is nothing."""
    columns = {}
    for name, cells in rows.items():
        kind = kinds[name]
        if kind in PANDAS:
            columns[name] = pd.Series(cells, dtype=PANDAS[kind])
        elif kind in ("moment", "local moment"):
            zone = "UTC" if kind == "moment" else None
            columns[name] = pd.Series(pd.DatetimeIndex(cells, tz=zone).as_unit("us"))
        elif kind == "duration":
            columns[name] = pd.Series(pd.TimedeltaIndex(cells).as_unit("us"))
        else:
            columns[name] = pd.Series(cells, dtype=object)
    return pd.DataFrame(columns)


LIBRARIES = {"pandas": pandas, "polars": polars, "pyarrow": arrow}


def json_lines(rows: Rows, features: Sequence[str], label: bool, name: str = "frame") -> list[bytes]:
    """The same rows as a person would write them: each value by the client's own encoder."""
    lines = []
    for number in range(len(rows["time"])):
        row = {column: cells[number] for column, cells in rows.items()}
        time_ms = round((row["time"] - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
        event = {
            "type": "prediction",
            "id": f"{name}-{number + 1}",
            "model": "model",
            "version": "1",
            "time": time_ms,
        }
        if features:
            event["features"] = {column: row[column] for column in features}
        if "score" in row:
            event["outputs"] = {"score": row["score"]}
        lines.append(encode_event(event))
        if label and row["label"] is not None and not is_infinite(row["label"]) and row["label"] != "":
            feedback = {"type": "feedback", "kind": "label", "prediction_id": event["id"], "model": "model"}
            lines.append(encode_event({**feedback, "time": time_ms, "labels": {"score": row["label"]}}))
    return lines


def is_infinite(value: Any) -> bool:
    """Whether it is a number that JSON has not."""
    return isinstance(value, float) and not isfinite(value)


def alerts_of(lines: Sequence[bytes], folder: Path, settings: Settings) -> list[bytes]:
    """What a replay of the lines raises, under the name that a frame has."""
    file = folder / "events.jsonl"
    file.write_bytes(b"\n".join(lines))
    sink = MemorySink("alerts")
    replay(records_of([str(file)]), settings, sink)
    return [record.value.replace(str(file).encode(), b"frame") for record in sink.records["alerts"]]


def drifting(seed: int, count: int = 900, gaps: float = 0.02) -> tuple[dict[str, Cells], dict[str, str]]:
    """Rows of which the last third are different, with gaps; and what the columns hold."""
    random = np.random.default_rng(seed)
    moved = np.arange(count) >= 2 * count // 3
    amount = random.normal(size=count) + 2.5 * moved
    city = np.where(moved, random.choice(["Bonn", "Rom"], count), random.choice(["Bonn", "Köln"], count))
    rows: dict[str, Cells] = {
        "time": [START + timedelta(seconds=5 * number) for number in range(count)],
        "amount": [None if random.random() < gaps else value for value in amount.tolist()],
        "city": [None if random.random() < gaps else value for value in city.tolist()],
        "new": [bool(value) for value in random.random(count) < 0.3],
        "price": [Decimal(int(value)) / 100 for value in random.integers(100, 9999, count)],
        "score": random.random(count).tolist(),
        "label": [None if random.random() < 0.3 else bool(value) for value in random.random(count) < 0.5],
    }
    kinds = {
        "time": "moment", "amount": "float", "city": "category", "new": "bool", "price": "decimal",
        "score": "float", "label": "bool",
    }  # fmt: skip
    return rows, kinds
