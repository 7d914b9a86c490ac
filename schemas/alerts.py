"""The alert record: one JSON object that is at the same time a postable alert of Alertmanager's API v2.

Alertmanager identifies an alert by its whole label set, so all alerts of one incident carry the same labels.
Times are RFC 3339 strings, made by `rfc3339`; numbers that are not finite are written as null.
"""

from typing import Annotated, Literal
from urllib.parse import quote

from msgspec import Meta, Struct, field

from driftline.schemas.encoding import encode

Number = float | None
"""A float that may be not finite; JSON has null for that."""

KINDS = [
    *("concept_drift", "behavior", "target", "silence", "data_quality"),
    *("data_drift", "output_drift", "serving", "volume", "service"),
]
STATUSES = ["firing", "updated", "resolved"]

Kind = Annotated[str, Meta(extra_json_schema={"enum": KINDS})]
Direction = Annotated[str, Meta(extra_json_schema={"enum": ["up", "down"]})]
Status = Annotated[str, Meta(extra_json_schema={"enum": STATUSES})]
Severity = Annotated[str, Meta(extra_json_schema={"enum": ["critical", "warning", "info"]})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Moments(Struct, frozen=True):
    """A level of a signal, in the units of its values (a rate for 0/1)."""

    mean: Number
    sd: Number
    count: int


class Position(Struct, frozen=True):
    """A record of a source topic."""

    topic: str
    partition: int
    offset: int


Changed = Literal["mean", "variance", "shape"]
"""What of a signal's distribution has changed."""


class Coverage(Struct, frozen=True):
    """How much of the model's traffic the alert has seen.

    ``seen`` events absorbed, ``rejected`` records that could not be used, ``sampled`` the share of
    predictions that wait for feedback (1: all), ``lost`` records that expired before they were read.
    """

    seen: int
    rejected: int
    sampled: float
    lost: int


class RankedSignal(Struct, frozen=True):
    """One signal that shows the change."""

    signal: str
    kind: Kind
    direction: Direction
    effect_size_sd: Number
    before: Moments
    after: Moments
    detectors: list[str]
    changed: Changed = "mean"


class Drift(Struct, frozen=True, kw_only=True):
    """What changed. Figures are those of the first-ranked signal; ``signals`` has all, largest effect first.

    ``statistic`` and ``threshold`` are the detector's own. ``features_moved`` says of concept drift whether
    the features moved too (null: another kind); ``compared_with`` names the version whose reference it is
    measured against (null: its own). ``positions`` are the records at which the change was detected.
    """

    kind: Kind
    direction: Direction
    detectors: list[str]
    before: Moments
    after: Moments
    effect_size_sd: Number
    statistic: Number
    threshold: Number
    began_at: Instant
    detected_at: Instant
    positions: list[Position]
    signals: list[RankedSignal]
    features_moved: bool | None = None
    compared_with: str | None = None
    changed: Changed = "mean"
    coverage: Coverage


class Labels(Struct, frozen=True, kw_only=True):
    """What Alertmanager routes and groups by."""

    alertname: str
    model: str
    version: str
    role: str
    severity: Severity
    signal: str


class Annotations(Struct, frozen=True, kw_only=True):
    """What people read."""

    summary: str
    description: str


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One word about an incident: that it fires, grew, or is over. ``endsAt`` is there once it is over.

    ``id`` is the same whenever the same alert is published again; ``sequence`` counts an incident's alerts
    from 1.
    """

    labels: Labels
    annotations: Annotations
    starts_at: Instant = field(name="startsAt")
    ends_at: Instant | None = field(name="endsAt", default=None)
    generator_url: str = field(name="generatorURL")
    id: str
    status: Status
    fingerprint: str
    sequence: int
    drift: Drift


def encode_alert(alert: Alert) -> bytes:
    """The value of the alert's record; its key is the fingerprint."""
    return encode(alert)


def cloud_event_headers(alert: Alert) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0 attributes, binary content mode of the Kafka protocol binding."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": alert.id,
        "ce_source": f"/driftline/models/{quote(alert.labels.model, safe='')}",
        "ce_type": f"driftline.alert.{alert.status}",
        "ce_subject": alert.labels.signal,
        "ce_time": alert.ends_at or alert.drift.detected_at,
        "content-type": "application/json",
    }
    return [(name, text.encode()) for name, text in attributes.items()]
