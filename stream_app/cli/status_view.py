"""A model's status for people: readable at 80 columns."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.cli.alert_lines import COLOURS
from driftline.stream_app.evaluation.wording import ABSENT, counted, duration, number, share, words

LINES_MAX: Final = 5
INDENT: Final = 2
HEAD_WIDTH: Final = 13  # "concept drift"
DECIDED: Final = "label_decided"
"""The one reason for a notice under which something is watched."""

Status = Mapping[str, Any]


def model_view(status: Status, age_s: float) -> RenderableType:
    """Everything that a model's record says; ``age_s`` is how long ago it was written."""
    rows: list[RenderableType] = [heading(status, age_s), Padding(versions_of(status), (0, 0, 0, INDENT))]
    facts = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    facts.add_column(width=HEAD_WIDTH, no_wrap=True, style="dim")
    facts.add_column(overflow="fold")
    for name, text in facts_of(status):
        facts.add_row(name, text)
    rows.append(Padding(facts, (0, 0, 1, INDENT)))
    return Group(*rows)


def heading(status: Status, age_s: float) -> Text:
    """Name, how it is, when that was."""
    count = status["incidents_count"]
    text = Text(status["model"], style="bold")
    text.append("  ")
    text.append(
        counted(count, "open incident") if count else "nothing open", style="red" if count else "green"
    )
    text.append(f"  {minute(status['time'])} UTC (said {duration(age_s)} ago)", style="dim")
    return text


def versions_of(status: Status) -> Table:
    """A row for each version and role."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("version", "role", "events/s", "last event", "armed", "segments", "compared with"):
        table.add_column(
            name, justify="right" if name in ("events/s", "armed", "segments") else "left", overflow="fold"
        )
    for each in status["versions"]:
        pace, last = each["events_per_s"], each["last_event_at"]
        table.add_row(
            "(all)" if each["version"] == ALL_VERSIONS else each["version"],
            each["role"],
            number(pace),
            ABSENT if last is None else minute(last),
            f"{each['armed']} of {each['signals']}",
            number(each["segments"]) if each.get("segments") else "",
            each["compared_with"] or "",
        )
    return table


def facts_of(status: Status) -> Iterator[tuple[str, Text | str]]:
    """Name and text of everything else, in the order of its weight."""
    for incident in status["incidents"][:LINES_MAX]:
        text = Text(f"{incident['severity']} since {minute(incident['began_at'])}: ")
        text.append(
            incident["summary"] or ", ".join(incident["signals"]), COLOURS.get(incident["severity"], "")
        )
        text.append(f"  {incident['id']}", "dim")
        yield words(incident["kind"]), text
    yield from more(status["incidents_count"])
    labels = status["labels"]
    if labels["joined"] or labels["late"] or labels["unknown"] or labels["incomparable"]:
        yield "labels", labels_text(labels)
    budget = status["budget"]
    asked, realised = number(budget["asked_per_30d"]), number(budget["realised_per_30d"])
    yield "budget", f"{asked} false in 30 days asked; alerts are raised at {realised} in 30 days"
    if status["refused"]:
        yield "refused", ", ".join(f"{count:,} {words(why)}" for why, count in status["refused"].items())
    for each in status["unarmed"][:LINES_MAX]:
        ready = f", ready {minute(each['ready_at'])}" if each["ready_at"] else ""
        version = "" if each["version"] == ALL_VERSIONS else f" of {each['version']}"
        yield "not armed", f"{each['signal']}{version}: {each['why']}{ready}"
    yield from more(status["unarmed_count"])
    for each in status["notices"][:LINES_MAX]:
        sentence = each["sentence"].removeprefix(f"{status['model']}: ").rstrip(".")
        told = each["count"] < 2 or f"{each['count']:,}" in sentence
        often = "" if told else f" ({each['count']:,} times since {minute(each['since'])})"
        yield "decided" if each["why"] == DECIDED else "not watched", f"{sentence}{often}"
    yield from more(status["notices_count"])


def labels_text(labels: Mapping[str, Any]) -> str:
    """What became of the labels."""
    delay = f", half of them within {duration(labels['delay_s_median'])}" if labels["joined"] else ""
    names = (("late", "late"), ("unknown", "of unknown predictions"), ("incomparable", "not comparable"))
    rest = "".join(f"; {labels[key]:,} {words_}" for key, words_ in names if labels[key])
    return f"{labels['joined']:,} joined ({share(labels['join_rate'])} of those that came){delay}{rest}"


def more(count: int) -> Iterator[tuple[str, str]]:
    """What is not listed."""
    if count > LINES_MAX:
        yield "", f"and {count - LINES_MAX:,} more"


def minute(instant: str) -> str:
    """``11-22 10:00``, with the year where it is not this one."""
    time = datetime.fromisoformat(instant).astimezone(UTC)
    this_year = time.year == datetime.now(UTC).year
    return f"{time:%m-%d %H:%M}" if this_year else f"{time:%Y-%m-%d %H:%M}"
