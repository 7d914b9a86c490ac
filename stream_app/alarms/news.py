"""What is news of a signal that fires already.

After a quiet time the level at which an incident stays is the base: a change from there, either way, that
began since and is as large and as certain as one that opens an incident is told, as an ``updated`` alert of
the same incident that says from what to what. A change back to the reference is none: it ends the incident
(the states are drawn in `recovery.py`). Until then, and where it was found before, a change is the one that
was told, and only news when it has grown by half (`stages.deduplicated`).

A jump is found with a beginning that is a value or two too early, whose mean lies between the levels: what
the signal has become is said by values after the finding alone. So such a change waits on the desk for a few.
"""

from dataclasses import replace

from msgspec import structs

from driftline.detectors import SignalState, Since
from driftline.stream_app.alarms.incident import Evidence, Member
from driftline.stream_app.alarms.recovery import tolerance_sd
from driftline.stream_app.config import ModelPlan

# A large effect speaks for itself when its values put it this many standard errors from the reference: the
# least that Page-Hinkley's test reaches. A window that was merely cut may hold a handful of lucky values.
CERTAIN_STANDARD_ERRORS = 6.0
# So many from the reference: what is nearer may be back there.
ELSEWHERE_STANDARD_ERRORS = 3.0
VALUES_MIN = 5
# A level is known, with its own noise, from so many values.
BASE_VALUES = 64


def is_another_change(evidence: Evidence, member: Member, quiet_ms: float) -> bool:
    """Whether a finding is about a change of the mean that began after what was told of the signal."""
    finding = evidence.finding
    has_left = finding.of == "mean" and finding.step_sd != 0.0 and finding.was.count >= BASE_VALUES
    return has_left and evidence.began_ms > member.told_ms + quiet_ms


def from_its_base(evidence: Evidence) -> Evidence:
    """The finding as one of a change from the level that the signal was at, not from its reference."""
    found = evidence.finding
    changed = replace(
        found,
        before=found.before if found.categories else found.was,
        effect_size_sd=found.step_sd,
        direction="up" if found.step_sd > 0 else "down",
        size=abs(found.after.mean - found.was.mean) if not found.categories else found.size,
        odds=1.0,
    )
    return structs.replace(evidence, finding=changed, again=True)


def left_sd(evidence: Evidence, since: Since) -> float:
    """By how many sd the values since a finding lie from what it was a change of."""
    return since.step_sd if evidence.again else since.effect_sd


def is_certain(evidence: Evidence, since: Since, signal: SignalState, plan: ModelPlan) -> bool:
    """Whether the values since the finding are at neither the base nor the reference, and not by chance."""
    if since.values.count < VALUES_MIN:
        return False
    error_sd = signal.standard_error_sd(since.values.count)
    size_sd = left_sd(evidence, since)
    is_large = abs(size_sd) >= plan.alerts.effect_size_floor_sd
    same_way = size_sd * evidence.finding.effect_size_sd > 0
    left = abs(size_sd) >= CERTAIN_STANDARD_ERRORS * error_sd
    elsewhere = abs(since.effect_sd) >= max(
        tolerance_sd(evidence.finding.effect_size_sd), ELSEWHERE_STANDARD_ERRORS * error_sd
    )
    return is_large and same_way and left and elsewhere


def told_by(evidence: Evidence, since: Since) -> Evidence:
    """The evidence with what the signal has become."""
    found = evidence.finding.retold(since.values, left_sd(evidence, since))
    return structs.replace(evidence, finding=found)
