"""What timelines of alerts and changes have in common."""

from collections.abc import Iterable
from typing import Final

from driftline.stream_app.evaluation.document import Mark, Span, Tone
from driftline.stream_app.evaluation.history import History
from driftline.stream_app.evaluation.wording import time_of
from driftline.stream_app.simulator import Incident, Report, Truth

LEGEND: Final[tuple[tuple[Tone, str], ...]] = (
    ("good", "first alert of a change"),
    ("further", "further alert, or explained by a side effect"),
    ("bad", "false alert"),
)


def spans_of(truths: Iterable[Truth], history: History) -> tuple[Span, ...]:
    """Changes, cut to the history; one that never ended lasts until its end."""
    return tuple(
        Span(
            max(truth.began_ms, history.began_ms),
            history.ended_ms if truth.ended_ms is None else min(truth.ended_ms, history.ended_ms),
            truth.change,
            "good" if truth.alarm_due else "quiet",
        )
        for truth in truths
    )


def marks_of(incidents: Iterable[Incident], report: Report) -> tuple[Mark, ...]:
    """A mark per alert, toned by what it was worth."""
    first = {row.incident.id for row in report.rows if row.incident and row.truth.alarm_due}
    false = {incident.id for incident in report.false_alarms}
    return tuple(
        Mark(
            incident.detected_ms,
            f"{time_of(incident.detected_ms)} {incident.summary}",
            "good" if incident.id in first else "bad" if incident.id in false else "further",
        )
        for incident in incidents
    )
