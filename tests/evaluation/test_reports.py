"""Report files: HTML that needs nothing from elsewhere and is well-formed, PNG that is a picture."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from driftline.stream_app.evaluation.document import (
    Bar,
    Bars,
    Code,
    Document,
    Figures,
    Lane,
    Mark,
    Notes,
    Span,
    Table,
)
from driftline.stream_app.evaluation.document import Timeline as TimelineBlock
from driftline.stream_app.evaluation.errors import EvaluationError
from driftline.stream_app.evaluation.report_file import write_report
from driftline.stream_app.evaluation.ticks import MINUTE_MS, ticks

ODD = 'a < b & "c" > d'
DOCUMENT = Document(
    "A report",
    f"It says {ODD}",
    (
        Figures(((ODD, "3", "of 4"),)),
        Table("Scores", ("name", "alerts"), ((ODD, "1"),), frozenset({1}), "a note"),
        TimelineBlock(
            "When", "one mark of each kind", 0, 100 * MINUTE_MS,
            (Lane("changes", spans=(Span(0, 5 * MINUTE_MS, ODD, "good"),)),
             Lane("alerts", marks=tuple(Mark(MINUTE_MS, ODD, tone) for tone in ("good", "bad", "further")))),
            (("good", "right"), ("bad", "wrong")),
        ),
        Bars("How many", "one bar", (Bar(ODD, 3.0, "3"), Bar("none", 0.0, "missed", "bad"))),
        Bars("Nothing", "no bar at all", ()),
        Code("Configuration", f"x: {ODD}"),
        Notes("Mind", (ODD,)),
    ),
)  # fmt: skip


def page(folder: Path) -> str:
    """The document as HTML."""
    write_report(DOCUMENT, folder / "report.html")
    return (folder / "report.html").read_text()


def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    """A report is mailed and kept; what it links to is gone by then, or tells somebody that it is read."""
    html = page(tmp_path)
    assert re.findall(r"(?:src|href|url|@import)\s*[=(]", html) == []
    assert "http://" not in html
    assert "https://" not in html
    assert "<script" not in html


def test_the_page_is_well_formed(tmp_path: Path) -> None:
    """A name with < in it must not break the page."""
    root = ElementTree.fromstring(page(tmp_path).removeprefix("<!DOCTYPE html>"))
    assert [each.text for each in root.iter("h1")] == ["A report"]
    assert ODD in {each.text for each in root.iter("th")}


def test_charts_and_tables_can_be_read_without_seeing_them(tmp_path: Path) -> None:
    """Screen readers say what a chart shows by its label, and a cell by its headings."""
    root = ElementTree.fromstring(page(tmp_path).removeprefix("<!DOCTYPE html>"))
    charts = list(root.iter("svg"))
    assert len(charts) == 2
    assert all(chart.get("role") == "img" and len(chart.get("aria-label") or "") > 10 for chart in charts)
    assert {each.get("scope") for each in root.iter("th")} == {"col", "row"}
    assert all(section.find("h2") is not None for section in root.iter("section"))


def test_a_picture_is_a_png(tmp_path: Path) -> None:
    """Chats show pictures, not pages."""
    file = tmp_path / "report.png"
    write_report(DOCUMENT, file)
    assert file.read_bytes().startswith(b"\x89PNG")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    """A report nobody can open is no report."""
    with pytest.raises(EvaluationError, match=r"end in \.html or \.png"):
        write_report(DOCUMENT, tmp_path / "report.pdf")


def test_without_matplotlib_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an optional dependency; its absence must not look like a bug."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(EvaluationError, match=r"install driftline\[report\]"):
        write_report(DOCUMENT, tmp_path / "report.png")


@pytest.mark.parametrize("minutes", [1, 90, 1440, 7 * 1440, 400 * 1440])
def test_an_axis_of_any_length_has_a_few_labels(minutes: int) -> None:
    """Too many labels lie on each other, none says nothing."""
    began_ms = 1_793_620_801_234
    assert 1 <= len(ticks(began_ms, began_ms + minutes * MINUTE_MS)) <= 10
