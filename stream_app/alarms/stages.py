"""The way from a finding to an alert: one line of stages, read from top to bottom.

A stage lets a case pass (returns None) or holds it and says why. The desk counts the reasons.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from driftline.detectors import Finding, SignalState
from driftline.stream_app.alarms.calendars import is_calendar
from driftline.stream_app.alarms.direction import floor_of, is_bad
from driftline.stream_app.alarms.incident import Evidence, Incident, Member, at_most
from driftline.stream_app.alarms.news import CERTAIN_STANDARD_ERRORS, from_its_base, is_another_change
from driftline.stream_app.alarms.recovery import tolerance_sd
from driftline.stream_app.alarms.standing import Sighting
from driftline.stream_app.alarms.state import AlarmState, window_ms
from driftline.stream_app.config import ModelPlan
from driftline.stream_app.monitoring.signals.masses import is_of_part, same_column

Look = Callable[[Evidence], SignalState | None]

# A change this small is never worth an alert, however sure the detectors are; but a rare event that becomes
# much more frequent moves its rate by a small part of its sd.
SMALLEST_EFFECT_SD = 0.1
SMALLEST_ODDS = 1.25
# A firing signal is reported again when its effect has grown by half.
GROWTH = 1.5
# A segment in which a change is that many times the one that is told has a change of its own (judged): the
# whole shows the change of a segment of a half of it with half of the effect.
MUCH_LARGER = 2.0
LUCKY_VALUES = 10  # judged; fewer may be much larger by chance


class Held(StrEnum):
    """Why a finding did not become an alert."""

    NOT_ARMED = "not_armed"
    ONLY_RISES = "only_rises"
    GOOD_DIRECTION = "good_direction"
    BELOW_FLOOR = "below_floor"
    UNCONFIRMED = "unconfirmed"
    WATCH_ONLY = "watch_only"
    RECOVERING = "recovering"
    ALREADY_FIRING = "already_firing"
    TOLD_ELSEWHERE = "told_elsewhere"


@dataclass
class Case:
    """One finding on its way, and what the stages know and decide."""

    evidence: Evidence
    plan: ModelPlan
    state: AlarmState
    look: Look
    incident: Incident | None = None
    detectors: tuple[str, ...] = ()
    joined: bool = False  # whether the signal was not part of the incident before

    @property
    def effect_size_sd(self) -> float:
        return abs(self.evidence.finding.effect_size_sd)

    @property
    def near(self) -> Incident | None:
        """The open incident that it belongs to by time."""
        return self.state.incident_near(self.evidence, self.plan.alerts.group_within_ms)

    @property
    def beside(self) -> Member | None:
        """The signal where it fires for something else: its spread is told, and now its mean moves."""
        incident = self.state.incident_of(self.evidence)
        member = None if incident is None else incident.members[self.evidence.signal]
        return None if member is None or member.is_told_of(self.evidence.finding.of) else member

    @property
    def is_certain(self) -> bool:
        """Whether its own values show it, not a handful of lucky ones."""
        return self.effect_size_sd * sqrt(self.evidence.finding.after.count) >= CERTAIN_STANDARD_ERRORS

    @property
    def is_large(self) -> bool:
        """Whether it speaks for itself: large, and for certain."""
        return self.effect_size_sd >= self.plan.alerts.effect_size_floor_sd and self.is_certain

    @property
    def is_small(self) -> bool:
        """Whether it is not worth an alert."""
        odds = self.evidence.finding.odds
        return self.effect_size_sd < SMALLEST_EFFECT_SD and 1 / SMALLEST_ODDS < odds < SMALLEST_ODDS


Stage = Callable[[Case], Held | None]


def armed(case: Case) -> Held | None:
    """A signal that is still learning its reference never fires, nor one without a level: an id, a clock."""
    signal = case.look(case.evidence)
    if signal is None or not signal.armed:
        return Held.NOT_ARMED
    return Held.ONLY_RISES if signal.rises or is_calendar(case.evidence.finding) else None


def recovering(case: Case) -> Held | None:
    """A signal that changes back to where it was is on its way to be resolved, not a new change.

    One that leaves the level that it has stayed at goes on as a change from there.
    """
    incident = case.state.incident_of(case.evidence)
    if incident is None:
        return Held.RECOVERING if comes_back(case) else None
    member = incident.members[case.evidence.signal]
    if not member.is_told_of(case.evidence.finding.of):
        return None  # no effect on the spread says whether the mean comes back
    is_back = case.effect_size_sd <= tolerance_sd(member.effect_size_sd)
    quiet_ms = window_ms(case.evidence, case.plan.alerts.group_within_ms)
    if not is_back and is_another_change(case.evidence, member, quiet_ms):
        case.evidence = from_its_base(case.evidence)
        return None
    turned = case.evidence.finding.direction != member.evidence.finding.direction
    beyond = case.effect_size_sd >= member.effect_size_sd and case.is_certain
    return Held.RECOVERING if is_back or (turned and not beyond) else None


def comes_back(case: Case) -> bool:
    """Whether a signal that does not fire moves towards its reference, or back from where it fired.

    A local level follows a change that lasts: its end then looks like a change the other way.
    """
    finding = case.evidence.finding
    if finding.of != "mean":
        return False
    if (finding.effect_size_sd > 0) != (finding.direction == "up"):
        return True
    members = case.state.past_members(case.evidence)
    return any(member.evidence.finding.direction != finding.direction for member in members)


def told_elsewhere(case: Case) -> Held | None:
    """What the whole shows, its segments show as well, and a segment the whole: it is told once.

    Unless it is another change by its time, or much larger than the one that is told; not by a few values:
    where 10 % are missing two come in a row every day. Detectors that are slower have more.
    """
    elsewhere = case.state.incident_elsewhere(case.evidence)
    if elsewhere is None:
        return None
    if not elsewhere.sequence and not case.evidence.segment:
        return None  # the whole says better what nobody has heard of yet
    told_sd = elsewhere.members[case.evidence.signal].effect_size_sd
    much_larger = case.effect_size_sd > MUCH_LARGER * told_sd
    is_luck = case.evidence.finding.after.count < LUCKY_VALUES
    same = case.near is elsewhere or is_luck or not much_larger
    return Held.TOLD_ELSEWHERE if same else None


def in_bad_direction(case: Case) -> Held | None:
    """Some changes are good news: fewer errors, more clicks."""
    finding = case.evidence.finding
    away = "up" if finding.effect_size_sd > 0 else "down"
    if finding.of != "mean":
        away = finding.of
    return None if is_bad(away, case.evidence.signal, case.plan) else Held.GOOD_DIRECTION


def above_floor(case: Case) -> Held | None:
    """Some changes are too small to be anybody's business, however sure the detectors are."""
    evidence = case.evidence
    floor = floor_of(evidence.signal, evidence.unit, case.plan)
    return Held.BELOW_FLOOR if evidence.finding.size < floor else None


