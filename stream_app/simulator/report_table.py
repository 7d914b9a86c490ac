"""The report as tables for people: one line per injected change, then the false alarms."""

from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stream_app.simulator.report import Report, Row

_NOTHING = "–"


def render(report: Report) -> RenderableType:
    """The closing table, the false alarms, and a sentence that counts."""
    parts: list[RenderableType] = [_changes(report)] if report.rows else []
    if report.false_alarms:
        parts.append(_false_alarms(report))
    return Group(*parts, Text(verdict(report)))


def verdict(report: Report) -> str:
    """One sentence: how many changes were found, and how many alarms were false."""
    found = sum(row.incident is not None for row in report.rows)
    changes = "no change was injected"
    if report.rows:
        changes = f"{found} of {len(report.rows)} injected changes found"
    return f"{changes}; {len(report.false_alarms)} false alarm{'' if len(report.false_alarms) == 1 else 's'}."


def _changes(report: Report) -> Table:
    table = Table(title="What was injected, and what was found", title_justify="left")
    for heading in ("injected", "when", "found", "first signal", "delay", "predictions", "on the clock"):
        numeric = heading in ("delay", "predictions", "on the clock")
        table.add_column(heading, justify="right" if numeric else "left")
    for row in report.rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> tuple[str, ...]:
    injected = f"{row.truth.change} ({_words(row.truth.kind)})"
    when = _time(row.truth.began_ms)
    if row.incident is None:
        nothing = "nothing" if row.truth.alarm_due else "nothing (none was due)"
        return (injected, when, nothing, _NOTHING, _NOTHING, _NOTHING, _NOTHING)
    found = _words(row.incident.kind)
    if not row.right_kind:
        found += " (another kind)"
    if row.further_incidents:
        found += f", {row.further_incidents} more"
    return (
        injected,
        when,
        found,
        row.incident.signals[0] if row.incident.signals else _NOTHING,
        _duration(row.delay_s),
        _NOTHING if row.delay_predictions is None else f"{row.delay_predictions:,}",
        _duration(row.delay_wall_s),
    )


def _false_alarms(report: Report) -> Table:
    table = Table("detected", "kind", "signals", "summary", title="False alarms", title_justify="left")
    for incident in report.false_alarms:
        signals = ", ".join(incident.signals)
        table.add_row(_time(incident.detected_ms), _words(incident.kind), signals, incident.summary)
    return table


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _time(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%a %H:%M:%S}"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return _NOTHING
    if abs(seconds) < 120:
        return f"{seconds:.1f} s"
    if abs(seconds) < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
