"""Everything that the alarm stages and operators' verdicts leave behind of one model."""

from collections.abc import Callable, Iterator

import msgspec

from driftline.schemas import Verdict, fingerprint_of
from driftline.stream_app.alarms.incident import Evidence, Incident, Member
from driftline.stream_app.alarms.standing import Standing
from driftline.stream_app.monitoring.naming import Kind

# A verdict may come days after an incident is over. About 60 bytes and 30 for each signal.
CLOSED_KEPT = 64
ANSWERS = (Kind.CONCEPT_DRIFT, Kind.BEHAVIOR)


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
        """The open incident in which this signal fires."""
        for incident in self._drifts(evidence):
            member = incident.members.get(evidence.signal)
            if member is not None and not member.recovered:
                return incident
        return None

    def standing_of(self, evidence: Evidence) -> Incident | None:
        """The open incident of the same condition, which its reporter ends."""
        for incident in self._of_version(evidence):
            member = incident.members.get(evidence.signal)
            if member is not None and member.evidence.standing and member.evidence.kind is evidence.kind:
                return incident
        return None

    def past_members(self, evidence: Evidence) -> list[Member]:
        """What this signal was in open incidents of its model version in which it does not fire any more."""
        members = [incident.members.get(evidence.signal) for incident in self._drifts(evidence)]
        return [member for member in members if member is not None and member.recovered]

    def incident_near(self, evidence: Evidence, group_within_ms: int) -> Incident | None:
        """The open incident of the same model version that this change belongs to by time.

        A change began somewhere between its estimated beginning and its detection.
        """
        for incident in self._drifts(evidence):
            from_ms = incident.began_ms - group_within_ms
            until_ms = incident.latest_ms + group_within_ms
            if evidence.finding.began_ms <= until_ms and evidence.arrived_ms >= from_ms:
                return incident
        return None

    def consequence_of(self, evidence: Evidence) -> Incident | None:
        """The open incident that this change follows from, or leads to, at whatever time it shows.

        What users do follows from the answers, and labels tell of those late: both are one change.
        """
        if evidence.kind not in ANSWERS:
            return None
        return next((each for each in self._drifts(evidence) if each.kind in ANSWERS), None)

    def _drifts(self, evidence: Evidence) -> list[Incident]:
        """Those of them that findings may join: a standing condition is an incident of its own."""
        incidents = self._of_version(evidence)
        return [
            each
            for each in incidents
            if not any(member.evidence.standing for member in each.members.values())
        ]

    def _of_version(self, evidence: Evidence) -> list[Incident]:
        """The open incidents of the model version that the evidence is about."""
        key = (evidence.version, evidence.role)
        return [incident for incident in self.incidents if (incident.version, incident.role) == key]

    def open(self, evidence: Evidence) -> Incident:
        """A new incident, known by the labels of the signal that showed it first."""
        fingerprint = fingerprint_of(
            model=evidence.model, version=evidence.version, role=evidence.role, signal=evidence.signal
        )
        self.episodes[fingerprint] = self.episodes.get(fingerprint, 0) + 1
        incident = Incident(
            fingerprint=fingerprint,
            episode=self.episodes[fingerprint],
            model=evidence.model,
            version=evidence.version,
            role=evidence.role,
            began_ms=evidence.finding.began_ms,
            detected_ms=evidence.arrived_ms,
            latest_ms=evidence.arrived_ms,
            members={},
        )
        self.incidents.append(incident)
        return incident

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