def confirmed(case: Case) -> Held | None:
    """Large and certain, seen by two detectors, or part of an open incident; the rest waits for its blocks
    (``late_confirmed``).

    Tests of variance and shape have looked at many values already, and no mean of blocks can confirm them.
    """
    evidence, state = case.evidence, case.state
    if evidence.finding.of != "mean":
        return None
    if evidence.again or case.beside is not None:
        # Its next values say what it has become (`news.is_certain`).
        state.pending[evidence.key] = evidence
        return Held.UNCONFIRMED
    waiting = state.pending.get(evidence.key)
    if case.is_large or (not case.is_small and case.near is not None):
        state.pending.pop(evidence.key, None)
        return None
    if waiting is not None and not case.is_small and agrees(waiting, evidence):
        case.detectors = (waiting.finding.detector,)
        state.pending.pop(evidence.key)
        return None
    state.pending[evidence.key] = evidence
    return Held.UNCONFIRMED


def agrees(earlier: Evidence, later: Evidence) -> bool:
    """Another detector, the same direction away from the reference."""
    one, other = earlier.finding, later.finding
    return one.detector != other.detector and one.effect_size_sd * other.effect_size_sd > 0


def trusted(case: Case) -> Held | None:
    """A signal that only ever made noise makes no alerts; what it would have said is remembered."""
    evidence = case.evidence
    standing = case.state.standings.get(evidence.signal)
    if standing is None or not standing.watch_only:
        return None
    standing.remember(Sighting(evidence.version, evidence.role, evidence.arrived_ms))
    return Held.WATCH_ONLY


