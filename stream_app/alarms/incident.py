"""An incident: what is wrong with one model version, from its first finding until it is over."""

import msgspec

from driftline.detectors import Finding, Moments
from driftline.schemas import CategoryShare, Ended, Kind, Verdict, Whereabouts
from driftline.schemas.alerts import Changed
from driftline.stream_app.monitoring.stream_key import StreamKey

KIND_ORDER = {kind: place for place, kind in enumerate(Kind)}
SEVERITY_ORDER = {"info": 0, "warning": 1, "critical": 2}


def at_most(severity: str, limit: str) -> str:
    """The less grave of two severities."""
    return min(severity, limit, key=SEVERITY_ORDER.__getitem__)


class Evidence(msgspec.Struct):
    """A finding with what the alarm stages and a reader need to know of where it was made.

    ``categories`` are the finding's by name, ``new`` the values that were never there, ``beyond`` how far
    extreme ones lie from their level. ``told`` says in words what a condition is that no figures describe:
    "nothing heard since 10:05".
    """

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
    unit: str = ""
    categories: list[CategoryShare] = []
    new: list[str] = []
    beyond: str = ""
    told: str = ""
    # Of which part of the predictions it is (`country=DE`); empty: of all.
    segment: str = ""
    # A change of a signal that fires already, told from the level that it had stayed at (`news.py`).
    again: bool = False
    # A condition that is certain by itself (silence, a missed target): its reporter says when it is over.
    standing: bool = False

    @property
    def signal(self) -> str:
        return self.finding.signal

    @property
    def key(self) -> str:
        return key_of(self.stream, self.signal)

    @property
    def stream(self) -> StreamKey:
        """Where its signal is watched."""
        return StreamKey(self.version, self.role, self.segment)

    @property
    def began_ms(self) -> int:
        """When the change began, which is never after it was found: labels tell of the past."""
        return min(self.finding.began_ms, self.arrived_ms)


def key_of(stream: StreamKey, signal: str) -> str:
    """A signal among all signals of its model."""
    version, role, segment = stream
    return f"{version}\n{role}\n{segment}\n{signal}" if segment else f"{version}\n{role}\n{signal}"


def order_of(evidence: Evidence) -> tuple[int, int, str, str]:
    """Findings of one event, the cause first: the earliest beginning, then the gravest kind."""
    return (evidence.began_ms, KIND_ORDER[evidence.kind], evidence.signal, evidence.finding.detector)


class Member(msgspec.Struct):
    """One signal of an incident, as it was found first."""

    evidence: Evidence
    detectors: list[str]
    severity: str
    # What the signal had seen when it was first looked at after it fired; -1 before that.
    seen_at_start: int = -1
    # Where its levels and its reference were then, by which a level that was followed is known.
    followed_at_start: float = 0.0
    reference_at_start: float = 0.0
    recovered: bool = False
    # What it had seen when its detectors began to take it for normal; -1 while they do not.
    normal_at: int = -1
    # An operator said that its new level is the normal one.
    accepted: bool = False
    # Its new level, or one before it, became the normal one by lasting.
    followed: bool = False
    # Its values are what they were before the change.
    back: bool = False
    # What it is of late, from ticks; None before the first.
    now: Moments | None = None
    # How many values the signal had had when a change was found last; -1: when it was found first.
    changed_at: int = -1
    # The largest effect that it was found with since, when that is larger, and the size of that change.
    grown_sd: float = 0.0
    grown_size: float = 0.0
    # The last change that was told of it after the first: from a level that it had stayed at, or of something
    # else than its mean (its spread, its shape); None: only the first was.
    latest: Evidence | None = None
    # What else was found of it while it fires, by what it is a change of, and has not been told.
    others: dict[Changed, Evidence] = {}
    # Whether its first figures have been held against those of more values (`first_figures.py`).
    figures_known: bool = False
    # When anything was told of it last.
    last_told_ms: int = 0

    def values_since(self, seen: int) -> int:
        """How many values came since it was found last, when the signal has seen so many."""
        found = self.evidence.finding
        return seen - (self.changed_at if self.changed_at >= 0 else found.seen)

    @property
    def told(self) -> list[Evidence]:
        """The changes that its sentence tells: the first, and the last one beside it."""
        return [self.evidence] if self.latest is None else [self.evidence, self.latest]

    def is_told_of(self, changed: Changed) -> bool:
        """Whether its sentence says that this of it changed."""
        return any(evidence.finding.of == changed for evidence in self.told)

    def turn_to(self, changed: Changed) -> None:
        """What it was told to be is over; in this it is another one all the same."""
        self.latest = self.others.pop(changed)
        self.last_told_ms = max(self.last_told_ms, self.latest.arrived_ms)
        self.normal_at = -1

    def change_again(self, evidence: Evidence) -> None:
        """It left the level that it had stayed at for another one, or changed in something else."""
        self.fire_again()
        if self.latest is not None and self.latest.finding.of != evidence.finding.of:
            self.others[self.latest.finding.of] = self.latest
        self.latest = evidence
        self.last_told_ms = evidence.arrived_ms
        self.changed_at = evidence.finding.seen
        self.now = evidence.finding.after
        self.normal_at = -1

    def grow(self, evidence: Evidence) -> None:
        """It was found again, with a larger effect or after it had recovered."""
        self.fire_again()
        found = evidence.finding
        self.grown_sd = max(self.grown_sd, abs(found.effect_size_sd))
        self.grown_size = max(self.grown_size, found.size)
        self.last_told_ms = evidence.arrived_ms
        self.changed_at = found.seen
        if self.now is None or found.after.count >= found.needs:
            self.now = found.after

    def fire_again(self) -> None:
        """Whatever had become of it, it is another one."""
        if self.recovered:
            self.recovered = self.accepted = self.followed = self.back = False
            self.seen_at_start = self.normal_at = -1
            self.others = {}

    @property
    def effect_size_sd(self) -> float:
        return max(abs(self.evidence.finding.effect_size_sd), self.grown_sd)

    @property
    def size(self) -> float:
        """By how much it has changed, in its unit."""
        return max(self.evidence.finding.size, self.grown_size)

    @property
    def told_ms(self) -> int:
        """When a change was found last that was told."""
        return max(self.evidence.arrived_ms, self.last_told_ms)


