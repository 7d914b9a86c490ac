"""`driftline.watch` in Python: a frame in, a report out that programs and people can read."""

import re
from itertools import accumulate
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from driftline import Report, watch
from driftline.stream_app.config import ConfigError
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.notebook import report as reports
from driftline.stream_app.notebook.signals import MOMENTS_MAX, Signals
from driftline.stream_app.pipeline import OutputRecord
from tests.frames.worlds import LIBRARIES, arrow, drifting, pandas, polars

CONFIG = {"defaults": {"warm_up": 200}}


@pytest.fixture(scope="module")
def found() -> Report:
    """A report on rows with a drift."""
    return watch(pandas(*drifting(11)), config=CONFIG)


def html(report: Report) -> ElementTree.Element:
    """What a notebook shows, which is well-formed."""
    return ElementTree.fromstring(report._repr_html_())


def test_a_report_has_the_alerts_and_the_signals(found: Report) -> None:
    """Whoever writes a test of a model's data wants records, not a picture."""
    assert [orjson.loads(line) for line in found.lines] == found.alerts
    assert any(alert["annotations"]["signal"] == "feature:amount" for alert in found.alerts)
    by_name = {each["signal"]: each for each in found.signals}
    assert {"feature:amount", "missing:city", "output:score", "error:score"} <= set(by_name)
    assert by_name["feature:amount"]["seen"] > 800


@pytest.mark.parametrize(
    ("library", "kind"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table)]
)
def test_its_frames_are_of_the_callers_library(library: str, kind: type) -> None:
    """Somebody without pandas could not read the alerts; with it nobody wants to unpack dictionaries."""
    report = watch(LIBRARIES[library](*drifting(11)), config=CONFIG)
    alerts, signals = report.alerts_frame(), report.signals_frame()
    assert isinstance(alerts, kind)
    rows = pa.table(alerts).to_pylist() if library != "pandas" else alerts.to_dict("records")
    assert [row["id"] for row in rows] == [alert["id"] for alert in report.alerts]
    assert [row["time"].isoformat()[:19] for row in rows] == [alert["time"][:19] for alert in report.alerts]
    assert len(signals) == len(report.signals)
    quiet = watch(LIBRARIES[library](*drifting(11, count=20)))
    assert isinstance(quiet.alerts_frame(), kind)
    assert len(quiet.alerts_frame()) == 0


def test_a_report_says_itself_in_a_sentence(found: Report) -> None:
    """A terminal shows this and nothing else."""
    assert re.fullmatch(
        r"driftline saw 1,\d+ events with \d+ signals: \d+ incidents?, \d+ of them open at the end "
        r"\(\d+ alerts?\)\.",
        repr(found),
    )
    assert repr(watch(pandas(*drifting(11, count=20)))).endswith(": nothing that deserves an alert.")


def test_a_notebook_shows_a_report_without_scripts_in_both_themes(found: Report) -> None:
    """A notebook is mailed and opened years later: scripts do not run, and what it links to is gone."""
    page = found._repr_html_()
    assert len(page.encode()) <= reports.HTML_BYTES_MAX
    assert "<script" not in page
    assert re.findall(r"(?:src|href|url|@import)\s*[=(]", page) == []
    assert "prefers-color-scheme: dark" in page
    headings = [each.text for each in html(found).iter("h2")]
    assert headings[:3] == ["Incidents over time", "Incidents", "In words"]
    assert headings[-1] == "What the columns were taken for"


def test_its_look_changes_nothing_around_it(found: Report) -> None:
    """Rules for all tables would be rules for those of the whole notebook."""
    style = html(found).find("style")
    assert style is not None
    assert style.text is not None
    assert style.text.startswith(".driftline.driftline {")
    depths = list(accumulate({"{": 1, "}": -1}.get(sign, 0) for sign in style.text.strip()))
    begun = style.text.index("{")
    assert depths[-1] == 0
    assert min(depths[begun:-1]) > 0
    assert re.search(r"(?m)(:root|^\s*body) \{", style.text) is None


def test_what_is_named_by_data_stays_text() -> None:
    """A feature called <script> would be one."""
    rows, kinds = drifting(11)
    odd = "<script>alert(1)</script>"
    report = watch(pandas({**rows, odd: rows["amount"]}, {**kinds, odd: "float"}), config=CONFIG)
    assert any(odd in each["signal"] for each in report.alerts[0]["drift"]["signals"] + report.signals)
    for page in (report._repr_html_(), report.plot()._repr_html_(), report.plot(f"feature:{odd}").svg):
        assert "<script" not in page
        ElementTree.fromstring(page)


