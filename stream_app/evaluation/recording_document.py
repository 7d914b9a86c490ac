"""What recorded events raised, as a report: incidents over time, in words and as a table."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from driftline.schemas import epoch_ms
from driftline.stream_app.evaluation.document import (
    Block,
    Document,
    Figures,
    Lane,
    Mark,
    Notes,
    Span,
    Table,
    Timeline,
    Tone,
)
from driftline.stream_app.evaluation.wording import counted

Alert = dict[str, Any]

LANES_MAX: Final = 40
TONES: Final[dict[str, Tone]] = {"critical": "bad", "warning": "further", "info": "quiet"}
LEGEND: Final[tuple[tuple[Tone, str], ...]] = (
    ("bad", "critical"),
    ("further", "warning"),
    ("quiet", "info"),
    ("good", "over"),
)


def recording_document(
    alerts: Iterable[Alert], figures: dict[str, str], names: Sequence[str], most: int | None = None
) -> Document:
    """A report on what events of files with these names raised; ``figures`` are labels and their figures.

    ``most``: how many incidents are told; None: all of them.
    """
    incidents = by_incident(alerts)
    firing = sum(words[-1]["status"] != "resolved" for words in incidents)
    verdict = f"{counted(len(incidents), 'incident')}, {firing} of them open at the end."
    blocks: list[Block] = [Figures(tuple((label, figure, "") for label, figure in figures.items()))]
    shown = incidents[:most]
    if shown:
        blocks += [timeline_of(shown), table_of(shown)]
    notes = [words[-1]["annotations"] for words in shown]
    told = tuple(f"{each['summary']}: {each['description']}" for each in notes)
    if more := len(incidents) - len(shown):
        told = (*told, f"And {counted(more, 'incident')} more.")
    blocks.append(Notes("In words", told or ("Nothing changed that deserves an alert.",)))
    return Document(f"What {', '.join(names)} raised", verdict, tuple(blocks))


def by_incident(alerts: Iterable[Alert]) -> list[list[Alert]]:
    """The alerts of each incident in their order, incidents by their beginning."""
    incidents: dict[str, list[Alert]] = {}
    for alert in alerts:
        incidents.setdefault(alert["id"].rpartition("-")[0], []).append(alert)
    return sorted(incidents.values(), key=lambda words: began_ms(words[-1]))


def timeline_of(incidents: list[list[Alert]]) -> Timeline:
    """A lane for each incident, from its beginning to its end."""
    latest_ms = max(spoken_ms(words[-1]) for words in incidents)
    first_ms = min(began_ms(words[-1]) for words in incidents)
    shown = incidents[:LANES_MAX]
    summary = (
        f"{counted(len(shown), 'incident')} of {len(incidents)}: a bar begins when the change began and ends "
        "when it was over; the mark is when it was found, the circle when it was over."
    )
    lanes = tuple(lane_of(words, latest_ms) for words in shown)
    return Timeline("Incidents over time", summary, first_ms, latest_ms, lanes, LEGEND)


def lane_of(words: list[Alert], latest_ms: int) -> Lane:
    """One incident's lane."""
    last = words[-1]
    is_over = last["status"] == "resolved"
    tone = TONES.get(last["labels"]["severity"], "quiet")
    signal = last["drift"]["signals"][0]["signal"]
    detected_ms = ms(last["drift"]["detected_at"])
    marks = [Mark(detected_ms, f"found: {last['annotations']['summary']}", tone)]
    if is_over:
        marks.append(Mark(spoken_ms(last), "over", "good"))
    ended_ms = spoken_ms(last) if is_over else latest_ms
    label = signal if len(signal) <= 24 else signal[:23] + "…"
    return Lane(label, (Span(began_ms(last), ended_ms, last["labels"]["model"], tone),), tuple(marks))


def table_of(incidents: list[list[Alert]]) -> Table:
    """Incidents as rows."""
    rows = tuple(
        (
            last["annotations"]["summary"].removeprefix("Resolved. "),
            last["labels"]["severity"],
            clock(began_ms(last)),
            clock(ms(last["drift"]["detected_at"])),
            clock(spoken_ms(last)) if last["status"] == "resolved" else "open",
            str(len(last["drift"]["signals"])),
            last["id"].rpartition("-")[0],
        )
        for last in (words[-1] for words in incidents)
    )
    headings = ("Incident", "Severity", "Began", "Found", "Over", "Signals", "Id")
    return Table("Incidents", headings, rows, frozenset({5}), "Times are event times, UTC.")


def began_ms(alert: Alert) -> int:
    """When the change began."""
    return ms(alert["drift"]["began_at"])


def spoken_ms(alert: Alert) -> int:
    """When the alert was said, in event time."""
    return ms(alert.get("endsAt") or alert["drift"]["detected_at"])


def ms(instant: str) -> int:
    """Epoch milliseconds of an instant of an alert."""
    return epoch_ms(datetime.fromisoformat(instant))


def clock(time_ms: int) -> str:
    """``2026-11-29 02:24``."""
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M}"
