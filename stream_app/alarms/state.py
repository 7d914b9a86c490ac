"""Everything that the alarm stages and operators' verdicts leave behind of one model."""

from collections.abc import Callable, Iterator

import msgspec

from driftline.schemas import Verdict, fingerprint_of
from driftline.stream_app.alarms.incident import Evidence, Incident, Member
from driftline.stream_app.alarms.standing import Standing
from driftline.stream_app.monitoring.signals.families import is_of_feature
from driftline.stream_app.monitoring.signals.masses import is_of_part, same_column
from driftline.stream_app.monitoring.traffic.feeds import rate_of

# A verdict may come days after an incident is over. About 60 bytes and 30 for each signal.
CLOSED_KEPT = 64
# A value is counted once it has come a few times, which takes long where values are few (judged).
SAME_CHANGE_MS = 86_400_000
# A beginning is known to about a quarter of the time that it took to find the change (judged), and to so many
# values of its signal: one in a hundred of changes by 0.8 sd was told to begin more than 17 values too late
# beyond that quarter (2,000 values learned, a false alarm in 40,000; 240 changes), and there are two of them.
BEGAN_WITHIN = 4
BEGAN_WITHIN_VALUES = 32


class ClosedIncident(msgspec.Struct):
    """What is kept of an incident that is over, for the verdict that may still come."""

    fingerprint: str
    episode: int
    version: str
    role: str
    detected_ms: int
    signals: list[str]
    verdict: Verdict | None = None


