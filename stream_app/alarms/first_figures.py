"""The first figures of a change: of few values, and of those that happened to be far off.

A change is found when values are far from where they should be, and of all times at which it may have begun
the likeliest is told: three of 17 answers without a result, where 3 % have none. So a share is told with how
many values it is of. Once enough came after them, which nobody has chosen, and these say that it is another
change, it is told by those instead, in an ``updated`` alert.
"""

import dataclasses
from math import isnan, nan
from typing import Final

from msgspec import structs

from driftline.detectors import Finding, Moments
from driftline.stream_app.alarms.incident import Evidence, Incident, Member

FEW_VALUES: Final = 5  # since the finding: with fewer what it was found by says more
FEW_EVENTS, FEW_TRIALS = 30, 30
"""A share of so many ones (or zeros, if they are rarer) has a standard error of a fifth of it, 1 / sqrt(30);
one of 0 or 100 % of so many values is off by a tenth at the most (rule of three)."""
ENOUGH_EVENTS: Final = 10
"""Judged: known to a third, which is enough beside the luckiest of all beginnings, and while it lasts."""
ANOTHER_CHANGE: Final = 1.5  # judged: as what has grown by half is told again


def is_premature(incident: Incident) -> bool:
    """Whether its figures are of too few values to say what the signal has become, and nobody is paged."""
    found = incident.first.evidence.finding
    return incident.severity != "critical" and found.of == "mean" and found.after.count < found.needs


def is_of_few(found: Finding, events: int = FEW_EVENTS) -> bool:
    """Whether it tells what a share has become by too few values."""
    after = found.after
    if not found.share or found.of != "mean" or isnan(after.mean):
        return False
    rarer = round(after.count * min(after.mean, 1.0 - after.mean))
    return after.count < FEW_TRIALS or 0 < rarer < events


def with_more_values(evidence: Evidence, after: Moments | None) -> Evidence:
    """The evidence with what its signal has been since the change, where that tells the same story."""
    found = evidence.finding
    if after is None or after.count < FEW_VALUES:
        return evidence
    if not (after.mean - found.before.mean) * found.effect_size_sd > 0:
        return evidence
    size = abs(after.mean - found.before.mean) if found.of == "mean" and not found.categories else found.size
    return structs.replace(evidence, finding=dataclasses.replace(found, after=after, size=size))


def is_provisional(member: Member) -> bool:
    """Whether its first figures are of few values, and have not been held against those of more."""
    found = member.evidence.finding
    return not (found.categories or member.figures_known or member.latest) and is_of_few(found)


def correct(member: Member, after: Moments) -> bool:
    """Tells a change with provisional figures by the values that came after it was found, once these are
    enough, if it is another change by them; whether it is.
    """
    found = member.evidence.finding
    told_by = dataclasses.replace(found, after=after)
    if after.count <= found.after.count or is_of_few(told_by, ENOUGH_EVENTS):
        return False
    member.figures_known = True
    first = found.after.mean - found.before.mean
    change = (after.mean - found.before.mean) / first if first else nan
    if not (0.0 < change <= 1 / ANOTHER_CHANGE or change >= ANOTHER_CHANGE):
        return False
    effect_size_sd = change * found.effect_size_sd
    finding = dataclasses.replace(told_by, effect_size_sd=effect_size_sd, size=change * found.size)
    member.evidence = structs.replace(member.evidence, finding=finding)
    return True
