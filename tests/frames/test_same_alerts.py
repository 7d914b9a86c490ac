"""A frame means what its rows mean as JSON lines, whichever library holds it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline import watch
from driftline.stream_app.adapters.tables import Tables
from driftline.stream_app.config import settings_of
from driftline.stream_app.frames import columnar
from driftline.stream_app.frames.lines import Notes, lines_of
from driftline.stream_app.frames.mapping import Columns, Wanted
from driftline.stream_app.frames.typed import frame_of, table_of
from tests.frames.worlds import KINDS, LIBRARIES, START, Cells, alerts_of, drifting, json_lines

World = tuple[dict[str, Cells], dict[str, str]]
CONFIG = {"defaults": {"warm_up": 200}}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Rows of any values, and what their columns hold."""
    count = draw(st.integers(1, 8))
    kinds = {f"x{n}": kind for n, kind in enumerate(draw(st.lists(st.sampled_from(list(KINDS)), max_size=4)))}
    kinds |= {
        "score": draw(st.sampled_from(["float", "category", "bool", "int"])),
        "label": draw(st.sampled_from(["category", "float"])),
    }
    rows: dict[str, Cells] = {
        name: draw(st.lists(st.none() | KINDS[kind], min_size=count, max_size=count))
        for name, kind in kinds.items()
    }
    rows["time"] = [START + timedelta(milliseconds=137 * number) for number in range(count)]
    return rows, kinds | {"time": "moment"}


def lines(native: Any, features: Mapping[str, str]) -> list[bytes]:
    """The JSON lines of a frame."""
    frame = frame_of(native)
    values = {"features": features, "outputs": {"score": "score"}, "labels": {"score": "label"}}
    wanted = Wanted("prediction", {"time": "time"}, values)
    table = table_of("frame", [frame])
    columns: Columns = Tables([wanted]).columns_of("frame", table)
    return list(lines_of(table, columns, Notes()))


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_every_value_is_written_as_the_client_writes_it(
    world: World,
) -> None:
    """A null, a category or a decimal would be another value than in production, and so would its drift."""
    rows, kinds = world
    names = [name for name in rows if name.startswith("x")]
    expected = json_lines(rows, names, label=True)
    for library in LIBRARIES.values():
        assert lines(library(rows, kinds), {name: name for name in names}) == expected


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_by_columns_or_by_rows_is_the_same(world: World) -> None:
    """The fast way would be another reader, with mistakes of its own."""
    rows, kinds = world
    names = {name: name for name in rows if name.startswith("x")}
    native = LIBRARIES["polars"](rows, kinds)
    fast = lines(native, names)
    with pytest.MonkeyPatch.context() as patch:

        def refuse(*_: Any) -> None:
            raise columnar.UnsuitedError

        patch.setattr(columnar, "written", refuse)
        assert lines(native, names) == fast


@pytest.mark.parametrize(("library", "gaps"), zip(LIBRARIES, [0.0, 0.02, 0.3], strict=True))
def test_the_same_alerts_as_the_json_lines_of_the_same_rows(
    tmp_path: Path, library: str, gaps: float
) -> None:
    """What is found in a notebook would not be what is found in production.

    One history a library: that each of them writes the same lines of any values is shown above.
    """
    rows, kinds = drifting(7, gaps=gaps)
    names = ["amount", "city", "new", "price"]
    expected = alerts_of(json_lines(rows, names, label=True), tmp_path, settings_of(CONFIG))
    assert expected
    assert watch(LIBRARIES[library](rows, kinds), config=CONFIG).lines == expected


