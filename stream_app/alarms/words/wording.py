"""An incident in plain words: first what a person needs who was woken up, statistics last."""

import re
from typing import Final

from driftline.schemas import Ended, Extent, Kind
from driftline.schemas.status import ALL_VERSIONS
from driftline.stream_app.alarms.incident import Incident, Member
from driftline.stream_app.alarms.words.changes import change_of, present_of, share_of, story_of
from driftline.stream_app.alarms.words.kinds_in_words import WORDS, advice_of
from driftline.stream_app.alarms.words.quantities import clock, duration
from driftline.stream_app.monitoring.signals.families import name_of

SIGNALS_NAMED: Final = 5
INCIDENTS_NAMED: Final = 3
LONGEST_SEGMENT: Final = 60
HEADS: Final = {
    Ended.BACK_AT_REFERENCE: "Resolved",
    Ended.FOLLOWED: "Closed, not healthy",
    Ended.ACCEPTED: "Accepted",
    Ended.NO_TRAFFIC: "Closed, nothing heard any more",
    Ended.VERSION_GONE: "Closed, version gone",
    Ended.MET: "Resolved",
    Ended.OVER: "Resolved",
}


def summary_of(incident: Incident) -> str:
    """One line: what happened, how much, where."""
    others = len(incident.members) - 1
    more = f", and {others} more signal{'s' if others > 1 else ''}" if others else ""
    kind = WORDS[incident.kind].name
    story = (story_of if incident.sequence > 1 else change_of)(incident.first)
    told = where_of(incident)
    where = f", {told}" if told else ""
    what = f"{kind}: {story}{more}{where} ({place_of(incident)})"
    return what if incident.ended is None else f"{HEADS[incident.ended]}. {what}"


def description_of(incident: Incident, others: list[Incident], moved_features: list[str]) -> str:
    """Since when, what else moved, what it usually means, compared with what; statistics last."""
    parts = [
        ending_of(incident) if incident.ended is not None else "",
        since_when(incident),
        roughly(incident),
        categories_of(incident),
        segments(incident),
        also(incident),
        features(incident, moved_features),
        "" if incident.ended is not None else advice_of(incident.kind, incident.cause),
        compared(incident),
        related(others),
        statistics(incident.first),
    ]
    return " ".join(part for part in parts if part)


def since_when(incident: Incident) -> str:
    """``Since 2026-11-16 10:13 UTC, found 4 min later; measured by 240 values.``

    These may be more than it was found from: those after it have confirmed it, and say better what it became.
    A condition, such as a silence, is certain by itself.
    """
    evidence = incident.first.evidence
    found_after = duration(incident.detected_ms - incident.began_ms)
    values = 0 if evidence.told else evidence.finding.after.count
    by = f"; measured by {values:,} value{'s' if values != 1 else ''}" if values else ""
    latest = incident.first.latest
    again = "" if latest is None else f" It changed again at {clock(latest.began_ms)}."
    return (
        f"{'Began' if incident.ended is not None else 'Since'} {clock(incident.began_ms)}, "
        f"found {found_after} later{by}.{again}"
    )


def roughly(incident: Incident) -> str:
    """That little is known yet of what is normal."""
    evidence = incident.first.evidence
    values, version = evidence.finding.first_values, evidence.compared_with
    others = "" if version is None else f", most of them of version {version},"
    return f"Compared with its first {values:,} values{others or ','} while it learns." if values else ""


def categories_of(incident: Incident) -> str:
    """Every category that moved, where it is not in the summary."""
    moved = incident.first.evidence.categories[1:]
    return f"Also {', '.join(map(share_of, moved))}." if moved else ""


def also(incident: Incident) -> str:
    """What else moved, and what of it is over."""
    members = incident.ranked()[1:]
    if not members:
        return ""
    named = [
        f"{change_of(each)}{' (back)' if each.recovered and each.back else ''}"
        for each in members[:SIGNALS_NAMED]
    ]
    left = len(members) - SIGNALS_NAMED
    return f"Also moved: {'; '.join(named)}{f'; and {left} more' if left > 0 else ''}."


def where_of(incident: Incident) -> str:
    """``only in country=DE``, ``everywhere``, ``in 5 of 8 values of country``; empty where nobody knows."""
    where = incident.where
    if where is None or where.extent is Extent.UNKNOWN:
        return f"in {one_line(incident.segment)}" if incident.segment else ""
    if where.extent is Extent.EVERYWHERE:
        return "everywhere"
    if where.extent is Extent.ONLY:
        return f"only in {' and '.join(map(one_line, where.segments))}"
    return f"in {where.showing} of {where.looked_at} values of {where.name}"