class Incident(msgspec.Struct):
    """One change of one model version, with all the signals that show it, each once: of the segment, or of
    the whole, that showed it first.

    ``cause`` is the signal that was found first: headline, kind, times and figures are its own and stay when
    others join. ``severity`` never falls.
    """

    fingerprint: str
    episode: int
    model: str
    version: str
    role: str
    cause: str
    began_ms: int
    detected_ms: int
    # When its last signal joined.
    latest_ms: int
    members: dict[str, Member]
    severity: str = "info"
    sequence: int = 0
    sent_ms: int = 0
    followed_ms: int = 0
    sent_severity: str = ""
    unsent: bool = False
    repeats: int = 0
    verdict: Verdict | None = None
    # Who accepted the change, or how a condition ended, in a sentence; empty while nobody has said.
    acceptance: str = ""
    # Until then somebody looks after it, and it is not repeated.
    acknowledged_until_ms: int = 0
    # Why it is over, and when its stream was heard last; None while it is open.
    ended: Ended | None = None
    heard_ms: int = 0
    # The part of the predictions in which it was found first; empty: all of them.
    segment: str = ""
    # In which segments it shows, by when it was told last.
    where: Whereabouts | None = None

    @property
    def name(self) -> str:
        """Its fingerprint and episode, the label ``incident``."""
        return f"{self.fingerprint}-{self.episode}"

    @property
    def first(self) -> Member:
        """The cause."""
        return self.members[self.cause]

    @property
    def stream(self) -> StreamKey:
        """Where the cause is watched."""
        return StreamKey(self.version, self.role, self.segment)

    @property
    def kind(self) -> Kind:
        """The kind of the cause."""
        return self.first.evidence.kind

    @property
    def standing(self) -> bool:
        """Whether it is a condition whose reporter says when it is over."""
        return self.first.evidence.standing

    def ranked(self) -> list[Member]:
        """The cause, then signals that still show it by effect, then those that have recovered."""
        return sorted(
            self.members.values(),
            key=lambda member: (
                member.evidence.signal != self.cause,
                member.recovered,
                -member.effect_size_sd,
                member.evidence.signal,
            ),
        )

    @property
    def signals(self) -> list[str]:
        """The names of all signals that show or showed it."""
        return list(self.members)

    def raise_to(self, severity: str) -> None:
        """It is at least so severe."""
        self.severity = max(self.severity, severity, key=SEVERITY_ORDER.__getitem__)
