"""Records as the dashboard reads them: of any release, whatever fields they lack or have more."""

from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec

from driftline.schemas import epoch_ms

Feed = Literal["alerts", "signals", "audit", "control", "dead_letters"]
"""The topics that are read, by their names in the section ``kafka.topics``."""
FEEDS: Final[tuple[Feed, ...]] = ("alerts", "signals", "audit", "control", "dead_letters")


class Heard(NamedTuple):
    """A record of a topic; the time is Kafka's, on the wall."""

    feed: Feed
    key: bytes | None
    value: bytes | None
    time_ms: int
    partition: int = 0
    offset: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


class Level(msgspec.Struct, frozen=True):
    """Mean and sd of so many values."""

    mean: float | None = None
    sd: float | None = None
    count: int = 0


class Share(msgspec.Struct, frozen=True):
    """A category and its shares of all values; null: all that have no name."""

    category: str | None = None
    before: float | None = None
    after: float | None = None


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """A signal that shows an incident."""

    signal: str
    segment: str = ""
    kind: str = ""
    direction: str = ""
    changed: str = "mean"
    unit: str = ""
    began_at: str = ""
    detected_at: str = ""
    before: Level = Level()
    after: Level = Level()
    now: Level | None = None
    effect_size_sd: float | None = None
    detectors: list[str] = []
    compared_with: str | None = None
    categories: list[Share] | None = None
    recovered: bool = False


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert says that changed."""

    kind: str
    direction: str = ""
    changed: str = "mean"
    statistic: float | None = None
    threshold: float | None = None
    effect_size_sd: float | None = None
    began_at: str
    detected_at: str
    positions: list[dict[str, Any]] = []
    signals: list[Showing] = []
    features_moved: bool | None = None
    compared_with: str | None = None
    coverage: dict[str, float] = {}


class Word(msgspec.Struct, frozen=True, kw_only=True, rename={"starts_at": "startsAt", "ends_at": "endsAt"}):
    """One alert: a word about an incident."""

    id: str
    status: str
    fingerprint: str
    sequence: int
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: str
    ends_at: str | None = None
    time: str = ""
    ended: str | None = None
    related: list[str] = []
    drift: Change

    @property
    def incident(self) -> str:
        """The incident's id: fingerprint and episode."""
        return self.labels.get("incident") or self.id.rpartition("-")[0]

    @property
    def at_ms(self) -> int:
        """Event time of this word."""
        return time_ms(self.time or self.ends_at or self.drift.detected_at)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator sent: an event of the control topic."""

    action: str
    model: str
    time: int | str
    id: str = ""
    alert_id: str | None = None
    verdict: str | None = None
    signals: list[str] | None = None
    version: str | None = None
    role: str | None = None
    by: str | None = None
    comment: str | None = None
    until: int | str | None = None
    accept_id: str | None = None


def time_ms(time: int | str | None) -> int:
    """Epoch milliseconds of a time as it travels; 0 for none, or for one that nobody can read."""
    if isinstance(time, int):
        return time
    try:
        return epoch_ms(datetime.fromisoformat(time)) if time else 0
    except (ValueError, TypeError):
        return 0
