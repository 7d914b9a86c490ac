"""One signal's change in words."""

from collections.abc import Callable
from math import isnan, sqrt
from typing import Final

from driftline.detectors import Finding, Moments
from driftline.schemas import CategoryShare
from driftline.schemas.alerts import Changed
from driftline.stream_app.alarms.first_figures import is_of_few
from driftline.stream_app.alarms.incident import Evidence, Member
from driftline.stream_app.alarms.words.quantities import from_to, quantities, quantity_beside
from driftline.stream_app.config.units import SHARE
from driftline.stream_app.monitoring.signals.families import name_of
from driftline.stream_app.monitoring.signals.masses import is_of_mass

LONGEST_CATEGORY: Final = 40
ZERO_ERRORS: Final = 2.0  # standard errors; a few wild amounts are not known better than that, and not 0
ZERO_BESIDE: Final = 0.1  # judged: of the mean beside it


def change_of(member: Member) -> str:
    """``amount fell from 3,311 to 33``: what a signal did, by its first finding; and what it did last, by the
    last one from where it had stayed: ``…, then rose from 33 to 90``, or what else of it is another one now:
    ``…, and varies more: sd from 1 to 2``.
    """
    return f"{first_change_of(member)}{last_change_of(member)}"


def story_of(member: Member) -> str:
    """The same with what it is now: ``amount fell from 50 to 33, now 50, and varies more: sd from 1 to 2, sd
    now 2``.
    """
    if not is_of_something_else(member):
        return joined(change_of(member), present_of(member.evidence, member))
    first, last = (present_of(evidence, member) for evidence in member.told)
    return joined(
        joined(first_change_of(member), first) + last_change_of(member), last if last != first else ""
    )


def joined(change: str, present: str) -> str:
    """A change, and what is now where that is known."""
    return f"{change}, {present}" if present else change


def last_change_of(member: Member) -> str:
    """What a signal did after it was found first."""
    if member.latest is None:
        return ""
    return f", {'and' if is_of_something_else(member) else 'then'} {move_of(member.latest)}"


def is_of_something_else(member: Member) -> bool:
    """Whether what was told last is not of what was told first: the spread, not the mean."""
    return member.latest is not None and member.latest.finding.of != member.evidence.finding.of


def move_of(evidence: Evidence) -> str:
    """``rose from 33 to 90``."""
    if evidence.categories:
        return share_of(evidence.categories[0])
    return IN_WORDS[evidence.finding.of](evidence.finding, evidence.unit)


def first_change_of(member: Member) -> str:
    """What a signal did when it was found first."""
    evidence, found = member.evidence, member.evidence.finding
    if evidence.told:
        return evidence.told
    name = name_of(evidence.signal, evidence.unit)
    if evidence.categories:
        return f"{name}: {share_of(evidence.categories[0], is_value=is_of_mass(evidence.signal))}"
    untold = found.of == "mean" and (found.before.mean == found.after.mean or isnan(found.after.mean))
    which = which_of(evidence) if found.of == "mean" else ""
    return f"{name}{which} {(shape_of if untold else IN_WORDS[found.of])(found, evidence.unit)}"


def which_of(evidence: Evidence) -> str:
    """`` ("tv")``, `` (more than 165 ms off)``: which values it is about, where they are known."""
    which = f"more than {evidence.beyond} off" if evidence.beyond else ", ".join(map(quoted, evidence.new))
    return f" ({which})" if which else ""


def spread_of(found: Finding, unit: str) -> str:
    """``varies more: sd from 1 to 2``; of what stands still at which value."""
    if found.after.sd == 0.0 and not isnan(found.after.mean):
        return f"does not vary any more: always {quantities([found.after.mean], unit)[0]}"
    verb = "varies more" if found.effect_size_sd > 0 else "varies less"
    if isnan(found.before.sd):
        return f"{verb} than usual"
    return f"{verb}: sd {from_to(found.before.sd, found.after.sd, unit)}"


def level_of(found: Finding, unit: str) -> str:
    """``fell from 3,311 to 33``, or where only the time of the day explains what was before, how it is."""
    if isnan(found.before.mean):
        verb = "higher" if found.effect_size_sd > 0 else "lower"
        return f"is {verb} than usual for the time of day, at {quantities([found.after.mean], unit)[0]}"
    verb = "rose" if found.after.mean > found.before.mean else "fell"
    before, after = found.before, found.after
    change = from_to(plain_mean(before, after, unit), plain_mean(after, before, unit), unit)
    return f"{verb} {change}{count_of(found)}"


def count_of(found: Finding) -> str:
    """`` (3 of 17)``: how many values a share is of that few say, as of what may be another one."""
    if not is_of_few(found):
        return ""
    return f" ({round(found.after.mean * found.after.count)} of {found.after.count})"


def plain_mean(level: Moments, other: Moments, unit: str) -> float:
    """A mean that is 0 by all that its values say, and beside the other one, is 0: nobody needs to read
    -4.5e-05.
    """
    error = level.sd / sqrt(max(level.count, 1))
    is_zero = abs(level.mean) <= min(ZERO_ERRORS * error, ZERO_BESIDE * abs(other.mean))
    return 0.0 if unit != SHARE and is_zero else level.mean


def shape_of(found: Finding, unit: str) -> str:
    """``is distributed differently around 50``, as far as it is known where."""
    mean = found.after.mean
    return "is distributed differently" + ("" if isnan(mean) else f" around {quantities([mean], unit)[0]}")


def dependence_of(found: Finding, _: str) -> str:
    """``repeats itself more: neighbouring values correlate by 0.32 more than they did``."""
    by, more = abs(found.effect_size_sd), "more" if found.effect_size_sd > 0 else "less"
    return f"repeats itself {more}: neighbouring values correlate by {by:.2f} {more} than they did"


IN_WORDS: Final[dict[Changed, Callable[[Finding, str], str]]] = {
    "mean": level_of,
    "variance": spread_of,
    "shape": shape_of,
    "dependence": dependence_of,
}
"""What is said of a signal of which this has changed, in its unit."""


def share_of(moved: CategoryShare, *, is_value: bool = False) -> str:
    """``"cash" rose from 50 % to 70 %``, of a number ``-999 rose from 0 % to 5 % of values``."""
    verb = "rose" if moved.after > moved.before else "fell"
    change = f"{verb} {from_to(moved.before, moved.after, SHARE)}"
    return f"{moved.category} {change} of values" if is_value else f"{quoted(moved.category)} {change}"


def quoted(category: str | None) -> str:
    """A category's name on one line."""
    if category is None:
        return "all others"
    text = " ".join(category.split())
    return f'"{text[:LONGEST_CATEGORY]}{"…" if len(text) > LONGEST_CATEGORY else ""}"'


def present_of(evidence: Evidence, member: Member) -> str:
    """``now 35.2``, of what changed; empty where nothing is known beyond the change.

    The last values of what is back are in part of before: that shows in their sd.
    """
    found, unit, now = evidence.finding, evidence.unit, member.now
    if now is None or isnan(now.mean) or evidence.told or found.of == "dependence":
        return ""
    if found.of == "variance":
        return "" if member.back else f"sd now {quantities([now.sd], unit)[0]}"
    is_value = is_of_mass(evidence.signal)
    named = [each.category if is_value else quoted(each.category) for each in evidence.categories[:1]]
    what = f"{named[0]} " if named else ""
    told = [mean for mean in (found.before.mean, found.after.mean) if not isnan(mean)]
    return f"{what}now {quantity_beside(now.mean, told or [now.mean], unit)}"
