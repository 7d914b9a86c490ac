"""An incident: what is wrong with one model version, from its first finding until it is over."""

import msgspec

from driftline.detectors import Finding
from driftline.schemas import Verdict
from driftline.stream_app.monitoring.naming import Kind

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
    # A condition that is certain by itself (silence, a missed target): its reporter says when it is over.
    standing: bool = False

    @property
    def signal(self) -> str:
        return self.finding.signal

    @property
    def key(self) -> str:
        return key_of(self.version, self.role, self.signal)


def key_of(version: str, role: str, signal: str) -> str:
    """A signal among all signals of its model."""
    return f"{version}\n{role}\n{signal}"


class Member(msgspec.Struct):
    """One signal of an incident."""

    evidence: Evidence
    detectors: list[str]
    severity: str
    # What the signal had seen when it was first looked at after it fired; -1 before that.
    seen_at_start: int = -1
    recovered: bool = False
    # An operator said that its new level is the normal one.
    accepted: bool = False

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
    verdict: Verdict | None = None
    # Who accepted the change, in a sentence; empty while nobody has.
    acceptance: str = ""
    # Until then somebody looks after it, and it is not repeated.
    acknowledged_until_ms: int = 0

    def ranked(self) -> list[Member]:
        """Signals that have not recovered, largest effect first (all of them once none is left)."""
        firing = [member for member in self.members.values() if not member.recovered]
        members = firing or list(self.members.values())
        return sorted(members, key=lambda member: (-member.effect_size_sd, member.evidence.signal))

    @property
    def signals(self) -> list[str]:
        """The names of all signals that show or showed it."""
        return list(self.members)

    @property
    def kind(self) -> Kind:
        return min((member.evidence.kind for member in self.members.values()), key=KIND_ORDER.__getitem__)

    @property
    def severity(self) -> str:
        return max((member.severity for member in self.members.values()), key=SEVERITY_ORDER.__getitem__)

    @property
    def features_moved(self) -> bool:
        return any(member.evidence.kind is Kind.DATA_DRIFT for member in self.members.values())
