"""The alarm desk of one model: findings in, alerts out."""

from collections import Counter
from typing import Any

import msgspec

from driftline.detectors import SignalState
from driftline.schemas import Alert, Coverage
from driftline.stream_app.alarms.announcement import Status, announce
from driftline.stream_app.alarms.incident import SEVERITY_ORDER, Evidence, Incident, Member
from driftline.stream_app.alarms.recovery import has_recovered
from driftline.stream_app.alarms.stages import (
    CONFIRMED_STAGES,
    STAGES,
    Case,
    Stage,
    late_confirmed,
    run,
)
from driftline.stream_app.alarms.state import AlarmState
from driftline.stream_app.alarms.tally import WHOLE_MODEL, Tally
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.streams import GONE_MS

# A finding that nothing confirmed within an hour, or twice the time that the change took to be found, is
# forgotten.
PENDING_MS = 3_600_000
PENDING_DELAYS = 2
# How often an incident is looked at for recovery, in event time.
FOLLOW_MS = 60_000


class AlarmDesk:
    """Runs the stages, keeps the open incidents, and decides when one has something to say."""

    def __init__(self, monitor: ModelMonitor) -> None:
        self.monitor = monitor
        self.plan = monitor.plan
        self.state = AlarmState()
        self.held: Counter[str] = Counter()
        self.tally = Tally(self.plan.false_alarm_budget.per_ms)

    def take(self, evidence: Evidence, coverage: Coverage) -> list[Alert]:
        """One finding; at most one alert."""
        return self._run(evidence, STAGES, evidence.arrived_ms, coverage)

    def report(self, evidence: Evidence, coverage: Coverage) -> list[Alert]:
        """A condition that is certain by itself: an incident of its own, open until `end`."""
        evidence.standing = True
        if self.state.incident_of(evidence) is not None:
            return []
        incident = self.state.open(evidence)
        severity = self.plan.alerts.severity[evidence.kind.value]
        incident.members[evidence.signal] = Member(evidence, [evidence.finding.detector], severity)
        return [self._announce(incident, Status.FIRING, evidence.arrived_ms, coverage)]

    def end(self, evidence: Evidence, now_ms: int, coverage: Coverage) -> list[Alert]:
        """A condition that was reported is over; none when it was not open."""
        incident = self.state.incident_of(evidence)
        if incident is None:
            return []
        incident.members[evidence.signal].recovered = True
        return [self.close(incident, now_ms, coverage)]

    def tick(self, now_ms: int, coverage: Coverage) -> list[Alert]:
        """What time brings: late confirmations, updates, recoveries, repetitions."""
        self.tally.tick(now_ms)
        alerts: list[Alert] = []
        for key, evidence in list(self.state.pending.items()):
            signal = self._look(evidence)
            if signal is not None and late_confirmed(evidence, signal, self.plan):
                del self.state.pending[key]
                alerts += self._run(evidence, CONFIRMED_STAGES, now_ms, coverage)
            elif signal is None or now_ms - evidence.arrived_ms > pending_ms(evidence):
                del self.state.pending[key]
        for incident in list(self.state.incidents):
            alerts += self._follow(incident, now_ms, coverage)
        return alerts

    def _run(
        self, evidence: Evidence, stages: tuple[Stage, ...], now_ms: int, coverage: Coverage
    ) -> list[Alert]:
        case = Case(evidence, self.plan, self.state, self._look)
        held = run(case, stages)
        if held is not None:
            self.held[held] += 1
            return []
        incident = case.incident
        assert incident is not None
        if case.joined:
            self.tally.count(evidence.key, evidence.arrived_ms)
        if not incident.sequence:
            self.tally.count(WHOLE_MODEL, evidence.arrived_ms)
            return [self._announce(incident, Status.FIRING, now_ms, coverage)]
        if SEVERITY_ORDER[incident.severity] > SEVERITY_ORDER[incident.sent_severity]:
            return [self._announce(incident, Status.UPDATED, now_ms, coverage)]
        # Many signals show one change within moments: they are told together on the next tick.
        incident.unsent = True
        return []

    def _follow(self, incident: Incident, now_ms: int, coverage: Coverage) -> list[Alert]:
        if now_ms - incident.followed_ms >= FOLLOW_MS:
            incident.followed_ms = now_ms
            self._look_for_recovery(incident)
        gone = self.monitor.streams.idle_ms((incident.version, incident.role), now_ms) > GONE_MS
        if gone or all(member.recovered for member in incident.members.values()):
            return [self.close(incident, now_ms, coverage)]
        if incident.unsent:
            return [self._announce(incident, Status.UPDATED, now_ms, coverage)]
        acknowledged = now_ms < incident.acknowledged_until_ms
        if not acknowledged and now_ms - incident.sent_ms >= self.plan.alerts.repeat_every_ms:
            return [self._announce(incident, Status.FIRING, now_ms, coverage)]
        return []

    def close(self, incident: Incident, now_ms: int, coverage: Coverage) -> Alert:
        """The incident is over: its last alert."""
        self.state.close(incident)
        return self._announce(incident, Status.RESOLVED, now_ms, coverage)

    def _look_for_recovery(self, incident: Incident) -> None:
        block = self.monitor.bank_settings.block
        for member in incident.members.values():
            holds = member.recovered or member.evidence.standing
            signal = None if holds else self._look(member.evidence)
            if signal is None:
                continue
            if member.seen_at_start < 0:
                member.seen_at_start = signal.seen
            member.recovered = has_recovered(member, signal, self.plan, block)

    def _look(self, evidence: Evidence) -> SignalState | None:
        return self.monitor.state((evidence.version, evidence.role), evidence.table, evidence.signal)

    def _announce(self, incident: Incident, status: Status, now_ms: int, coverage: Coverage) -> Alert:
        incident.sequence += 1
        incident.sent_ms = now_ms
        incident.sent_severity = incident.severity
        incident.unsent = False
        return announce(incident, status, coverage, self.plan.alerts.generator_url)

    def snapshot(self) -> dict[str, Any]:
        state = msgspec.to_builtins(self.state)
        return {"state": state, "held": dict(self.held), "tally": self.tally.snapshot()}

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.state = msgspec.convert(snapshot["state"], AlarmState)
        self.held = Counter(snapshot["held"])
        self.tally.restore(snapshot["tally"])


def pending_ms(evidence: Evidence) -> int:
    """How long a finding waits to be confirmed: a change that shows slowly is also confirmed slowly."""
    finding = evidence.finding
    return max(PENDING_MS, PENDING_DELAYS * (finding.detected_ms - finding.began_ms))
