"""The alarm desk of one model: findings in, alerts out."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from driftline.detectors import Moments, SignalState, Since
from driftline.schemas import Alert, Coverage, Ended
from driftline.stream_app.alarms.endings import (
    ending_of_all,
    ending_of_condition,
    recover,
    remember_start,
    vanished,
)
from driftline.stream_app.alarms.first_figures import (
    correct,
    is_premature,
    is_provisional,
    with_more_values,
)
from driftline.stream_app.alarms.incident import SEVERITY_ORDER, Evidence, Incident, Member, at_most, order_of
from driftline.stream_app.alarms.news import is_certain, told_by
from driftline.stream_app.alarms.recovery import blocks_of_recovery, still_changed
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
from driftline.stream_app.alarms.whereabouts import is_news, is_of_more, whereabouts
from driftline.stream_app.alarms.words.announcement import Scene, Status, announce
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.signals.masses import has_young_part

# A finding that nothing confirmed within an hour, or twice the time that the change took to be found, is
# forgotten; but not before its signal had the values that would confirm it, which are rare where traffic is.
PENDING_MS = 3_600_000
PENDING_DELAYS = 2
# How often an incident is looked at for recovery, in event time.
FOLLOW_MS = 60_000
# Two words about an incident are at least so far apart, unless the second is its last.
PAUSE_MS = 1000
# How long the first word about a number with a long tail may wait for more of its values.
PATIENCE_MS = 180_000
# How long at most a change that more than a segment shows waits to be found in all predictions; else half of
# the time that it took to be found in the segment (judged).
WHOLE_PATIENCE_MS = 3_600_000
DOUBLED_AT_MOST = 20  # beyond any bound that a configuration can have


class AlarmDesk:
    """Runs the stages, keeps the open incidents, and decides when one has something to say."""

    def __init__(self, monitor: ModelMonitor) -> None:
        self.monitor = monitor
        self.plan = monitor.plan
        self.state = AlarmState()
        self.held: Counter[str] = Counter()
        self.tally = Tally(self.plan.false_alarm_budget.per_ms)

    def take(self, found: Sequence[Evidence], coverage: Coverage) -> list[Alert]:
        """What one event showed; at most one alert of each incident."""
        now_ms = max(evidence.arrived_ms for evidence in found)
        return self._take(found, STAGES, now_ms, coverage)

    def report(
        self, evidence: Evidence, coverage: Coverage, *, news: bool = False, limit: str = "critical"
    ) -> list[Alert]:
        """A condition that is certain by itself: an incident of its own, open until `end`.

        Reported again while it is open, its figures of now follow; with ``news`` that is told, too. It is as
        grave as the configuration says of its kind, and at most as grave as ``limit``.
        """
        evidence.standing = True
        incident = self.state.incident_of(evidence)
        if incident is not None:
            incident.first.now = evidence.finding.after
            incident.unsent = incident.unsent or news
            return []
        incident = self.state.open(evidence)
        severity = at_most(self.plan.alerts.severity[evidence.kind], limit)
        incident.members[evidence.signal] = Member(evidence, [evidence.finding.detector], severity)
        incident.raise_to(severity)
        return [self._announce(incident, Status.FIRING, evidence.arrived_ms, coverage)]

    def end(
        self, evidence: Evidence, now_ms: int, coverage: Coverage, ended: Ended | None = None
    ) -> list[Alert]:
        """A condition that was reported is over, with the figures and words it has now; none when it was not
        open. ``ended``: why; without it a target is met and anything else is over.
        """
        evidence.standing = True
        incident = self.state.incident_of(evidence)
        if incident is None:
            return []
        member = incident.first
        member.recovered, member.now = True, evidence.finding.after
        incident.acceptance = evidence.told
        return self.close(incident, now_ms, coverage, ended or ending_of_condition(incident))

    def tick(self, now_ms: int, coverage: Coverage) -> list[Alert]:
        """What time brings: late confirmations, updates, recoveries, repetitions."""
        self.tally.tick(now_ms)
        confirmed = []
        for key, evidence in list(self.state.pending.items()):
            signal = self._look(evidence)
            shown = None if signal is None else self._shown_since(evidence, signal)
            if shown is not None:
                del self.state.pending[key]
                confirmed.append(shown)
            elif signal is None or now_ms - evidence.arrived_ms > self._pending_ms(evidence):
                del self.state.pending[key]
        alerts = self._take(confirmed, CONFIRMED_STAGES, now_ms, coverage)
        for incident in list(self.state.incidents):
            alerts += self._follow(incident, now_ms, coverage)
        return alerts

    def _pending_ms(self, evidence: Evidence) -> float:
        """How long a finding waits to be confirmed: a change that shows slowly is also confirmed slowly."""
        found = evidence.finding
        blocks_ms = self.plan.alerts.of_blocks * self.monitor.bank_settings.block * found.gap_ms
        return max(PENDING_MS, PENDING_DELAYS * (found.detected_ms - found.began_ms), blocks_ms)

    def _shown_since(self, evidence: Evidence, signal: SignalState) -> Evidence | None:
        """What waits to be confirmed, once the values after it have done so."""
        since = self._since(evidence)
        if since is not None and is_certain(evidence, since, signal, self.plan):
            return told_by(evidence, since)
        late = not evidence.again and late_confirmed(evidence, signal, self.plan)
        return evidence if late else None

    def _take(
        self, found: Sequence[Evidence], stages: tuple[Stage, ...], now_ms: int, coverage: Coverage
    ) -> list[Alert]:
        touched: dict[str, Incident] = {}
        for evidence in sorted(found, key=order_of):
            incident = self._run(evidence, stages)
            if incident is not None:
                touched[incident.name] = incident
        # One that nobody has heard of may have become part of another.
        told = [incident for incident in touched.values() if incident.members]
        return [alert for incident in told for alert in self._tell(incident, now_ms, coverage)]

    def _run(self, evidence: Evidence, stages: tuple[Stage, ...]) -> Incident | None:
        """The incident that a finding is news of; None when a stage held it."""
        case = Case(evidence, self.plan, self.state, self._look)
        held = run(case, stages)
        if held is not None:
            self.held[held] += 1
            return None
        assert case.incident is not None
        if case.joined:
            self.tally.count(evidence.key, evidence.arrived_ms)
        return case.incident

    def _tell(self, incident: Incident, now_ms: int, coverage: Coverage) -> list[Alert]:
        if not incident.sequence:
            if is_premature(incident) or self._awaits_value(incident) or self._awaits_whole(incident, now_ms):
                return []
            self.tally.count(WHOLE_MODEL, now_ms)
            return [self._announce(incident, Status.FIRING, now_ms, coverage)]
        if is_graver(incident) and now_ms - incident.sent_ms >= PAUSE_MS:
            return [self._announce(incident, Status.UPDATED, now_ms, coverage)]
        # Many signals show one change within moments: they are told together on the next tick.
        incident.unsent = True
        return []

    def _follow(self, incident: Incident, now_ms: int, coverage: Coverage) -> list[Alert]:
        if not incident.sequence:
            return self._first_word(incident, now_ms, coverage)
        if not incident.standing:
            if now_ms - incident.followed_ms >= FOLLOW_MS:
                incident.followed_ms = now_ms
                self._look_at_members(incident)
                where = whereabouts(incident, self.monitor.streams)
                corrected = self._correct_figures(incident)
                incident.unsent = incident.unsent or corrected or is_news(incident.where, where)
            ended = vanished(incident, self.monitor.streams, now_ms)
            if ended is None and all(member.recovered for member in incident.members.values()):
                ended = ending_of_all(incident)
            if ended is not None:
                return self.close(incident, now_ms, coverage, ended)
        silent_ms = now_ms - incident.sent_ms
        if incident.unsent and silent_ms >= PAUSE_MS:
            self._look_at_members(incident)
            return [self._announce(incident, Status.UPDATED, now_ms, coverage)]
        acknowledged = now_ms < incident.acknowledged_until_ms
        if not acknowledged and silent_ms >= self._repeat_ms(incident):
            self._look_at_members(incident)
            incident.repeats += 1
            return [self._announce(incident, Status.FIRING, now_ms, coverage)]
        return []

    def _first_word(self, incident: Incident, now_ms: int, coverage: Coverage) -> list[Alert]:
        """What an incident had to wait for: `after` of more values, or the end of its patience."""
        evidence = incident.first.evidence
        signal = self._look(evidence)
        since = 0 if signal is None else incident.first.values_since(signal.seen)
        known = evidence.finding.after.count + since
        waits = known < evidence.finding.needs or self._awaits_value(incident)
        if waits and now_ms - incident.detected_ms < PATIENCE_MS:
            return []
        if self._awaits_whole(incident, now_ms):
            return []
        after = self._values_after(evidence, since)
        if after is not None and after.count <= 2 * since:  # else mostly of values from before the change
            incident.first.evidence = with_more_values(evidence, after)
        self.tally.count(WHOLE_MODEL, now_ms)
        return [self._announce(incident, Status.FIRING, now_ms, coverage)]

    def _awaits_value(self, incident: Incident) -> bool:
        """Whether one value that has just begun to come again may be all that a number's change is."""
        evidence = incident.first.evidence
        stream = self.monitor.streams.get(evidence.stream)
        paged = incident.severity == "critical" or incident.standing
        return not paged and stream is not None and has_young_part(stream.predictions.bank, evidence.signal)

    def _awaits_whole(self, incident: Incident, now_ms: int) -> bool:
        """Whether a change that a segment showed first is about to be found in all predictions, which say
        better what it is: of twenty segments the first to show it has the luckiest values.
        """
        took_ms = incident.detected_ms - incident.began_ms
        patience_ms = min(max(took_ms // 2, PATIENCE_MS), WHOLE_PATIENCE_MS)
        return now_ms - incident.detected_ms < patience_ms and is_of_more(incident, self.monitor.streams)

    def _repeat_ms(self, incident: Incident) -> int:
        """After how long an incident that stays open is told again: twice as long each time, to a bound."""
        every_ms, most_ms = self.plan.alerts.repeat_every_ms, self.plan.alerts.repeat_at_most_ms
        return int(min(every_ms * 2 ** min(incident.repeats, DOUBLED_AT_MOST), max(every_ms, most_ms)))

    def close(
        self, incident: Incident, now_ms: int, coverage: Coverage, ended: Ended = Ended.ACCEPTED
    ) -> list[Alert]:
        """The incident is over: its last alert, if there was one."""
        incident.heard_ms = self.monitor.streams.heard_ms(incident.stream) or now_ms
        incident.ended = ended
        self.state.close(incident)
        return [self._announce(incident, Status.RESOLVED, now_ms, coverage)] if incident.sequence else []

    def _look_at_members(self, incident: Incident) -> None:
        """What each signal is now, and whether it is another one still."""
        for member in incident.members.values():
            signal = None if incident.standing else self._look(member.evidence)
            if signal is None:
                continue
            if member.seen_at_start < 0:
                remember_start(member, signal)
            if not member.accepted:
                turned = self._look_for_recovery(member, signal)
                incident.unsent = incident.unsent or turned
            normal = member.normal_at >= 0
            since = self._values_of_recovery(member, signal) if normal else member.values_since(signal.seen)
            now = self._last_values(member.evidence, since)
            if now is not None and 0 < now.count <= 2 * since:
                member.now = now  # else it would be mostly of values from before the change
            member.now = member.now or member.evidence.finding.after

    def _correct_figures(self, incident: Incident) -> bool:
        """Whether the values since a share was found, all of after that, say that it is another change."""
        corrected = False
        for member in filter(is_provisional, incident.members.values()):
            signal = self._look(member.evidence)
            if signal is None or not signal.away or member.normal_at >= 0:
                continue
            since = member.values_since(signal.seen)
            after = self._values_after(member.evidence, since)
            if after is not None and after.count <= since:
                corrected = correct(member, after) or corrected
        return corrected

    def _look_for_recovery(self, member: Member, signal: SignalState) -> bool:
        """Note whether a signal is normal; what was back an hour ago need not be so when the last of them is.
        Whether that is news: what was told of it is over, and something else is not.
        """
        still = still_changed(member, signal, self.plan, self.monitor.bank_settings.block)
        if not member.recovered and still is not None:
            member.normal_at = -1
            if is_news := not member.is_told_of(still):
                member.turn_to(still)
            return is_news
        if member.normal_at < 0:
            member.normal_at = signal.seen
        recover(member, signal, self._last_values(member.evidence, self._values_of_recovery(member, signal)))
        return False

    def _values_of_recovery(self, member: Member, signal: SignalState) -> int:
        """How many of a signal's last values are of after its recovery, which its last blocks have shown."""
        shown_by = blocks_of_recovery(signal, self.plan) * self.monitor.bank_settings.block
        return shown_by + signal.seen - member.normal_at

    def _look(self, evidence: Evidence) -> SignalState | None:
        return self.monitor.state(evidence.stream, evidence.table, evidence.signal)

    def _last_values(self, evidence: Evidence, values: float) -> Moments | None:
        stream = self.monitor.streams.get(evidence.stream)
        if stream is None:
            return None
        codes = [moved.code for moved in evidence.finding.categories]
        bank = stream.table(evidence.table).bank
        return bank.last_values(evidence.signal, values, codes[0] if codes else None)

    def _values_after(self, evidence: Evidence, values: float) -> Moments | None:
        """What came since a finding, without what it was found by."""
        since = self._since(evidence)
        return since.values if since is not None else self._last_values(evidence, values)

    def _since(self, evidence: Evidence) -> Since | None:
        """The same, while it is one level; None where that is not known."""
        stream = self.monitor.streams.get(evidence.stream)
        return None if stream is None else stream.table(evidence.table).bank.since(evidence.finding)

    def _announce(self, incident: Incident, status: Status, now_ms: int, coverage: Coverage) -> Alert:
        # The clock runs behind what was found; time never goes back in what is said.
        now_ms = max(now_ms, incident.latest_ms, incident.sent_ms)
        incident.sequence += 1
        incident.sent_ms = now_ms
        incident.sent_severity = incident.severity
        incident.unsent = False
        incident.where = whereabouts(incident, self.monitor.streams)
        others = [other for other in self.state.incidents if other is not incident]
        scene = Scene(status, now_ms, coverage, self.plan.alerts, others, self.state.moved_features)
        return announce(incident, scene)

    def snapshot(self) -> dict[str, Any]:
        state = msgspec.to_builtins(self.state)
        return {"state": state, "held": dict(self.held), "tally": self.tally.snapshot()}

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.state = msgspec.convert(snapshot["state"], AlarmState)
        self.held = Counter(snapshot["held"])
        self.tally.restore(snapshot["tally"])


def is_graver(incident: Incident) -> bool:
    """Whether it has become graver than was said."""
    return SEVERITY_ORDER[incident.severity] > SEVERITY_ORDER[incident.sent_severity]
