"""The record of a model's state on the signals topic: what is watched, what is not and why, what is open."""

from msgspec import Struct

from driftline.schemas.alerts import Coverage, Instant, Number, Severity
from driftline.schemas.kinds import Kind

ALL_VERSIONS = "*"
"""In the place of a version: what counts for all versions of a role together."""


class VersionStatus(Struct, frozen=True, kw_only=True):
    """One version in one role; ``*`` is what counts for all versions together.

    ``last_event_at`` and ``events_per_s`` are null for that. ``events_per_s`` is per second of event time, of
    about the last ten minutes (null: not known yet). ``compared_with`` names the version whose references it
    began with. ``segments``: how many of its segments are watched apart, with as many signals each again.
    """

    version: str
    role: str
    last_event_at: Instant | None = None
    events_per_s: Number = None
    signals: int
    armed: int
    compared_with: str | None = None
    segments: int = 0


class UnarmedSignal(Struct, frozen=True, kw_only=True):
    """A signal that still learns its reference: it makes no alerts, but for clear changes once it is watched
    roughly.

    ``ready_at`` is when it will have enough values at its rate; null: not within a week, or nobody knows.
    """

    signal: str
    version: str
    role: str
    seen: int
    needed: int
    ready_at: Instant | None = None
    why: str


class OpenIncident(Struct, frozen=True, kw_only=True):
    """An incident that is not over; ``id`` is what the ids of its alerts begin with."""

    id: str
    kind: Kind
    severity: Severity
    began_at: Instant
    signals: list[str]
    summary: str = ""


class LabelStatus(Struct, frozen=True, kw_only=True):
    """What became of labels: joined with their prediction, too late for it, or of no use.

    ``join_rate`` is the share of joined ones; null: there was no label yet.
    """

    delay_s_median: Number = None
    joined: int
    late: int
    unknown: int
    incomparable: int
    join_rate: Number = None


class BudgetStatus(Struct, frozen=True, kw_only=True):
    """False alarms that are accepted in 30 days, and the alerts that there were, as a rate."""

    asked_per_30d: float
    realised_per_30d: float


class NoticeStatus(Struct, frozen=True, kw_only=True):
    """Something that is not watched, and why; ``count`` says how often it was met since then."""

    why: str
    subject: str
    sentence: str
    count: int
    since: Instant


class ModelStatus(Struct, frozen=True, kw_only=True, tag="model-status", tag_field="type"):
    """A model at one moment of event time.

    ``unarmed``, ``incidents`` and ``notices`` hold the first twenty each, ``…_count`` says how many there
    are. ``refused`` counts records that could not be used, by reason.
    """

    model: str
    time: Instant
    versions: list[VersionStatus]
    signals: int
    armed: int
    unarmed: list[UnarmedSignal]
    unarmed_count: int
    incidents: list[OpenIncident]
    incidents_count: int
    labels: LabelStatus
    budget: BudgetStatus
    refused: dict[str, int]
    notices: list[NoticeStatus]
    notices_count: int
    coverage: Coverage


def status_key(model: str) -> bytes:
    """The key of a status record."""
    return f"status|{model}".encode()
