"""Alarms held against the truth: what was injected, what was found, how soon, and what was a false alarm."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any, Final

from driftline.schemas import epoch_ms
from driftline.stream_app.simulator.truth import Truth

Alert = Mapping[str, Any]
"""One record of the alerts topic, decoded: labels, startsAt, fingerprint, status, drift and the rest."""

TOLERANCE_S: Final = 900.0
"""How long after a change's end an incident still counts as found by it."""


@dataclass(frozen=True)
class Incident:
    """One alarm with a life: all alerts of one fingerprint and start.

    The facts are those of the first alert; ``joined`` are the signals that later ones told of.
    """

    id: str
    model: str
    version: str
    kind: str
    signals: tuple[str, ...]
    began_ms: int
    detected_ms: int
    summary: str
    joined: tuple[str, ...] = ()

    @property
    def all_signals(self) -> tuple[str, ...]:
        """Those of the first alert, then those that joined."""
        return self.signals + self.joined


@dataclass(frozen=True)
class WallClock:
    """Seconds of wall clock: when a change's first event was sent, and when an alert (by its id) arrived."""

    injected_s: Mapping[str, float] = field(default_factory=dict)
    received_s: Mapping[str, float] = field(default_factory=dict)

    def delay_s(self, truth: Truth, incident: Incident) -> float | None:
        """From sending to arrival; None when one of them is not known."""
        injected_s = self.injected_s.get(truth.change)
        received_s = self.received_s.get(incident.id)
        return None if injected_s is None or received_s is None else received_s - injected_s


@dataclass(frozen=True)
class Row:
    """One injected change and the first incident that found it; delays are None when nothing did.

    Of the further ones some tell of what else the change moves, hours later; the rest are repetitions.
    """

    truth: Truth
    incident: Incident | None = None
    further_incidents: int = 0
    repetitions: int = 0
    right_kind: bool = False
    delay_s: float | None = None
    delay_predictions: int | None = None
    delay_wall_s: float | None = None


@dataclass(frozen=True)
class Report:
    """A row per injected change, in order of beginning, and the incidents that match no change."""

    rows: tuple[Row, ...]
    false_alarms: tuple[Incident, ...]

    @property
    def missed(self) -> tuple[Truth, ...]:
        """The changes that were due an alarm and got none."""
        return tuple(row.truth for row in self.rows if row.incident is None and row.truth.alarm_due)


def incidents_of(alerts: Iterable[Alert]) -> list[Incident]:
    """The incidents that the alerts tell of, by time of detection; published again or resolved adds none."""
    lives: dict[tuple[str, str], dict[int, Alert]] = {}
    for alert in alerts:
        if alert["status"] != "resolved":
            lives.setdefault((alert["fingerprint"], alert["startsAt"]), {})[alert["sequence"]] = alert
    incidents = (_incident([life[number] for number in sorted(life)]) for life in lives.values())
    return sorted(incidents, key=lambda incident: (incident.detected_ms, incident.id))


def report(
    alerts: Iterable[Alert],
    truths: Iterable[Truth],
    prediction_times: Sequence[int] = (),
    wall_clock: WallClock | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> Report:
    """Match the incidents that the alerts tell of with changes, as ``match`` does."""
    return match(incidents_of(alerts), truths, prediction_times, wall_clock, tolerance_s)


def match(
    incidents: Iterable[Incident],
    truths: Iterable[Truth],
    prediction_times: Sequence[int] = (),
    wall_clock: WallClock | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> Report:
    """Match incidents, in order of detection, with changes.

    An incident matches a change of the same model (and version, where the truth names one) when it began or
    was detected between the change's beginning and ``tolerance_s`` after its end; a side effect (no alarm
    due) explains incidents of its own kind only. Of several changes it goes to one whose kind it has, then to
    the one that began last. The first incident of a change is what found it.
    ``prediction_times`` (``Scenario.prediction_times``) turn delays into numbers of predictions.
    """
    ordered = sorted(truths, key=lambda truth: truth.began_ms)
    found: dict[str, list[Incident]] = {truth.change: [] for truth in ordered}
    false_alarms = []
    for incident in incidents:
        matching = [truth for truth in ordered if _matches(incident, truth, tolerance_s)]
        if matching:
            best = max(matching, key=lambda truth: (is_right_kind(incident, truth), truth.began_ms))
            found[best.change].append(incident)
        else:
            false_alarms.append(incident)
    clock = wall_clock or WallClock()
    rows = tuple(_row(truth, found[truth.change], prediction_times, clock) for truth in ordered)
    return Report(rows, tuple(false_alarms))


def is_right_kind(incident: Incident, truth: Truth) -> bool:
    """Whether the incident has the change's kind, or began with nothing but signals that the change moves."""
    return incident.kind == truth.kind or set(incident.signals) <= set(truth.signals)


def _matches(incident: Incident, truth: Truth, tolerance_s: float) -> bool:
    if incident.model != truth.model or truth.version not in (None, incident.version):
        return False
    if not truth.alarm_due and not is_right_kind(incident, truth):
        return False
    until_ms = inf if truth.ended_ms is None else truth.ended_ms + tolerance_s * 1000
    return any(truth.began_ms <= time_ms <= until_ms for time_ms in (incident.began_ms, incident.detected_ms))


def _row(truth: Truth, found: list[Incident], prediction_times: Sequence[int], wall_clock: WallClock) -> Row:
    if not found:
        return Row(truth)
    incident = found[0]
    seen = bisect_left(prediction_times, incident.detected_ms + 1)
    return Row(
        truth,
        incident,
        further_incidents=len(found) - 1,
        repetitions=len(found) - 1 - _consequences(found, truth),
        right_kind=is_right_kind(incident, truth),
        delay_s=(incident.detected_ms - truth.began_ms) / 1000,
        delay_predictions=seen - truth.first_prediction if len(prediction_times) else None,
        delay_wall_s=wall_clock.delay_s(truth, incident),
    )


def _consequences(found: list[Incident], truth: Truth) -> int:
    """How many further incidents began with signals that the change moves alone, none of them told before."""
    told = set(found[0].all_signals)
    consequences = 0
    for incident in found[1:]:
        consequences += set(incident.signals) <= set(truth.signals) - told
        told |= set(incident.all_signals)
    return consequences


def _incident(alerts: Sequence[Alert]) -> Incident:
    alert = alerts[0]
    labels, drift = alert["labels"], alert["drift"]
    told = dict.fromkeys(name for each in alerts for name in _signals(each))
    first = _signals(alert)
    return Incident(
        id=alert["id"],
        model=labels["model"],
        version=labels["version"],
        kind=drift["kind"],
        signals=first,
        began_ms=_epoch_ms(drift["began_at"]),
        detected_ms=_epoch_ms(drift["detected_at"]),
        summary=alert["annotations"]["summary"],
        joined=tuple(name for name in told if name not in first),
    )


def _signals(alert: Alert) -> tuple[str, ...]:
    return tuple(ranked["signal"] for ranked in alert["drift"]["signals"])


def _epoch_ms(instant: str) -> int:
    return epoch_ms(datetime.fromisoformat(instant))