def segments(incident: Incident) -> str:
    """The segments that show it, and how many do not."""
    where = incident.where
    if where is None or where.extent is Extent.UNKNOWN:
        return ""
    healthy, values = where.looked_at - where.showing, f"values of {where.name}"
    if where.extent is Extent.EVERYWHERE:
        if where.showing == where.watched:
            return f"All {where.showing} {values} show it."
        return f"{where.showing} of {where.watched} {values} show it, and of the others nobody knows yet."
    if where.extent is Extent.ONLY:
        return (
            f"The {healthy} other {values} do not show it."
            if healthy > 1
            else "The other one does not show it."
        )
    named = ", ".join(map(one_line, where.segments[:SIGNALS_NAMED]))
    more = f" and {where.showing - SIGNALS_NAMED} more" if where.showing > SIGNALS_NAMED else ""
    return f"It shows in {named}{more}, and not in {healthy} others."


def one_line(segment: str) -> str:
    """A segment as it can stand in a sentence."""
    text = " ".join(segment.split())
    return f"{text[:LONGEST_SEGMENT]}…" if len(text) > LONGEST_SEGMENT else text


def features(incident: Incident, moved: list[str]) -> str:
    """Of wrong answers: whether what comes in has changed anywhere in the model."""
    if incident.kind is not Kind.CONCEPT_DRIFT or incident.ended is not None:
        return ""
    if not moved:
        return "No feature moved."
    names = list(dict.fromkeys(name_of(signal, "") for signal in moved))
    more = f" and {len(names) - SIGNALS_NAMED} more" if len(names) > SIGNALS_NAMED else ""
    return f"Features moved too: {', '.join(names[:SIGNALS_NAMED])}{more}."


def compared(incident: Incident) -> str:
    """With which version, when it is another."""
    evidence = incident.first.evidence
    said = evidence.compared_with is None or evidence.finding.first_values
    return "" if said else f"Compared with version {evidence.compared_with}."


def related(others: list[Incident]) -> str:
    """Other open incidents of the model, which may have to do with it."""
    if not others:
        return ""
    named = "; ".join(
        f"{WORDS[other.kind].name.lower()}, {change_of(other.first)} ({other.name})"
        for other in others[:INCIDENTS_NAMED]
    )
    left = len(others) - INCIDENTS_NAMED
    return f"Open beside it: {named}{f'; and {left} more' if left > 0 else ''}."


def statistics(member: Member) -> str:
    """For who wants to check."""
    if member.evidence.standing:
        return ""
    found = member.evidence.finding
    unit = "of correlation" if found.of == "dependence" else "sd"
    return (
        f"[{', '.join(member.detectors)}: statistic {found.statistic:.4g}, threshold {found.threshold:.4g}; "
        f"effect {found.effect_size_sd:+.2f} {unit}]"
    )


def ending_of(incident: Incident) -> str:
    """Why it is over, in a sentence that claims no more than is known."""
    if incident.standing and incident.acceptance:
        return incident.acceptance
    one = len(incident.members) == 1
    heard = f"nothing was heard since {clock(incident.heard_ms)}"
    of = f" of {one_line(incident.segment)}" if incident.segment else ""
    sentences = {
        Ended.BACK_AT_REFERENCE: f"{'It' if one else 'Every signal'} is back at its reference.",
        Ended.FOLLOWED: followed(incident),
        Ended.ACCEPTED: f"{incident.acceptance}{rest_of(incident)}",
        Ended.VERSION_GONE: f"Version {incident.version} is gone ({heard}): nobody can say if it got better.",
        Ended.NO_TRAFFIC: f"There is no traffic{of} any more ({heard}): that is no recovery.",
        Ended.MET: "The target is met again.",
        Ended.OVER: "It is over.",
    }
    assert incident.ended is not None
    return sentences[incident.ended]


def rest_of(incident: Incident) -> str:
    """What became of the signals that nobody accepted and no level followed."""
    kept = any(not (member.accepted or member.followed) for member in incident.members.values())
    return " Everything else is back at its reference." if kept else ""


def followed(incident: Incident) -> str:
    """What stayed, and for how long: accepted by time, by nobody."""
    stayed = [member for member in incident.ranked() if member.followed]
    named = ", ".join(
        f"{name_of(member.evidence.signal, member.evidence.unit)}{level_now(member)}"
        for member in (stayed or incident.ranked())[:SIGNALS_NAMED]
    )
    if all(member.back for member in stayed):
        return (
            f"This change is over, but {named} is only back at a level that was followed after an earlier "
            f"one, not where it was when it was healthy.{rest_of(incident)}"
        )
    lasted = duration(incident.sent_ms - incident.began_ms)
    return (
        f"Not healthy: the change lasted {lasted} and is followed as the new level of {named}; "
        f"nobody accepted it.{rest_of(incident)}"
    )


def level_now(member: Member) -> str:
    """`` (now 35.2)``."""
    present = present_of(member.evidence, member)
    return f" ({present})" if present else ""


def place_of(incident: Incident) -> str:
    """``fraud v7``, ``search version 12, shadow``."""
    version = incident.version
    if version in ("", ALL_VERSIONS):
        version = ""
    elif not re.match(r"v\d", version):
        version = f"version {version}"
    role = "" if incident.role == "live" else f", {incident.role}"
    return f"{incident.model} {version}".rstrip() + role
