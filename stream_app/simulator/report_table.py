"""The report as tables for people: one line per injected change, then the false alarms."""

from datetime import UTC, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from driftline.stream_app.simulator.report import Report, Row


def render(report: Report) -> RenderableType:
    """The closing table, the false alarms, and a sentence that counts."""
    parts: list[RenderableType] = [_changes(report)] if report.rows else []
    if report.false_alarms:
        parts.append(_false_alarms(report))
    return Group(*parts, Text(verdict(report)))


def verdict(report: Report) -> str:
    """One sentence: how many changes that were due an alarm got one, and how many alarms were false."""
    due = sum(row.truth.alarm_due for row in report.rows)
    changes = "no change was injected"
    if due:
        changes = f"{due - len(report.missed)} of {due} injected changes found"
    return f"{changes}; {len(report.false_alarms)} false alarm{'' if len(report.false_alarms) == 1 else 's'}."


def _changes(report: Report) -> Table:
    title = "What was injected, and what was found"
    table = Table("injected", "when", "found", "after", title=title, title_justify="left", box=SIMPLE_HEAD)
    for row in report.rows:
        injected = f"{row.truth.change}\n{_words(row.truth.kind)}"
        table.add_row(injected, _time(row.truth.began_ms), _found(row), _after(row), end_section=True)
    return table


def _found(row: Row) -> str:
    if row.incident is None:
        return "nothing" if row.truth.alarm_due else "nothing (none was due)"
    kind = _words(row.incident.kind) + ("" if row.right_kind else " (another kind)")
    lines = [kind, *row.incident.signals[:1]]
    if row.further_incidents:
        lines.append(f"and {row.further_incidents} more")
    return "\n".join(lines)


def _after(row: Row) -> str:
    lines = [] if row.delay_s is None else [_duration(row.delay_s)]
    if row.delay_predictions is not None:
        lines.append(f"{row.delay_predictions:,} predictions")
    if row.delay_wall_s is not None:
        lines.append(f"{_duration(row.delay_wall_s)} on the clock")
    return "\n".join(lines)


def _false_alarms(report: Report) -> Table:
    table = Table(
        "detected", "kind", "signals", "summary", title="False alarms", title_justify="left", box=SIMPLE_HEAD
    )
    for incident in report.false_alarms:
        signals = ", ".join(incident.all_signals)
        table.add_row(_time(incident.detected_ms), _words(incident.kind), signals, incident.summary)
    return table


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _time(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%a %H:%M:%S}"


def _duration(seconds: float) -> str:
    if abs(seconds) < 120:
        return f"{seconds:.1f} s"
    if abs(seconds) < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
