"""An incident: what is wrong with one model version, from its first finding until it is over."""

import msgspec

from detectors import Finding
from schemas import fingerprint_of
from stream_app.monitoring.naming import Kind

KIND_ORDER = {kind: place for place, kind in enumerate(Kind)}
SEVERITY_ORDER = {"info": 0, "warning": 1, "critical": 2}


class Evidence(msgspec.Struct):
    """A finding with what the alarm stages need to know of where it was made."""

    model: str
    version: str
    role: str
    table: str
    topic: str
    kind: Kind
    compared_with: str | None
    sequence: int
    arrived_ms: int
    partition: int
    offset: int
    finding: Finding

    @property
    def signal(self) -> str:
        return self.finding.signal

    @property
    def key(self) -> str:
        return f"{self.version}\n{self.role}\n{self.signal}"


class Member(msgspec.Struct):
    """One signal of an incident."""

    evidence: Evidence
    detectors: list[str]
    severity: str
    # What the signal had seen when it was first looked at after it fired; -1 before that.
    seen_at_start: int = -1
    recovered: bool = False

    @property
    def effect_size_sd(self) -> float:
        return abs(self.evidence.finding.effect_size_sd)


class Incident(msgspec.Struct):
    """One change of one model version, with all the signals that show it."""

    fingerprint: str
    episode: int
    model: str
    version: str
    role: str
    began_ms: int
    detected_ms: int
    latest_ms: int
    members: dict[str, Member]
    sequence: int = 0
    sent_ms: int = 0
    followed_ms: int = 0
    sent_severity: str = ""
    unsent: bool = False

    def ranked(self) -> list[Member]:
        """Signals that have not recovered, largest effect first (all of them once none is left)."""
        firing = [member for member in self.members.values() if not member.recovered]
        members = firing or list(self.members.values())
        return sorted(members, key=lambda member: (-member.effect_size_sd, member.evidence.signal))

    @property
    def kind(self) -> Kind:
        return min((member.evidence.kind for member in self.members.values()), key=KIND_ORDER.__getitem__)

    @property
    def severity(self) -> str:
        return max((member.severity for member in self.members.values()), key=SEVERITY_ORDER.__getitem__)

    @property
    def features_moved(self) -> bool:
        return any(member.evidence.kind is Kind.DATA_DRIFT for member in self.members.values())


class AlarmState(msgspec.Struct):
    """Everything the alarm stages remember of one model.

    At most one pending finding and one place in an incident per signal, so the bound is that of the signals.
    """

    pending: dict[str, Evidence] = {}
    incidents: list[Incident] = []
    episodes: dict[str, int] = {}

    def incident_of(self, evidence: Evidence) -> Incident | None:
        """The open incident in which this signal fires."""
        for incident in self.incidents:
            member = incident.members.get(evidence.signal)
            same = (incident.version, incident.role) == (evidence.version, evidence.role)
            if same and member is not None and not member.recovered:
                return incident
        return None

    def incident_near(self, evidence: Evidence, group_within_ms: int) -> Incident | None:
        """The open incident of the same model version that this change belongs to by time.

        A change began somewhere between its estimated beginning and its detection.
        """
        for incident in self.incidents:
            same = (incident.version, incident.role) == (evidence.version, evidence.role)
            from_ms = incident.began_ms - group_within_ms
            until_ms = incident.latest_ms + group_within_ms
            if same and evidence.finding.began_ms <= until_ms and evidence.arrived_ms >= from_ms:
                return incident
        return None

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
