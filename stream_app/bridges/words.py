"""Alert records as bridges read them: of any release, whatever they lack or have more."""

from typing import Any, Final, NamedTuple

import msgspec

SEVERITIES: Final = ("info", "warning", "critical")
"""From the least grave on."""


class Level(msgspec.Struct, frozen=True):
    """The mean of so many values, in the signal's unit."""

    mean: float | None = None
    count: int = 0


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """A signal that shows the incident. Its categories are left out: they may be what people said."""

    signal: str
    kind: str = ""
    direction: str = ""
    unit: str = ""
    before: Level = Level()
    after: Level = Level()
    now: Level | None = None
    effect_size_sd: float | None = None
    recovered: bool = False


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What changed; the first of ``signals`` is the cause, then comes the largest effect."""

    kind: str = ""
    began_at: str = ""
    detected_at: str = ""
    signals: list[Showing] = []
    coverage: dict[str, float] = {}


class Word(msgspec.Struct, frozen=True, kw_only=True, rename={"starts_at": "startsAt", "ends_at": "endsAt"}):
    """One alert: a word about an incident, its ``sequence``-th."""

    id: str
    status: str
    sequence: int
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: str
    ends_at: str | None = None
    time: str = ""
    generator_url: str = msgspec.field(name="generatorURL", default="")
    fingerprint: str = ""
    drift: Change = Change()

    @property
    def incident(self) -> str:
        """The incident's id: fingerprint and episode."""
        return self.labels.get("incident") or self.id.rpartition("-")[0]

    @property
    def severity(self) -> str:
        """How grave it is so far; what is not known counts as the worst."""
        severity = self.labels.get("severity", "")
        return severity if severity in SEVERITIES else SEVERITIES[-1]

    @property
    def is_over(self) -> bool:
        """Whether this is the incident's last word."""
        return self.status == "resolved"

    @property
    def summary(self) -> str:
        """The alert in a sentence."""
        return self.annotations.get("summary") or self.labels.get("alertname") or self.id

    @property
    def dashboard_url(self) -> str | None:
        """Where a browser finds the incident, if it does."""
        return self.generator_url if self.generator_url.startswith(("https://", "http://")) else None

    @property
    def runbook_url(self) -> str | None:
        """Where a browser finds what to do, if it does."""
        url = self.annotations.get("runbook_url", "")
        return url if url.startswith(("https://", "http://")) else None


class Letter(NamedTuple):
    """A word on its way: as it is read, and as it stands on the topic."""

    word: Word
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    written_ms: int

    @property
    def incident(self) -> str:
        """The incident that it is about."""
        return self.word.incident


def lower_than(severity: str) -> tuple[str, ...]:
    """The severities that are less grave."""
    return SEVERITIES[: SEVERITIES.index(severity)]


def read_word(value: bytes | None) -> Word | None:
    """The word of a record; None where the topic forgets a key.

    Raises:
        ValueError: the record is no alert.
    """
    if value is None:
        return None
    word = _DECODER.decode(value)
    if not word.incident or word.sequence < 1:
        raise ValueError("neither its labels nor its id name an incident, or its sequence is not from 1.")
    return word


_DECODER: Final[msgspec.json.Decoder[Word]] = msgspec.json.Decoder(Word)


def plain(value: Any) -> Any:
    """A figure for people: three digits, or nothing."""
    return None if value is None else float(f"{value:.3g}")
