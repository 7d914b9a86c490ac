"""What operators say, as it arrives: verdicts on alerts, and levels that are normal now."""

from collections import Counter
from enum import StrEnum
from typing import Any, Final

from driftline.schemas import Alert, Control, Coverage, Kind, rfc3339
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.incident import Incident
from driftline.stream_app.alarms.state import ClosedIncident
from driftline.stream_app.alarms.verdicts.acceptance import Acceptance
from driftline.stream_app.alarms.verdicts.audit import AuditTrail
from driftline.stream_app.alarms.verdicts.verdicts import Verdicts
from driftline.stream_app.monitoring.identity import id_hash
from driftline.stream_app.monitoring.model import ModelMonitor

MOST_NAMED: Final = 5


ENDS_WHEN: Final = {
    Kind.TARGET: "the target is met, or the configuration has another one",
    Kind.SILENCE: "something is heard again",
    Kind.VOLUME: "traffic is what it was",
}
"""By kind of condition."""
NO_MORE: Final = "it does not hold any more"


class Outcome(StrEnum):
    """What became of an operator's word."""

    JUDGED = "judged"
    ACCEPTED = "accepted"
    REPEATED = "repeated"
    UNKNOWN_ALERT = "unknown_alert"
    UNKNOWN_SIGNAL = "unknown_signal"
    OVER = "over"
    ACKNOWLEDGED = "acknowledged"
    COMMENTED = "commented"
    UNDONE = "undone"
    NOT_KEPT = "not_kept"
    NO_LEVEL = "no_level"


class ControlDesk:
    """Takes control events of one model in order; everything they change is written into the audit trail.

    The event clock says when: what a person writes carries the time on the wall, which may be another one.
    """

    def __init__(self, monitor: ModelMonitor, desk: AlarmDesk) -> None:
        self._monitor = monitor
        self._desk = desk
        self.trail = AuditTrail(monitor.model)
        self._verdicts = Verdicts(desk, self.trail, monitor.limits.signals_per_stream)
        self._acceptance = Acceptance(monitor, desk, self.trail)
        self.outcomes: Counter[str] = Counter()

    def take(self, control: Control, coverage: Coverage) -> list[Alert]:
        """One word of an operator; the alerts are those of incidents that are over by it."""
        if control.id is not None and not self._monitor.joins.recent_ids.add(
            id_hash(f"control {control.id}")
        ):
            return self._ignore(control, Outcome.REPEATED, f"{control.id} had been taken already.")
        if control.action == "undo":
            return self._undo(control)
        if control.alert_id is None:
            return self._accept_signals(control, coverage)
        incident = self._desk.state.find(control.alert_id)
        if incident is None:
            reason = f"There is no alert {control.alert_id} of this model, or it was too long ago."
            return self._ignore(control, Outcome.UNKNOWN_ALERT, reason)
        return self._hear(incident, control, coverage)

    def _hear(self, incident: Incident | ClosedIncident, control: Control, coverage: Coverage) -> list[Alert]:
        """A word about an incident."""
        if control.action == "verdict":
            return self._judge(incident, control, coverage)
        if control.action == "acknowledge":
            return self._acknowledge(incident, control)
        if control.action == "comment":
            return self._note(control, Outcome.COMMENTED, "commented", "A remark; nothing changes by it.")
        return self._accept_incident(incident, control, coverage)

    def tick(self, now_ms: int) -> None:
        """Let verdicts fade, and references that can no longer be put back."""
        self._verdicts.tick(now_ms)
        self._acceptance.earlier.forget(now_ms)

    def _acknowledge(self, incident: Incident | ClosedIncident, control: Control) -> list[Alert]:
        assert control.until_ms is not None
        if isinstance(incident, ClosedIncident):
            return self._ignore(control, Outcome.OVER, f"The incident of {control.alert_id} is over.")
        incident.acknowledged_until_ms = control.until_ms
        by, until = control.by or "Somebody", rfc3339(control.until_ms)
        reason = f"{by} looks after it: it is not repeated until {until}, or until it is over."
        return self._note(control, Outcome.ACKNOWLEDGED, "acknowledged", reason, until=until)

    def _undo(self, control: Control) -> list[Alert]:
        reason = self._acceptance.undo(control)
        if reason is not None:
            return self._ignore(control, Outcome.NOT_KEPT, reason)
        self.outcomes[Outcome.UNDONE] += 1
        return []

    def _note(
        self, control: Control, outcome: Outcome, action: str, reason: str, until: str | None = None
    ) -> list[Alert]:
        self.outcomes[outcome] += 1
        self.trail.write(control.time_ms, action, reason, control, until=until)
        return []

    def _judge(
        self, incident: Incident | ClosedIncident, control: Control, coverage: Coverage
    ) -> list[Alert]:
        if incident.verdict == control.verdict:
            reason = f"The incident was judged {control.verdict} already."
            return self._ignore(control, Outcome.REPEATED, reason)
        self.outcomes[Outcome.JUDGED] += 1
        now_ms = self._monitor.clock.tick_ms
        self._verdicts.judge(incident, control, now_ms)
        if control.verdict == "useful":
            within_ms = self._monitor.plan.alerts.group_within_ms
            self._verdicts.promote_who_saw_first(incident, control, within_ms, now_ms)
        if control.verdict == "expected_change":
            return self._accept_incident(incident, control, coverage)
        return []

    def _accept_incident(
        self, incident: Incident | ClosedIncident, control: Control, coverage: Coverage
    ) -> list[Alert]:
        if isinstance(incident, ClosedIncident):
            reason = (
                f"The incident of {control.alert_id} is over, and no reference was changed: name its signals "
                "if their present level is the new normal."
            )
            return self._ignore(control, Outcome.OVER, reason)
        if incident.standing:
            reason = (
                f"{control.alert_id} is about no level that could be the new normal: it is over when "
                f"{ENDS_WHEN.get(incident.kind, NO_MORE)}."
            )
            return self._ignore(control, Outcome.NO_LEVEL, reason)
        self.outcomes[Outcome.ACCEPTED] += 1
        return self._acceptance.accept(self._acceptance.places_of(incident), control, coverage)

    def _accept_signals(self, control: Control, coverage: Coverage) -> list[Alert]:
        places = self._acceptance.places_named(control)
        watched = {place.signal for place in places}
        if unknown := [signal for signal in control.signals if signal not in watched]:
            more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
            reason = f"Not watched{scope_of(control)}: {', '.join(unknown[:MOST_NAMED])}{more}."
            self._ignore(control, Outcome.UNKNOWN_SIGNAL, reason)
        if not places:
            return []
        self.outcomes[Outcome.ACCEPTED] += 1
        return self._acceptance.accept(places, control, coverage)

    def _ignore(self, control: Control, outcome: Outcome, reason: str) -> list[Alert]:
        self.outcomes[outcome] += 1
        self.trail.write(control.time_ms, "ignored", reason, control)
        return []

    def snapshot(self) -> dict[str, Any]:
        """What is not part of the alarm desk's own state."""
        return {
            "trail": self.trail.snapshot(),
            "outcomes": dict(self.outcomes),
            "earlier": self._acceptance.earlier.snapshot(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.trail.restore(snapshot["trail"])
        self.outcomes = Counter(snapshot["outcomes"])
        self._acceptance.earlier.restore(snapshot["earlier"])


def scope_of(control: Control) -> str:
    """Where the operator wanted signals to be accepted."""
    parts = (
        f"in version {control.version}" if control.version else "",
        control.role and f"as {control.role}",
    )
    words = " ".join(part for part in parts if part)
    return f" {words}" if words else ""