MOMENTS = [START + timedelta(microseconds=999 + 1_500_000 * number) for number in range(4)]
TIMES: dict[str, tuple[Any, str | None]] = {
    "aware": (pl.Series(MOMENTS, dtype=pl.Datetime("us", "UTC")), None),
    "elsewhere": (
        pl.Series(MOMENTS, dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone("Asia/Tokyo"),
        None,
    ),
    "nanoseconds": (pd.Series(MOMENTS).dt.as_unit("ns"), None),
    "no zone": (pd.Series(MOMENTS).dt.tz_localize(None), None),
    "no zone, but said": (pd.Series(MOMENTS).dt.tz_convert("Asia/Tokyo").dt.tz_localize(None), "Asia/Tokyo"),
    "texts": ([moment.isoformat() for moment in MOMENTS], None),
    "milliseconds": ([int(moment.timestamp() * 1000) for moment in MOMENTS], None),
    "seconds": ([int(moment.timestamp() * 1000) / 1000 for moment in MOMENTS], None),
    "objects": (pd.Series(MOMENTS, dtype=object), None),
}


@pytest.mark.parametrize("how", list(TIMES))
def test_a_time_is_the_same_however_it_is_held(how: str) -> None:
    """A millisecond decides in which tick a row counts, an hour in which part of the day."""
    cells, timezone = TIMES[how]
    made = pl.DataFrame if isinstance(cells, pl.Series) else pd.DataFrame
    frame = frame_of(made({"time": cells, "x": [0.0, 1.0, 2.0, 3.0]}))
    table = table_of("frame", [frame])
    columns = Tables([Wanted(timezone=timezone)]).columns_of("frame", table)
    times_ms = [orjson.loads(line)["time"] for line in lines_of(table, columns, Notes())]
    assert times_ms == [int(START.timestamp() * 1000) + 1500 * number for number in range(4)]


def test_nanoseconds_are_no_part_of_a_text() -> None:
    """The same moment would be one category in pandas and another in polars."""
    written = []
    for frame in (
        pd.DataFrame({"time": [1_790_000_000], "seen": pd.to_datetime(["2026-11-02T10:00:00.123456789"])}),
        pl.DataFrame({"time": [1_790_000_000], "seen": ["2026-11-02T10:00:00.123456789"]}).with_columns(
            pl.col("seen").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="ns")
        ),
    ):
        table = table_of("frame", [frame_of(frame)])
        wanted = Wanted(values={"features": {"seen": "seen"}})
        columns = Tables([wanted]).columns_of("frame", table)
        written += [orjson.loads(line)["features"]["seen"] for line in lines_of(table, columns, Notes())]
    assert written == ["2026-11-02T10:00:00.123456"] * 2


def test_codes_of_digits_can_be_texts() -> None:
    """A postal code is no amount, whatever an export made of it."""
    frame = frame_of(pd.DataFrame({"time": MOMENTS, "zip": [1067.0, None, 80331.0, 1.5]}))
    table = table_of("frame", [frame])
    columns = Tables([Wanted(texts=frozenset({"zip"}))]).columns_of("frame", table)
    codes = [orjson.loads(line)["features"]["zip"] for line in lines_of(table, columns, Notes())]
    assert codes == ["1067", None, "80331", "1.5"]


def test_a_row_that_differs_costs_nothing_but_time(tmp_path: Path) -> None:
    """One missing id among a million would change all others, or end the program."""
    rows, kinds = drifting(3)
    frame = LIBRARIES["pandas"](rows, kinds)
    frame["id"] = [f"frame-{number + 1}" for number in range(len(frame))]
    frame["what"] = [{"a": 1} if number == 7 else "x" for number in range(len(frame))]
    frame.loc[11, "id"] = None
    frame.loc[12, "time"] = pd.NaT
    report = watch(frame, config=CONFIG, features=["amount", "city", "new", "price", "what"])
    assert report.summary.rejected == {"missing_field": 1}
    assert report.summary.events == len(frame) + frame["label"].notna().sum()
    assert report.notes == ("frame: features['what']: 1 values are left out: dict is no value of an event.",)


def test_rows_are_taken_in_the_order_of_their_time() -> None:
    """Frames are often grouped by something else, and a model's clock never goes back."""
    rows, kinds = drifting(5)
    frame = LIBRARIES["pandas"](rows, kinds)
    frame["id"] = frame.index
    expected = watch(frame, config=CONFIG).lines
    assert expected
    for name, library in LIBRARIES.items():
        mixed = {column: cells[1::2] + cells[::2] for column, cells in rows.items()}
        ids = list(range(1, len(frame), 2)) + list(range(0, len(frame), 2))
        shuffled = library({**mixed, "id": ids}, {**kinds, "id": "int"})
        assert watch(shuffled, config=CONFIG).lines == expected, name