def grouped(case: Case) -> Held | None:
    """Changes of one model version that begin within a window are one incident; what comes later is another,
    even while the first is open. A number of which one value takes a part belongs to that value's incident.
    """
    evidence, state = case.evidence, case.state
    if evidence.again and state.incident_of(evidence) is None:
        return Held.RECOVERING  # what it was a change of is over meanwhile
    case.incident = (
        state.incident_of(evidence)
        or state.incident_explaining(evidence)
        or state.incident_caused_by(evidence)
        or case.near
    )
    if case.incident is not None and is_its_value(case.incident, evidence):
        case.incident = state.retell(case.incident, evidence)
    elif case.incident is not None and is_whole_of(case.incident, evidence):
        case.incident = state.retell(case.incident, evidence)
        del case.incident.members[evidence.signal]
    if case.incident is None:
        case.incident = state.open(evidence)
    return None


def is_its_value(incident: Incident, evidence: Evidence) -> bool:
    """Whether a part is all that has happened to the number that an incident, not told yet, is about."""
    return (
        not incident.sequence and is_of_part(evidence.signal) and same_column(evidence.signal, incident.cause)
    )


def is_whole_of(incident: Incident, evidence: Evidence) -> bool:
    """Whether all predictions show what an incident, not told yet, is about in one segment."""
    return (
        not incident.sequence
        and bool(incident.segment)
        and not evidence.segment
        and evidence.signal == incident.cause
    )


def deduplicated(case: Case) -> Held | None:
    """A signal that fires already is news only when it has grown, or when its mean moves of which something
    else was told. What else is found of it meanwhile is remembered: it may outlast what was told.
    """
    assert case.incident is not None
    member = case.incident.members.get(case.evidence.signal)
    if member is not None and member.evidence.key != case.evidence.key:
        return Held.TOLD_ELSEWHERE
    if member is None or member.recovered or case.evidence.again:
        return None
    names = {*member.detectors, case.evidence.finding.detector, *case.detectors}
    member.detectors = sorted(names)
    found = case.evidence.finding
    if case.beside is not None:
        if found.of == "mean" and case.is_large:
            return None
        member.others[found.of] = case.evidence
        return Held.ALREADY_FIRING
    if member.latest is not None:
        return Held.ALREADY_FIRING  # what it does now is measured from where it stays
    grown = case.effect_size_sd > GROWTH * member.effect_size_sd and has_grown(found, member)
    return None if grown else Held.ALREADY_FIRING


def has_grown(found: Finding, member: Member) -> bool:
    """Whether values differ by more, too: an effect may be larger because it is measured otherwise by now."""
    return found.size == 0.0 or found.size > GROWTH * member.size


def graded(case: Case) -> Held | None:
    """Severity by kind; the signal becomes a member of its incident, or the member it is grows.

    A member is told as it was found first, and what it is now beside that.
    """
    assert case.incident is not None
    evidence, incident = case.evidence, case.incident
    names = {evidence.finding.detector, *case.detectors}
    severity: str = case.plan.alerts.severity[evidence.kind]
    if evidence.finding.direction == "down" and case.state.tells_silence(evidence.signal):
        severity = at_most(severity, "warning")  # nobody is paged twice
    member = incident.members.get(evidence.signal)
    case.joined = member is None
    if member is None or (member.recovered and evidence.signal != incident.cause):
        incident.members[evidence.signal] = Member(evidence, sorted(names), severity)
        incident.latest_ms = max(incident.latest_ms, evidence.arrived_ms)
    else:
        member.detectors = sorted(names.union(member.detectors))
        is_another = evidence.again or not member.is_told_of(evidence.finding.of)
        (member.change_again if is_another else member.grow)(evidence)
    incident.raise_to(severity)
    return None


STAGES: tuple[Stage, ...] = (
    armed,
    recovering,
    in_bad_direction,
    told_elsewhere,
    above_floor,
    confirmed,
    trusted,
    grouped,
    deduplicated,
    graded,
)
CONFIRMED_STAGES = STAGES[STAGES.index(confirmed) + 1 :]


def run(case: Case, stages: tuple[Stage, ...] = STAGES) -> Held | None:
    """Send a case down the line; None when it became part of an incident that has news."""
    for stage in stages:
        held = stage(case)
        if held is not None:
            return held
    return None


def late_confirmed(evidence: Evidence, signal: SignalState, plan: ModelPlan) -> bool:
    """N of the last M blocks lie clearly on the side that the finding pointed to."""
    sign = 1.0 if evidence.finding.effect_size_sd > 0 else -1.0
    blocks = signal.block_effects[-plan.alerts.of_blocks :]
    clear_sd = plan.alerts.effect_size_floor_sd / 2
    return sum(effect * sign > clear_sd for effect in blocks) >= plan.alerts.confirm_blocks
