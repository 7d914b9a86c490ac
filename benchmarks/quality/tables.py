"""The result as tables for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from benchmarks.goals import Goal

Row = Mapping[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "arl": ("contestant", "noise", "warm_up", "requested", "episodes", "ratio", "low", "high", "hazard"),
    "delay": (
        *("contestant", "noise", "change", "requested", "changes", "median", "mean", "ninety", "missed"),
        *("exactly_one", "limit", "ratio"),
    ),
    "labels": (
        *("contestant", "stream", "course", "episodes", "precision", "recall", "f1", "delay"),
        "false_alarms",
    ),
    "healthy": ("contestant", "seed", "days", "events", "signals", "alerts", "days_of_alerts", "seconds"),
    "desk": (
        "contestant",
        "noise",
        "change",
        "features",
        "exactly_one",
        "missed",
        "several",
        "other_signals",
    ),
    "scenarios": (
        *("contestant", "scenario", "seed", "due", "found", "right_kind", "extra", "delays_predictions"),
        "seconds",
    ),
    "combinations": (
        *("blend", "signal_first_week", "signal_later", "model_first_week", "model_later", "seconds"),
    ),
    "trouble_alarms": ("noise", "warm_up", "requested", "episodes", "ratio", "low", "high", "hazard"),
    "trouble_delays": (
        *("noise", "change", "requested", "changes", "median", "mean", "ninety", "missed"),
        *("exactly_one", "limit", "ratio"),
    ),
    "heirs": ("noise", "from", "episodes", "ratio", "low", "high", "change", "mean", "missed", "delay_ratio"),
    "real_series": ("series", "values", "signals", "told_as_it_is", "found", "delay"),
    "failures": ("part", "arguments", "error"),
    "units": ("findings", "power_of_two", "power_of_two_and_b", "any_other"),
    "blinded": ("detector", "cells", "changes", "without_holes", "with_holes", "blinded"),
}
TITLES = {
    "arl": "false alarms: ratio is realised ÷ requested ARL0, hazard requested ÷ realised by age",
    "delay": "delay in values: ratio is mean delay ÷ exact CUSUM",
    "labels": "the label path: errors of a Hoeffding tree",
    "healthy": "the whole system on a healthy model",
    "desk": "one change, one alert: through the real alarm desk",
    "scenarios": "the whole system on the simulator's scenarios",
    "combinations": "healthy combinations: false alarms of a signal and week, of a model and 30 days",
    "trouble_alarms": "other trouble, false alarms: ratio is realised ÷ requested ARL0",
    "trouble_delays": "other trouble, delay in values: ratio is mean delay ÷ exact CUSUM",
    "heirs": "who begins with what another has learned: ratio is realised ÷ requested ARL0",
    "real_series": "real series: what is told of them as they are, and of a shift by one sd",
    "failures": "could not be run",
    "units": "largest difference between x and a·x + b",
    "blinded": "values that are no numbers",
}
TEXT_MAX = 60


def cell(value: Any) -> str:
    """A figure with three digits, a list in short."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return " ".join(cell(each) for each in value)[:TEXT_MAX]
    if isinstance(value, dict):
        return " ".join(f"{key} {cell(each)}" for key, each in value.items())[:TEXT_MAX]
    return str(value)


def tables(result: Mapping[str, Any]) -> Iterator[Table]:
    """A table per part."""
    for part, columns in COLUMNS.items():
        rows: Sequence[Row] = result.get(part, [])
        if not rows:
            continue
        table = Table(title=TITLES[part], title_justify="left")
        for name in columns:
            kind = rows[0][name]
            table.add_column(name.replace("_", " "), justify="left" if isinstance(kind, str) else "right")
        for row in rows:
            table.add_row(*(cell(row.get(name)) for name in columns))
        yield table


def goal_table(goals: Sequence[Goal]) -> Table:
    """Each promise, what was measured, and the verdict."""
    table = Table("goal", title="goals", title_justify="left")
    table.add_column("measured", justify="right")
    table.add_column("")
    for goal in goals:
        bound = f"{'≥' if goal.at_least else '≤'} {goal.bound:,g}"
        verdict = "[green]reached[/]" if goal.reached else "[red]missed[/]"
        table.add_row(goal.name, f"{goal.value:,.3g} ({bound})", verdict)
    return table