def test_a_thousand_incidents_stay_below_the_limit(found: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook with one large output can no longer be opened."""
    many = []
    for number in range(1000):
        alert = orjson.loads(found.lines[0])
        alert["id"] = f"{number:016x}-1-1"
        alert["annotations"]["description"] = "x" * 3000
        many.append(alert)
    monkeypatch.setitem(found.__dict__, "alerts", many)
    page = found._repr_html_()
    assert 20_000 < len(page.encode()) <= reports.HTML_BYTES_MAX
    assert "incidents more." in page


def test_a_plot_is_a_picture_and_a_sentence(found: Report, tmp_path: Path) -> None:
    """Incidents over time, or how one signal went; a terminal has the sentence."""
    timeline = found.plot()
    assert repr(timeline).startswith(f"{len({each['labels']['incident'] for each in found.alerts})} incident")
    course = found.plot("feature:amount")
    assert repr(course).startswith("feature:amount of model version 1: its median")
    drawing = ElementTree.fromstring(course.svg)
    assert drawing.get("role") == "img"
    assert len(drawing.findall("polyline[@class='course']")) == 1
    points = drawing.find("polyline")
    assert points is not None
    assert len((points.get("points") or "").split()) > 50
    course.save(tmp_path / "amount.svg")
    assert ElementTree.parse(tmp_path / "amount.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    for picture in (timeline, course):
        assert ElementTree.fromstring(picture._repr_html_()).find(".//svg") is not None


def test_what_cannot_be_plotted_says_why(found: Report, tmp_path: Path) -> None:
    """An empty picture looks like a healthy one."""
    with pytest.raises(KeyError, match="there is no signal feature:amuont: there are"):
        found.plot("feature:amuont")
    with pytest.raises(ValueError, match="let its name end in"):
        found.plot().save(tmp_path / "x.png")
    quiet = watch(pandas(*drifting(11, count=20)))
    assert repr(quiet.plot()) == "Nothing changed that deserves an alert."
    with pytest.raises(ValueError, match="Nothing changed"):
        quiet.plot().save(tmp_path / "x.svg")


def test_a_report_is_a_file_too(found: Report, tmp_path: Path) -> None:
    """What was found in a notebook is sent to somebody who has none."""
    found.save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "What 900 rows raised" in page


def test_arguments_name_columns_or_the_thing_itself() -> None:
    """`model="fraud"` is a name, `model="country"` a column of names."""
    rows, kinds = drifting(11, count=60)
    frame = pandas({**rows, "country": ["de", "at"] * 30}, {**kinds, "country": "text"})
    assert {each["model"] for each in watch(frame, model="fraud").signals} == {"fraud"}
    assert {each["model"] for each in watch(frame, model="country").signals} == {"de", "at"}
    named = watch(frame, prediction={"risk": "score"}, label="label", features=["amount"], version=7)
    assert {"output:risk", "feature:amount"} <= {each["signal"] for each in named.signals}
    assert not any("city" in each["signal"] for each in named.signals)
    assert {each["version"] for each in named.signals} <= {"7", "*"}
    assert "  labels    risk from label" in named.mapping


@pytest.mark.parametrize("library", list(LIBRARIES))
def test_a_frame_without_rows_is_a_report_without_alerts(library: str) -> None:
    """A quiet Sunday would end a nightly job."""
    rows, kinds = drifting(11, count=0)
    report = watch(LIBRARIES[library](rows, kinds))
    assert repr(report) == "driftline saw 0 events with 0 signals: nothing that deserves an alert."
    assert len(report.signals_frame()) == len(report.alerts_frame()) == 0


def test_columns_may_have_numbers_for_names_and_nothing_in_them() -> None:
    """Frames made of arrays have such names."""
    frame = pd.DataFrame({0: [1.0, 2.0], 1: [None, None]})
    frame["time"] = pd.to_datetime(["2026-11-03", "2026-11-02"])
    report = watch(frame)
    assert "  features  0, 1" in report.mapping
    assert report.summary.rejected == {}
    nulls = pl.DataFrame({"time": [1_790_000_000_000], "x": [None]})
    assert "  features  x" in watch(nulls).mapping


def test_a_saved_mapping_serves_a_frame(tmp_path: Path) -> None:
    """What was said once of a file is true of the same rows in memory."""
    file = tmp_path / "mapping.yaml"
    file.write_text(
        "columns: {time: time}\nfeatures: [amount]\noutputs: [score]\nconstants: {model: rides}\n"
    )
    report = watch(polars(*drifting(11, count=60)), mapping=file)
    assert {each["model"] for each in report.signals} == {"rides"}
    assert not any("city" in each["signal"] for each in report.signals)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"time": "when"}, MappingError, "there is no column when"),
        ({"prediction": 3}, MappingError, "prediction is a int: name a column"),
        ({"timezone": "Mars"}, MappingError, "there is no time zone Mars"),
        ({"config": {"defaults": {"warmup": 3}}}, ConfigError, "warmup"),
        ({"config": {"defaults": {"detectors": ["adwim"]}}}, ConfigError, "adwim"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: dict[str, Any], error: type[Exception], sentence: str) -> None:
    """A notebook shows the last line of a traceback first: it must say what would be right."""
    with pytest.raises(error, match=sentence):
        watch(arrow(*drifting(11, count=20)), **arguments)


def test_how_a_signal_went_is_bounded() -> None:
    """A history of years would fill the memory with its own pictures."""
    signals = Signals()
    for number in range(5 * MOMENTS_MAX):
        summary = {"signal": "s", "version": "1", "time": f"{number}", "recent": {"mean": 1.0}}
        signals.hear(OutputRecord(b"k", orjson.dumps(summary), []))
    course = signals.course("s", None)
    assert course is not None
    levels = course[1]
    assert MOMENTS_MAX // 2 <= len(levels) <= MOMENTS_MAX
    assert [int(level.time) for level in levels] == sorted(int(level.time) for level in levels)
    assert levels[0].time == "0"
