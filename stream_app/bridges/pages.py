"""What an Alertmanager should know: its alerts ("pages"), incident by incident.

It tells alerts apart by their labels. Those of an incident stay, but its severity may rise: then the page
with the higher one fires beside the lower ones (which an inhibit rule mutes), and all of them end together.
To end the lower one at once would say, in the middle of the trouble, that it is over.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from driftline.schemas import epoch_ms, rfc3339
from driftline.stream_app.bridges.words import SEVERITIES, Change, Word, lower_than

OVER_KEPT_MS: Final = 15 * 60_000
"""What is over is told so long again, as Prometheus does: one Alertmanager of several may have been away."""

Page = dict[str, Any]


@dataclass
class _Incident:
    word: Word
    fired: set[str] = field(default_factory=set)
    perhaps: set[str] = field(default_factory=set)
    """Severities that an earlier process may have fired: ended with the others, and not fired."""
    over_ms: int | None = None

    def severities(self) -> list[str]:
        """The gravest first: what mutes has to be there before what it mutes."""
        told = self.fired | self.perhaps if self.word.is_over else self.fired
        return [severity for severity in reversed(SEVERITIES) if severity in told]


class Pages:
    """The latest word on each incident that fires or was over a moment ago, about 3 kB each."""

    def __init__(self) -> None:
        self._incidents: dict[str, _Incident] = {}
        self.are_settled = True
        """Whether the latest word on each incident is known; before, what is over by now would fire."""

    def tell(self, word: Word, time_ms: int) -> None:
        """Alertmanager is told this word, or was at that time by an earlier process."""
        incident = self._at(word)
        incident.word = _slim(word)
        incident.fired.add(word.severity)
        incident.over_ms = time_ms if word.is_over else None

    def suspect(self, word: Word) -> None:
        """An earlier process may have told this word."""
        self._at(word).perhaps.add(word.severity)

    def clear(self) -> None:
        """Know nothing of any incident, until told that they are settled again."""
        self._incidents.clear()
        self.are_settled = False

    def known(self) -> list[str]:
        """Incidents that fire, and those that were over a moment ago."""
        return [each for each, incident in self._incidents.items() if incident.fired]

    def forget_old(self, now_ms: int, *names: str) -> None:
        """Leave out what has been over for long, of these incidents or of all."""
        for name in names or list(self._incidents):
            over_ms = self._incidents[name].over_ms
            if over_ms is not None and now_ms - over_ms > OVER_KEPT_MS:
                del self._incidents[name]

    def of(self, incident: str, now_ms: int) -> Iterator[Page]:
        """The pages of an incident as they have to be posted now: one for each severity that it has had."""
        known = self._incidents.get(incident)
        if known is not None and self.are_settled:
            for severity in known.severities():
                yield _page(known.word, severity, now_ms)

    def _at(self, word: Word) -> _Incident:
        incident = self._incidents.get(word.incident)
        if incident is None:
            incident = self._incidents[word.incident] = _Incident(word)
            if word.sequence > 1:  # the topic is compacted: what it was before, nobody knows
                incident.perhaps.update(lower_than(word.severity))
        return incident


def _page(word: Word, severity: str, now_ms: int) -> Page:
    """One alert of Alertmanager's API v2; it drops labels without a value."""
    starts_ms = min(_time_ms(word.starts_at, now_ms), now_ms)
    labels = {**word.labels, "incident": word.incident, "severity": severity}
    page: Page = {
        "labels": {name: text for name, text in labels.items() if text},
        "annotations": _annotations(word),
        "startsAt": rfc3339(starts_ms),
    }
    if word.is_over:
        # Event time may be ahead of the clock on the wall: the page would fire until then.
        ends_ms = min(_time_ms(word.ends_at or word.time, now_ms), now_ms)
        page["endsAt"] = rfc3339(max(ends_ms, starts_ms))
    if word.dashboard_url is not None:
        page["generatorURL"] = word.dashboard_url
    return page


def _annotations(word: Word) -> dict[str, str]:
    """What may change while it fires: everything that is no label. ``alert_id`` is what commands ask for."""
    facts = {"kind": word.drift.kind, "began_at": word.drift.began_at, "alert_id": word.id}
    return {name: text for name, text in (word.annotations | facts).items() if text}


def _time_ms(written: str, otherwise_ms: int) -> int:
    with suppress(ValueError, TypeError):
        return epoch_ms(datetime.fromisoformat(written))
    return otherwise_ms


def _slim(word: Word) -> Word:
    """Without the signals, which can be many and are in no page."""
    drift = Change(kind=word.drift.kind, began_at=word.drift.began_at)
    return msgspec.structs.replace(word, drift=drift)
