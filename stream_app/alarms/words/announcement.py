"""An incident as the record that travels."""

from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote

from driftline.detectors import Moments as FoundMoments
from driftline.schemas import (
    Alert,
    Annotations,
    Coverage,
    Drift,
    Kind,
    Labels,
    Moments,
    Position,
    RankedSignal,
    alert_id,
    rfc3339,
)
from driftline.stream_app.alarms.incident import Incident, Member
from driftline.stream_app.alarms.words.kinds_in_words import WORDS, runbook_url
from driftline.stream_app.alarms.words.wording import description_of, summary_of
from driftline.stream_app.config import AlertsPlan


class Status(StrEnum):
    """Where an incident is in its life."""

    FIRING = "firing"
    UPDATED = "updated"
    RESOLVED = "resolved"


class Scene(NamedTuple):
    """In which a word is said: when, what was seen, and what else is open of the model."""

    status: Status
    now_ms: int
    coverage: Coverage
    plan: AlertsPlan
    others: list[Incident]
    moved_features: list[str]


def announce(incident: Incident, scene: Scene) -> Alert:
    """The alert record for the incident as it is now."""
    now = rfc3339(scene.now_ms)
    return Alert(
        id=alert_id(incident.fingerprint, incident.episode, incident.sequence),
        status=scene.status,
        time=now,
        fingerprint=incident.fingerprint,
        sequence=incident.sequence,
        labels=labels_of(incident),
        annotations=Annotations(
            summary=summary_of(incident),
            description=description_of(incident, scene.others, scene.moved_features),
            signal=incident.cause,
            runbook_url=runbook_url(scene.plan.runbook_url, incident.kind),
        ),
        starts_at=rfc3339(incident.detected_ms),
        ends_at=now if incident.ended is not None else None,
        generator_url=link_to(incident, scene.plan.generator_url),
        ended=incident.ended,
        related=[other.name for other in scene.others],
        drift=drift_of(incident, scene),
    )


def labels_of(incident: Incident) -> Labels:
    """What is the same in every word about the incident, but for a severity that rises."""
    return Labels(
        alertname=WORDS[incident.kind].alertname,
        model=incident.model,
        version=incident.version,
        role=incident.role,
        segment=incident.segment,
        incident=incident.name,
        severity=incident.severity,
    )


def link_to(incident: Incident, template: str) -> str:
    """The page about the incident."""
    names = {"fingerprint": incident.fingerprint, "incident": incident.name, "model": incident.model}
    for name, text in names.items():
        template = template.replace(f"{{{name}}}", quote(text, safe=""))
    return template


def drift_of(incident: Incident, scene: Scene) -> Drift:
    """The numbers of the cause, and all signals."""
    ranked = incident.ranked()
    signals = [ranked_signal(member, first_word=incident.sequence == 1) for member in ranked]
    cause, found = signals[0], ranked[0].evidence.finding
    is_concept = incident.kind is Kind.CONCEPT_DRIFT
    return Drift(
        kind=incident.kind,
        direction=cause.direction,
        detectors=cause.detectors,
        unit=cause.unit,
        before=cause.before,
        after=cause.after,
        now=cause.now,
        effect_size_sd=cause.effect_size_sd,
        statistic=found.statistic,
        threshold=found.threshold,
        began_at=cause.began_at,
        detected_at=cause.detected_at,
        positions=positions_of(ranked),
        signals=signals,
        features_moved=bool(scene.moved_features) if is_concept else None,
        compared_with=cause.compared_with,
        changed=cause.changed,
        where=incident.where,
        coverage=scene.coverage,
    )


def positions_of(ranked: list[Member]) -> list[Position]:
    """Where in the input each signal's change was found, one per record."""
    found = {(member.evidence.topic, member.evidence.partition, member.evidence.offset) for member in ranked}
    return [Position(topic, partition, offset) for topic, partition, offset in sorted(found)]


def ranked_signal(member: Member, *, first_word: bool) -> RankedSignal:
    """One signal; of categories direction and effect are those of the share that is told."""
    evidence, finding = member.evidence, member.evidence.finding
    if evidence.categories:
        rises = finding.after.mean > finding.before.mean
        effect = abs(finding.effect_size_sd) * (1 if rises else -1)
        finding = replace(finding, direction="up" if rises else "down", effect_size_sd=effect)
    now = None if first_word or member.now is None else moments(member.now)
    return RankedSignal(
        signal=evidence.signal,
        segment=evidence.segment,
        kind=evidence.kind,
        direction=finding.direction,
        changed=finding.of,
        unit=evidence.unit,
        began_at=rfc3339(evidence.began_ms),
        detected_at=rfc3339(evidence.arrived_ms),
        before=moments(finding.before),
        after=moments(finding.after),
        now=now,
        effect_size_sd=finding.effect_size_sd,
        detectors=member.detectors,
        compared_with=evidence.compared_with,
        categories=evidence.categories or None,
        recovered=member.recovered,
    )


def moments(level: FoundMoments) -> Moments:
    """Moments of a signal as they travel."""
    return Moments(mean=level.mean, sd=level.sd, count=level.count)
