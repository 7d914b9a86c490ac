"""An incident in plain words and numbers."""

from datetime import UTC, datetime
from math import isclose, sqrt

from driftline.stream_app.alarms.incident import Incident, Member
from driftline.stream_app.monitoring.naming import Kind

NAMES = {
    Kind.CONCEPT_DRIFT: "Concept drift",
    Kind.BEHAVIOR: "User behaviour changed",
    Kind.TARGET: "Target missed",
    Kind.SILENCE: "Silent",
    Kind.DATA_QUALITY: "Data quality",
    Kind.DATA_DRIFT: "Data drift",
    Kind.OUTPUT_DRIFT: "Output drift",
    Kind.SERVING: "Serving changed",
    Kind.VOLUME: "Volume changed",
    Kind.SERVICE: "driftline",
}
ALERT_NAMES = {
    Kind.CONCEPT_DRIFT: "ConceptDrift",
    Kind.BEHAVIOR: "BehaviorChange",
    Kind.TARGET: "TargetMissed",
    Kind.SILENCE: "Silence",
    Kind.DATA_QUALITY: "DataQuality",
    Kind.DATA_DRIFT: "DataDrift",
    Kind.OUTPUT_DRIFT: "OutputDrift",
    Kind.SERVING: "ServingChange",
    Kind.VOLUME: "VolumeChange",
    Kind.SERVICE: "WatchingStopped",
}
MOST_SIGNALS_NAMED = 5


def summary_of(incident: Incident, *, resolved: bool) -> str:
    """One line: what, where, from what to what."""
    first = incident.ranked()[0]
    others = len(incident.members) - 1
    more = f" and {others} more signal{'s' if others > 1 else ''}" if others else ""
    what = f"{NAMES[incident.kind]}: {change_of(first)}{more} ({model_of(incident)})"
    return f"Resolved. {what}" if resolved else what


def description_of(incident: Incident, *, resolved: bool) -> str:
    """A few sentences: since when, how sure, which other signals, compared with what."""
    ranked = incident.ranked()
    first = ranked[0].evidence
    found = first.finding
    parts = [
        f"Began about {clock(incident.began_ms)}, detected {clock(incident.detected_ms)}."
        if first.standing
        else f"Began about {clock(incident.began_ms)}, detected {clock(incident.detected_ms)} "
        f"after {found.after.count:,.0f} values by {' and '.join(ranked[0].detectors)} "
        f"(statistic {found.statistic:.4g}, threshold {found.threshold:.4g}); "
        f"effect {found.effect_size_sd:+.2f} standard deviations."
    ]
    if first.compared_with is not None:
        parts.append(f"Compared with version {first.compared_with}.")
    if len(ranked) > 1:
        named = "; ".join(change_of(member) for member in ranked[1:MOST_SIGNALS_NAMED])
        left = len(ranked) - MOST_SIGNALS_NAMED
        parts.append(f"Also: {named}{f'; and {left} more' if left > 0 else ''}.")
    if incident.kind is Kind.CONCEPT_DRIFT:
        moved = "The features moved too." if incident.features_moved else "The features did not move."
        parts.append(moved)
    if resolved:
        parts.append(ending_of(incident))
    return " ".join(parts)


def ending_of(incident: Incident) -> str:
    """Why it is over: back as it was, or normal from now on."""
    if incident.ending:
        return incident.ending
    if not incident.acceptance:
        return "Every signal is back at its reference."
    if all(member.accepted for member in incident.members.values()):
        return incident.acceptance
    return f"{incident.acceptance} Every other signal is back at its reference."


def change_of(member: Member) -> str:
    """``error:intent rose from 6.1 % to 14.8 %``."""
    found = member.evidence.finding
    if member.evidence.sentence:
        return member.evidence.sentence
    if found.of == "variance":
        verb = "varies more" if found.effect_size_sd > 0 else "varies less"
        return f"{found.signal} {verb}: sd {found.before.sd:.4g} before, {found.after.sd:.4g} now"
    if found.of == "shape":
        return f"{found.signal} has another distribution around {quantity(member, found.after.mean)}"
    verb = "rose" if found.after.mean >= found.before.mean else "fell"
    before, after = (quantity(member, level.mean) for level in (found.before, found.after))
    if before == after:
        return f"{found.signal} changed its shape around {after}"
    return f"{found.signal} {verb} from {before} to {after}"


def quantity(member: Member, value: float) -> str:
    """A rate as a percentage, anything else as a number."""
    return f"{100 * value:.3g} %" if is_rate(member) else f"{value:.4g}"


def is_rate(member: Member) -> bool:
    """Whether the signal is 0/1: its standard deviation follows from its mean."""
    before = member.evidence.finding.before
    mean = before.mean
    return 0.0 <= mean <= 1.0 and isclose(before.sd, sqrt(mean * (1.0 - mean)), rel_tol=0.02, abs_tol=1e-3)


def model_of(incident: Incident) -> str:
    version = "" if incident.version == "*" else f" {incident.version}"
    role = "" if incident.role == "live" else f", {incident.role}"
    return f"{incident.model}{version}{role}"


def clock(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
