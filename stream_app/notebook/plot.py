"""Pictures that show themselves in a notebook."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from driftline.schemas import epoch_ms
from driftline.stream_app.evaluation.course_svg import course_svg
from driftline.stream_app.evaluation.document import Course, Mark, Moment
from driftline.stream_app.evaluation.html import part_of_page
from driftline.stream_app.evaluation.look import STYLE
from driftline.stream_app.evaluation.recording_document import TONES, by_incident, timeline_of
from driftline.stream_app.evaluation.svg import timeline_svg
from driftline.stream_app.evaluation.wording import number
from driftline.stream_app.notebook.signals import Level, level_of

Alert = dict[str, Any]
NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'


class Plot:
    """One picture: SVG, and what is to be seen in words."""

    def __init__(self, svg: str, summary: str) -> None:
        self.svg = svg
        self.summary = summary

    def __repr__(self) -> str:
        """What is to be seen, where no picture can be."""
        return self.summary

    def _repr_html_(self) -> str:
        picture = f'<div class="wide">{self.svg}</div>' if self.svg else ""
        words = f'<p class="note">{escape(self.summary)}</p>'
        return part_of_page([f"<main><section>{picture}{words}</section></main>"])

    def save(self, path: str | Path) -> None:
        """Write it as an SVG file that needs nothing else.

        Raises:
            ValueError: there is nothing to be seen, or the name ends otherwise.
        """
        if not self.svg:
            raise ValueError(self.summary)
        if Path(path).suffix != ".svg":
            raise ValueError(f"{path}: a plot is an SVG: let its name end in .svg.")
        head, body = self.svg.split(">", 1)
        Path(path).write_text(f"{head}{NAMESPACE}><style>{STYLE}</style>{body}", encoding="utf-8")


def plot_of_incidents(alerts: Sequence[Alert]) -> Plot:
    """All incidents over time."""
    incidents = by_incident(alerts)
    if not incidents:
        return Plot("", "Nothing changed that deserves an alert.")
    timeline = timeline_of(incidents)
    return Plot(timeline_svg(timeline), timeline.summary)


def plot_of_signal(summary: Mapping[str, Any], levels: Sequence[Level], alerts: Sequence[Alert]) -> Plot:
    """How a signal went, beside its reference, and when it was part of an alert."""
    name = summary["signal"]
    if len(levels) < 2:
        return Plot("", f"{name}: too few values for a picture.")
    of_shares = levels[-1].low == levels[-1].high
    what = "its mean" if of_shares else "its median, and between which values half of them lie"
    reference = level_of(summary.get("reference"))
    beside = f" The band across is its reference (around {number(reference[1])})." if reference else ""
    words = f"{name} of {summary['model']} version {summary['version']}: {what}, over time.{beside}"
    moments = tuple(Moment(ms(each.time), each.low, each.middle, each.high) for each in levels)
    chart = Course(name, words, moments, reference, tuple(marks_of(name, summary["version"], alerts)))
    return Plot(course_svg(chart), words)


def marks_of(signal: str, version: str, alerts: Sequence[Alert]) -> list[Mark]:
    """When alerts were said that a signal was part of."""
    marks = []
    for alert in alerts:
        shown = any(each["signal"] == signal for each in alert["drift"]["signals"])
        if shown and alert["labels"]["version"] in (version, "*"):
            over = alert["status"] == "resolved"
            tone = "good" if over else TONES.get(alert["labels"]["severity"], "quiet")
            marks.append(Mark(ms(alert["time"]), alert["annotations"]["summary"], tone))
    return marks


def ms(instant: str) -> int:
    """Epoch milliseconds of an instant of an alert or a summary."""
    return epoch_ms(datetime.fromisoformat(instant))
