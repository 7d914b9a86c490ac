"""An incident as the record that travels."""

from enum import StrEnum

from driftline.detectors import Finding
from driftline.detectors import Moments as FoundMoments
from driftline.schemas import (
    Alert,
    Annotations,
    Coverage,
    Drift,
    Labels,
    Moments,
    Position,
    RankedSignal,
    alert_id,
    rfc3339,
)
from driftline.stream_app.alarms.incident import Evidence, Incident, Member
from driftline.stream_app.alarms.wording import ALERT_NAMES, description_of, summary_of
from driftline.stream_app.monitoring.naming import Kind


class Status(StrEnum):
    """Where an incident is in its life."""

    FIRING = "firing"
    UPDATED = "updated"
    RESOLVED = "resolved"


def announce(incident: Incident, status: Status, coverage: Coverage, generator_url: str) -> Alert:
    """The alert record for the incident as it is now."""
    resolved = status is Status.RESOLVED
    return Alert(
        id=alert_id(incident.fingerprint, incident.episode, incident.sequence),
        status=status,
        fingerprint=incident.fingerprint,
        sequence=incident.sequence,
        labels=Labels(
            alertname=ALERT_NAMES[incident.kind],
            model=incident.model,
            version=incident.version,
            role=incident.role,
            severity=incident.severity,
            signal=incident.ranked()[0].evidence.signal,
        ),
        annotations=Annotations(
            summary=summary_of(incident, resolved=resolved),
            description=description_of(incident, resolved=resolved),
        ),
        starts_at=rfc3339(incident.detected_ms),
        ends_at=rfc3339(incident.sent_ms) if resolved else None,
        generator_url=generator_url,
        drift=drift_of(incident, coverage),
    )


def drift_of(incident: Incident, coverage: Coverage) -> Drift:
    """The numbers of the first-ranked signal, and all signals ranked."""
    ranked = incident.ranked()
    first = ranked[0].evidence
    finding = first.finding
    return Drift(
        kind=incident.kind,
        direction=finding.direction,
        detectors=ranked[0].detectors,
        before=moments(finding.before),
        after=moments(finding.after),
        effect_size_sd=finding.effect_size_sd,
        statistic=finding.statistic,
        threshold=finding.threshold,
        began_at=rfc3339(incident.began_ms),
        detected_at=rfc3339(incident.detected_ms),
        positions=positions_of(ranked),
        signals=[ranked_signal(member) for member in ranked],
        features_moved=incident.features_moved if incident.kind is Kind.CONCEPT_DRIFT else None,
        compared_with=first.compared_with,
        changed=finding.of,
        coverage=coverage,
    )


def positions_of(ranked: list[Member]) -> list[Position]:
    """Where in the input each signal's change was found, one per record."""
    found = {(member.evidence.topic, member.evidence.partition, member.evidence.offset) for member in ranked}
    return [Position(topic, partition, offset) for topic, partition, offset in sorted(found)]


def ranked_signal(member: Member) -> RankedSignal:
    evidence: Evidence = member.evidence
    finding: Finding = evidence.finding
    return RankedSignal(
        signal=evidence.signal,
        kind=evidence.kind,
        direction=finding.direction,
        effect_size_sd=finding.effect_size_sd,
        before=moments(finding.before),
        after=moments(finding.after),
        detectors=member.detectors,
        changed=finding.of,
    )


def moments(level: FoundMoments) -> Moments:
    """Moments of a signal as they travel."""
    return Moments(mean=level.mean, sd=level.sd, count=level.count)
