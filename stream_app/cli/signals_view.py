"""Signals for people: a table of all, and one as a small plot."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from driftline.schemas.status import ALL_VERSIONS
from driftline.schemas.summaries import called
from driftline.stream_app.cli.figures import effect_of, is_number, is_share, level_of, sparkline, strip
from driftline.stream_app.cli.status_view import minute
from driftline.stream_app.evaluation.wording import ABSENT, number
from driftline.stream_app.monitoring.streams.arming import progress

HEADINGS: Final = ("signal", "now", "reference", "effect", "state")
LABEL_WIDTH: Final = 11
PLOT_WIDTH_MAX: Final = 100
ENDS: Final = ("p05", "p95")

Summary = Mapping[str, Any]


def signals_table(summaries: Sequence[Summary]) -> Table:
    """A row for each signal, grouped by version and role."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in HEADINGS:
        is_text = name in ("signal", "state")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=name != "state")
    group = None
    for each in summaries:
        if stream_of(each) != group:
            group = stream_of(each)
            table.add_row(Text(stream_of(each), "bold"))
        table.add_row(
            f"  {each['signal']}",
            level_of(each["recent"]),
            level_of(each.get("reference")),
            effect_of(each["effect_size_sd"] if each["armed"] else None),
            state_of(each),
        )
    return table


def stream_of(summary: Summary) -> str:
    """The version and the role, and the segment."""
    everything = summary["version"] == ALL_VERSIONS
    version = "all versions" if everything else f"{summary['version']} ({summary['role']})"
    return called(version, summary.get("segment", ""))


def state_of(summary: Summary) -> Text:
    """Armed, or what it waits for."""
    if summary["firing"]:
        return Text("firing", "bold red")
    if summary["armed"]:
        if summary["watch_only"]:
            return Text("watch only", "dim")
        if summary["phase"] != "rough":
            return Text("armed" if summary["phase"] == "reference" else "armed (local)", "green")
    waits = summary.get("waits_for")
    if not waits:
        return Text("kept, not watched", "dim")
    ready = f", ready {minute(waits['ready_at'])}" if waits["ready_at"] else ""
    return Text(f"{progress(waits['values'], waits['of'], rough=summary['armed'])}{ready}", "yellow")


def signal_view(summary: Summary, history: Sequence[Summary], width: int) -> Text:
    """Name and state; the quantiles of reference and now on one scale; the latest levels."""
    plot_width = min(width - LABEL_WIDTH, PLOT_WIDTH_MAX)
    text = Text(f"{summary['signal']}", "bold")
    text.append(f"  {stream_of(summary)}  ", "dim")
    text.append(state_of(summary))
    text.append(f"  {effect_of(summary['effect_size_sd'] if summary['armed'] else None)}\n")
    levels = [
        (name, level)
        for name, level in (("reference", summary.get("reference")), ("now", summary["recent"]))
        if level and level["count"]
    ]
    for name, level in levels:
        text.append(f"{name:<{LABEL_WIDTH}}", "dim")
        of = f"of {level['count']:,} values, {level['missing']:,} missing"
        text.append(f"{level_of(level)} {of}\n" if is_number(level) or is_share(level) else f"{of}\n")
    drawn = [(name, level) for name, level in levels if is_number(level)]
    if drawn:
        text.append(strips(drawn, plot_width))
    means = [each["recent"].get("mean") for each in history]
    if len(means) > 1 and level_of(summary["recent"]) != ABSENT:
        first, last = minute(history[-min(len(means), plot_width)]["time"]), minute(history[-1]["time"])
        text.append(f"{'lately':<{LABEL_WIDTH}}", "dim")
        text.append(f"{sparkline(means, plot_width)}\n")
        text.append(f"{'':<{LABEL_WIDTH}}{first} to {last} UTC\n", "dim")
    return text


def strips(levels: Sequence[tuple[str, Mapping[str, Any]]], width: int) -> str:
    """One strip below the other, and the scale: 5 to 95 % of the values, 25 to 75 % the box, | the median."""
    low = min(level["quantiles"]["p05"] for _, level in levels)
    high = max(level["quantiles"]["p95"] for _, level in levels)
    lines = [f"{name:<{LABEL_WIDTH}}{strip(level, low, high, width).rstrip()}" for name, level in levels]
    left, right = number(low), number(high)
    lines.append(f"{'':<{LABEL_WIDTH}}{left}{right:>{max(width - len(left), len(right) + 1)}}")
    return "\n".join(lines) + "\n"
