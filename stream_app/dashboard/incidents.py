"""Incidents, put together from the alerts that are words about them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from driftline.stream_app.dashboard.records import Word, time_ms

SEVERITIES: Final = ("critical", "warning", "info")
WORDS_MAX: Final = 50
"""Kept of one incident, the first and the newest: one that lasts a month and repeats itself has 180."""
INCIDENTS_MAX: Final = 4000
"""Kept in memory: at 6 kB each (three words of a few signals) 24 MB. The longest over are forgotten."""


CONDITIONS: Final = ("target", "silence", "service")
"""Kinds that are about no level: there is nothing to accept. The worker says so of whatever else is."""


@dataclass
class Incident:
    """Everything that is known of one incident; the last word says how it is."""

    id: str
    words: list[Word] = field(default_factory=list)
    outlived: bool = False  # its signal has a later episode, so it is over although no word says so

    @property
    def last(self) -> Word:
        return self.words[-1]

    @property
    def is_open(self) -> bool:
        return self.last.status != "resolved" and not self.outlived

    @property
    def model(self) -> str:
        return self.last.labels.get("model", "")

    @property
    def version(self) -> str:
        return self.last.labels.get("version", "")

    @property
    def role(self) -> str:
        return self.last.labels.get("role", "")

    @property
    def severity(self) -> str:
        return self.last.labels.get("severity", "info")

    @property
    def kind(self) -> str:
        return self.last.drift.kind

    @property
    def has_level(self) -> bool:
        """Whether it is about a level, which can be the new normal."""
        return self.kind not in CONDITIONS

    @property
    def summary(self) -> str:
        """Without the word that it is over, which stands beside it."""
        return self.last.annotations.get("summary", "").removeprefix("Resolved. ")

    @property
    def began_ms(self) -> int:
        return time_ms(self.last.drift.began_at)

    @property
    def detected_ms(self) -> int:
        return time_ms(self.last.drift.detected_at)

    @property
    def ended_ms(self) -> int | None:
        """Event time of its end; None while it is open."""
        if self.is_open:
            return None
        return time_ms(self.last.ends_at) or self.last.at_ms

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Open before over, grave before light, new before old."""
        gravity = SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)
        return not self.is_open, gravity if self.is_open else 0, -self.detected_ms

    def hear(self, word: Word) -> None:
        """Take up one more word; they may come twice, and in any order after a crash."""
        words = {each.sequence: each for each in self.words} | {word.sequence: word}
        ordered = [words[sequence] for sequence in sorted(words)]
        self.words = [ordered[0], *ordered[1:][-(WORDS_MAX - 1) :]]


class Incidents:
    """All incidents by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Incident] = {}
        self._latest: dict[str, int] = {}  # by fingerprint, the latest episode

    def __len__(self) -> int:
        return len(self._by_id)

    def hear(self, word: Word) -> Incident:
        """Take up an alert."""
        incident = self._by_id.setdefault(word.incident, Incident(word.incident))
        incident.hear(word)
        self._outlive(incident, word.fingerprint)
        if len(self._by_id) > INCIDENTS_MAX:
            over = [each for each in self._by_id.values() if not each.is_open]
            oldest = min(over or self._by_id.values(), key=lambda each: each.detected_ms)
            del self._by_id[oldest.id]
        return incident

    def _outlive(self, incident: Incident, fingerprint: str) -> None:
        """Of a signal's episodes only the latest can be open: compaction may take an earlier one's end."""
        episode = episode_of(incident.id)
        latest = self._latest.get(fingerprint, 0)
        if episode < latest:
            incident.outlived = True
        elif episode > latest:
            self._latest[fingerprint] = episode
            earlier = self._by_id.get(f"{fingerprint}-{latest}")
            if earlier is not None:
                earlier.outlived = True

    def find(self, id: str) -> Incident | None:
        """By its own id, the id of one of its alerts, or a fingerprint (its latest episode)."""
        if id in self._by_id:
            return self._by_id[id]
        if (incident := self._by_id.get(id.rpartition("-")[0])) is not None:
            return incident
        return self._by_id.get(f"{id}-{self._latest.get(id, 0)}")

    def ranked(self) -> list[Incident]:
        """Open ones first, the gravest of them first."""
        return sorted(self._by_id.values(), key=lambda incident: incident.rank)

    def open(self) -> list[Incident]:
        """Those that are not over, the gravest first."""
        return [incident for incident in self.ranked() if incident.is_open]

    def of_signal(self, model: str, version: str, role: str, signal: str) -> list[Incident]:
        """Those that show or showed a signal."""
        place = (model, version, role)
        return [
            incident
            for incident in self._by_id.values()
            if (incident.model, incident.version, incident.role) == place
            and any(each.signal == signal for each in incident.last.drift.signals)
        ]


def episode_of(id: str) -> int:
    """The number behind an incident's fingerprint; 0 where there is none."""
    number = id.rpartition("-")[2]
    return int(number) if number.isdigit() and number.isascii() else 0


def gravest(incidents: Iterable[Incident]) -> str:
    """The gravest severity among them; empty for none."""
    there = {incident.severity for incident in incidents}
    return next((severity for severity in SEVERITIES if severity in there), "")