class AlarmState(msgspec.Struct):
    """Pending findings, open and closed incidents, and the standing of signals by name.

    At most one pending finding, one place in an incident and one standing per signal, so the bound is that of
    the signals. ``verdicts`` counts changes of standings; ``hour`` is the last in which they faded.
    """

    pending: dict[str, Evidence] = {}
    incidents: list[Incident] = []
    episodes: dict[str, int] = {}
    closed: list[ClosedIncident] = []
    standings: dict[str, Standing] = {}
    verdicts: int = 0
    hour: int = 0

    def incident_of(self, evidence: Evidence) -> Incident | None:
        """The open incident in which this signal fires, or is reported as a condition."""
        for incident in self._of_version(evidence):
            member = incident.members.get(evidence.signal)
            if member is not None and not member.recovered and member.evidence.key == evidence.key:
                return incident
        return None

    def incident_elsewhere(self, evidence: Evidence) -> Incident | None:
        """The open incident in which this signal fires in another segment, or in the whole."""
        for incident in self._of_version(evidence):
            member = incident.members.get(evidence.signal)
            if member is not None and not member.recovered and member.evidence.key != evidence.key:
                return incident
        return None

    def tells_fall(self, signal: str) -> bool:
        """Whether an open incident tells that this signal fell, of any version as a whole."""
        return any(
            incident.sequence and not member.recovered and member.evidence.finding.direction == "down"
            for incident in self.incidents
            for name, member in incident.members.items()
            if name == signal and not member.evidence.segment
        )

    def tells_silence(self, rate: str) -> bool:
        """Whether an open incident tells that what this rate counts does not come any more."""
        return any(
            rate_of(name) == rate and not member.recovered
            for incident in self.incidents
            for name, member in incident.members.items()
        )

    def past_members(self, evidence: Evidence) -> list[Member]:
        """What this signal was in open incidents of its model version in which it does not fire any more."""
        members = [incident.members.get(evidence.signal) for incident in self._of_version(evidence)]
        return [
            member
            for member in members
            if member is not None and member.recovered and member.evidence.key == evidence.key
        ]

    def incident_near(self, evidence: Evidence, group_within_ms: int) -> Incident | None:
        """The open incident of the same model version that this change belongs to by time.

        A change began somewhere between its estimated beginning, which is known to about a quarter of the
        time that it took to be found, and its detection. It belongs to an incident when that is within the
        grouping window of the incident's beginning … its last joining signal, however long the incident
        stays open. That goes for what users do about answers and for labels too. The window follows the rate
        of the signal whose beginning is uncertain: of one value in nine minutes it is hours.
        """
        took_ms = evidence.arrived_ms - evidence.began_ms
        for incident in self._of_version(evidence):
            from_ms = incident.began_ms - window_ms(incident.first.evidence, group_within_ms)
            until_ms = incident.latest_ms + window_ms(evidence, group_within_ms) + took_ms // BEGAN_WITHIN
            if not incident.standing and evidence.began_ms <= until_ms and evidence.arrived_ms >= from_ms:
                return incident
        return None

    def incident_caused_by(self, evidence: Evidence) -> Incident | None:
        """The open incident whose cause this signal is, recovered or not: the same identity is open once."""
        return next(
            (
                each
                for each in self._of_version(evidence)
                if (each.cause, each.segment) == (evidence.signal, evidence.segment)
            ),
            None,
        )

    def incident_explaining(self, evidence: Evidence) -> Incident | None:
        """The open incident of a value that takes part of this number, and so moves its mean and spread; of a
        value that of its number, of new categories and all of them each other's, if that was found within the
        last day.
        """
        for incident in self._of_version(evidence):
            for name, member in incident.members.items():
                if member.evidence.segment != evidence.segment:
                    continue
                late = evidence.arrived_ms - member.evidence.arrived_ms > SAME_CHANGE_MS
                fires = not member.recovered and (is_of_part(name) or not late)
                if fires and same_column(name, evidence.signal):
                    return incident
        return None

    @property
    def moved_features(self) -> list[str]:
        """Features that any open incident of the model shows."""
        return [
            member.evidence.signal
            for incident in self.incidents
            for member in incident.members.values()
            if is_of_feature(member.evidence.signal)
        ]

    def _of_version(self, evidence: Evidence) -> list[Incident]:
        """The open incidents of the evidence's model version: of changes, or of its condition."""
        key = (evidence.version, evidence.role, evidence.standing and evidence.kind)
        return [
            each for each in self.incidents if (each.version, each.role, each.standing and each.kind) == key
        ]

    def open(self, evidence: Evidence) -> Incident:
        """A new incident, known by the labels of the signal that showed it first."""
        fingerprint = fingerprint_of(
            model=evidence.model,
            version=evidence.version,
            role=evidence.role,
            signal=evidence.signal,
            # A condition is no change of the signal.
            segment=evidence.kind if evidence.standing else evidence.segment,
        )
        self.episodes[fingerprint] = self.episodes.get(fingerprint, 0) + 1
        incident = Incident(
            fingerprint=fingerprint,
            episode=self.episodes[fingerprint],
            model=evidence.model,
            version=evidence.version,
            role=evidence.role,
            cause=evidence.signal,
            segment=evidence.segment,
            began_ms=evidence.began_ms,
            detected_ms=evidence.arrived_ms,
            latest_ms=evidence.arrived_ms,
            members={},
        )
        self.incidents.append(incident)
        return incident

    def retell(self, incident: Incident, evidence: Evidence) -> Incident:
        """In place of an incident that nobody has heard of, one that this signal is the cause of."""
        self.incidents.remove(incident)
        self.episodes[incident.fingerprint] -= 1
        another = self.open(evidence)
        another.began_ms = min(incident.began_ms, evidence.began_ms)
        another.members, incident.members = incident.members, {}
        another.raise_to(incident.severity)
        return another

    def close(self, incident: Incident) -> None:
        """It is over; what a later verdict needs of it is kept."""
        self.incidents.remove(incident)
        names = ("fingerprint", "episode", "version", "role", "detected_ms", "signals", "verdict")
        self.closed.append(ClosedIncident(**{name: getattr(incident, name) for name in names}))
        del self.closed[:-CLOSED_KEPT]

    def find(self, alert_id: str) -> Incident | ClosedIncident | None:
        """The incident that an alert's id or fingerprint belongs to; of several episodes the latest."""
        fingerprint, _, rest = alert_id.partition("-")
        episode = rest.partition("-")[0]
        latest_first: Iterator[Incident | ClosedIncident] = iter((*self.incidents[::-1], *self.closed[::-1]))
        for incident in latest_first:
            if incident.fingerprint == fingerprint and episode in ("", str(incident.episode)):
                return incident
        return None

    def factors_at(self, now_ms: int) -> Callable[[str], float]:
        """By name: what verdicts made of the weight of a signal in the false-alarm budget."""
        unjudged = Standing()
        return lambda signal: self.standings.get(signal, unjudged).factor_at(now_ms)


def window_ms(evidence: Evidence, group_within_ms: int) -> float:
    """How far apart beginnings of one change may be told to be, where this signal is one of two."""
    return max(group_within_ms, BEGAN_WITHIN_VALUES * evidence.finding.gap_ms)
