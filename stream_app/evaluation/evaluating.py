"""A configuration scored on a history: driftline, the contestants beside it, and the truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from driftline.stream_app.adapters.replay import Summary, replay
from driftline.stream_app.config import Settings
from driftline.stream_app.evaluation.baseline_rows import (
    ALWAYS_FIRE,
    NEVER_FIRE,
    always_fire,
    grouped,
    never_fire,
)
from driftline.stream_app.evaluation.errors import EvaluationError
from driftline.stream_app.evaluation.history import History, observed
from driftline.stream_app.evaluation.river_defaults import RiverDefaults
from driftline.stream_app.evaluation.scoring import Score, matched, score
from driftline.stream_app.outputs import MemorySink
from driftline.stream_app.pipeline import Records
from driftline.stream_app.simulator import TOLERANCE_S, Incident, Report, Truth, incidents_of

DRIFTLINE: Final = "driftline"
GROUPED: Final = ", grouped"


@dataclass(frozen=True)
class Contestant:
    """Who raised alerts, which, what they were worth, and the figures of that."""

    incidents: tuple[Incident, ...]
    report: Report
    score: Score


@dataclass(frozen=True)
class Evaluation:
    """A history, what was true of it (None: nobody said), and every contestant, driftline first."""

    history: History
    truths: tuple[Truth, ...] | None
    outside: tuple[Truth, ...]
    contestants: tuple[Contestant, ...]
    summary: Summary

    @property
    def driftline(self) -> Contestant:
        return self.contestants[0]


def evaluate(
    records: Iterable[Records],
    settings: Settings,
    truths: Sequence[Truth] | None,
    tolerance_s: float = TOLERANCE_S,
) -> Evaluation:
    """Replay the records once, past driftline and past river, and score both.

    Raises:
        EvaluationError: there is no prediction, or the truth is about another model.
    """
    history, river, sink = History(), RiverDefaults(settings), MemorySink("alerts")
    summary = replay(observed(records, history.take, river.take), settings, sink)
    inside, outside = within(history, truths or ())
    within_ms = settings.defaults.alerts.group_within_ms
    raised = {
        DRIFTLINE: incidents_of(sink.decoded("alerts")),
        ALWAYS_FIRE: list(always_fire(history, within_ms)),
        NEVER_FIRE: list(never_fire()),
    }
    for name, detections in river.detections.items():
        detections.sort(key=lambda incident: incident.detected_ms)
        raised |= {name: detections, name + GROUPED: list(grouped(detections, within_ms))}
    contestants = []
    for name, incidents in raised.items():
        report = matched(incidents, inside, history, tolerance_s)
        contestants.append(Contestant(tuple(incidents), report, score(name, report, history.days)))
    told = None if truths is None else tuple(inside)
    return Evaluation(history, told, tuple(outside), tuple(contestants), summary)


def within(history: History, truths: Sequence[Truth]) -> tuple[list[Truth], list[Truth]]:
    """The changes that the history could show, and those before its beginning or after its end.

    Raises:
        EvaluationError: there is no prediction, or a change is one of a model that the history does not have.
    """
    if not history.predictions:
        raise EvaluationError("There is no prediction in the history: nothing can be scored.")
    for truth in truths:
        if truth.model not in history.models:
            known = ", ".join(sorted(history.models))
            raise EvaluationError(
                f"The truth tells of model {truth.model}, which the history does not have; it has {known}."
            )
    inside: list[Truth] = []
    outside: list[Truth] = []
    for truth in truths:
        over = truth.ended_ms is not None and truth.ended_ms < history.began_ms
        (outside if over or truth.began_ms > history.ended_ms else inside).append(truth)
    return inside, outside
