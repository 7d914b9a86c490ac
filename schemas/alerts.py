"""The alert record: one JSON object that is at the same time a postable alert of Alertmanager's API v2.

Alertmanager identifies an alert by its whole label set, so the labels of an incident never change while it
lasts; only its severity may rise. What changes (figures, the signals that joined) is in the annotations and
in ``drift``. Times are RFC 3339 strings, made by `rfc3339`; numbers that are not finite are written as null.
"""

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import quote

from msgspec import Meta, Struct, field

from driftline.schemas.encoding import encode
from driftline.schemas.kinds import Kind

Number = float | None
"""A float that may be not finite; JSON has null for that."""

STATUSES = ["firing", "updated", "resolved"]


class Ended(StrEnum):
    """Why an incident is over."""

    BACK_AT_REFERENCE = "back_at_reference"
    """Its values are again what they were."""
    FOLLOWED = "followed"
    """They are not: the new level lasted so long that it is the normal one now. Nobody looked at it."""
    ACCEPTED = "accepted"
    """An operator said that the new level is the normal one."""
    NO_TRAFFIC = "no_traffic"
    """Nothing is heard of the model any more, so nobody can say."""
    VERSION_GONE = "version_gone"
    """The version is not used any more; others are."""
    MET = "met"
    """The target is met again."""
    OVER = "over"
    """The condition does not hold any more."""


KindName = Annotated[str, Meta(extra_json_schema={"enum": [str(kind) for kind in Kind]})]
Direction = Annotated[str, Meta(extra_json_schema={"enum": ["up", "down"]})]
Status = Annotated[str, Meta(extra_json_schema={"enum": STATUSES})]
Severity = Annotated[str, Meta(extra_json_schema={"enum": ["critical", "warning", "info"]})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Moments(Struct, frozen=True):
    """Mean and sd of so many values, in the signal's unit (of a share: of 0 and 1).

    Null where nothing true can be said: before a change, where only the time of the day explains the level.
    """

    mean: Number
    sd: Number
    count: int


class Position(Struct, frozen=True):
    """A record of a source topic."""

    topic: str
    partition: int
    offset: int


Changed = Literal["mean", "variance", "shape", "dependence"]
"""What of a signal's distribution has changed."""


class Coverage(Struct, frozen=True):
    """How much of the model's traffic the alert has seen.

    ``seen`` events absorbed, ``rejected`` records that could not be used, ``sampled`` the share of
    predictions that wait for feedback (1: all), ``lost`` records that expired before they were read, and
    events that serving reports say were lost before they were written.
    """

    seen: int
    rejected: int
    sampled: float
    lost: int


class CategoryShare(Struct, frozen=True):
    """A category, and which share of the values it was and is; a null category is all that have no name."""

    category: str | None
    before: float
    after: float


class Extent(StrEnum):
    """How far a change reaches among the segments of a name."""

    ONLY = "only"
    """It shows in a few; most of the others were looked at and do not show it."""
    SOME = "some"
    """It shows in some, and not in others."""
    EVERYWHERE = "everywhere"
    """It shows in all that were looked at, which have most of the predictions."""
    UNKNOWN = "unknown"
    """It was found in a segment, and nothing is known of others yet."""


class Whereabouts(Struct, frozen=True, kw_only=True):
    """In which segments of the predictions the cause shows the change, by one name (``country``).

    ``segments`` are those that show it, the largest effect first, twenty at most of all ``showing``.
    Of ``watched`` segments of the name it is known of ``looked_at`` whether they do.
    """

    name: str
    extent: Annotated[Extent, Meta(extra_json_schema={"enum": [str(each) for each in Extent]})]
    segments: list[str]
    showing: int
    looked_at: int
    watched: int


class RankedSignal(Struct, frozen=True, kw_only=True):
    """One signal that shows the change, with figures of its own.

    ``unit`` is ``share`` for a part of 1. ``before`` and ``after`` are values from before and after the
    change, ``now`` (null in the first word) those of the recent window. A share that few values told is told
    once more by those that came after it was found, where these say another change. Of a categorical signal
    figures are the share of the first of ``categories``, the three that moved most. ``compared_with`` names
    the version whose reference, or most of the values it was made of, it is measured against (null: its own).
    ``recovered``: it is not part of the trouble any more. ``segment`` is the part of the predictions in which
    it was found; empty: all of them.
    """

    signal: str
    segment: str = ""
    kind: KindName
    direction: Direction
    changed: Changed = "mean"
    unit: str
    began_at: Instant
    detected_at: Instant
    before: Moments
    after: Moments
    now: Moments | None
    effect_size_sd: Number
    detectors: list[str]
    compared_with: str | None
    categories: list[CategoryShare] | None
    recovered: bool = False


class Drift(Struct, frozen=True, kw_only=True):
    """What changed: the figures are those of the cause, the signal that was found first.

    Of signals that one event showed, the cause is the one that began earliest, then the gravest kind.
    ``signals`` has all, the cause first and then the largest effect. ``statistic`` and ``threshold`` are the
    detector's own. ``features_moved`` says of concept drift whether any feature of the model moves too (null:
    another kind). ``positions`` are the records at which the change was detected. ``where`` says in which
    segments it shows (null: none is watched, or nobody knows).
    """

    kind: KindName
    direction: Direction
    detectors: list[str]
    unit: str
    before: Moments
    after: Moments
    now: Moments | None
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
    where: Whereabouts | None = None
    coverage: Coverage


class Labels(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What Alertmanager routes and groups by: the same for an incident's whole life, but for a severity that
    rises. ``incident`` is its fingerprint and episode; ``alertname`` is the kind it began with. ``segment``
    is there when it was found in one (``country=DE``) and not in all predictions.
    """

    alertname: str
    model: str
    version: str
    role: str
    segment: str = ""
    incident: str
    severity: Severity


class Annotations(Struct, frozen=True, kw_only=True):
    """What people read. ``signal`` is the cause; ``runbook_url`` says what to do about this kind."""

    summary: str
    description: str
    signal: str
    runbook_url: str


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One word about an incident: that it fires, grew, or is over. ``endsAt`` is there once it is over.

    ``id`` is the same whenever the same alert is published again; ``sequence`` counts an incident's alerts
    from 1. ``time`` is the event time of this word; the header ``driftline-published-at`` has the time on the
    wall. ``ended`` says why it is over (null while it is not), ``related`` names other open incidents of the
    model.
    """

    labels: Labels
    annotations: Annotations
    starts_at: Instant = field(name="startsAt")
    ends_at: Instant | None = field(name="endsAt", default=None)
    generator_url: str = field(name="generatorURL")
    id: str
    status: Status
    time: Instant
    fingerprint: str
    sequence: int
    ended: Ended | None
    related: list[str]
    drift: Drift


PUBLISHED_AT = "driftline-published-at"
"""The header with the time on the wall at which a worker published an alert, RFC 3339."""


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
        "ce_subject": alert.annotations.signal,
        "ce_time": alert.time,
        "content-type": "application/json",
    }
    return [(name, text.encode()) for name, text in attributes.items()]
