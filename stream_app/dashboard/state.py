"""Everything that the pages show, put together from the records of the topics; no clock and no I/O."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from driftline.schemas import AuditRecord
from driftline.stream_app.dashboard.deeds import Deeds
from driftline.stream_app.dashboard.incidents import Incidents
from driftline.stream_app.dashboard.letters import Letters
from driftline.stream_app.dashboard.records import Feed, Heard, Said, Word, time_ms
from driftline.stream_app.dashboard.signals import Point, Signals, decode_summary

STATUS_KEY: Final = "status|"
_WORD: Final = msgspec.json.Decoder(Word)
_SAID: Final = msgspec.json.Decoder(Said)
_AUDIT: Final = msgspec.json.Decoder(AuditRecord)


class Kept(NamedTuple):
    """A record as the history keeps it: given back to `State.restore` it makes the same state."""

    feed: Feed
    key: str
    time_ms: int
    value: bytes


class State:
    """What is known. ``version`` moves on with every change; ``unreadable`` counts what nobody could read.

    ``unsaved`` and ``points`` are what the history does not have yet; whoever saves them takes them.
    """

    def __init__(self) -> None:
        self.version = 0
        self.forget()

    def forget(self) -> None:
        """Know nothing."""
        self.version += 1
        self.unreadable = 0
        self.heard_ms = 0
        self.incidents = Incidents()
        self.signals = Signals()
        self.deeds = Deeds()
        self.letters = Letters()
        self.statuses: dict[str, dict[str, Any]] = {}
        self.unsaved: dict[tuple[Feed, str], Kept] = {}
        self.points: dict[tuple[str, int], Point] = {}

    def apply(self, heard: Heard) -> None:
        """Take up a record; one that cannot be read costs only itself."""
        try:
            key = self._take(heard)
        except (msgspec.DecodeError, UnicodeDecodeError, orjson.JSONDecodeError, ValueError):
            self.unreadable += 1
            return
        self.version += 1
        self.heard_ms = max(self.heard_ms, heard.time_ms)
        if key is not None:
            value = heard.value or b""
            if heard.feed == "dead_letters":
                value = msgspec.json.encode(self.letters.groups[key])
            self.unsaved[heard.feed, key] = Kept(heard.feed, key, heard.time_ms, value)

    def restore(self, kept: Iterable[Kept]) -> None:
        """Take up what the history kept, in the order in which it was heard."""
        for feed, key, at_ms, value in kept:
            if feed == "dead_letters":
                self.letters.restore(key, value)
            else:
                self.apply(Heard(feed, key.encode(), value, at_ms))
        self.signals.forget_silent()
        self.unsaved.clear()
        self.points.clear()

    def event_ms(self) -> int:
        """The latest event time of anything."""
        signals = (tally.event_ms for tally in self.signals.tallies().values())
        words = (incident.last.at_ms for incident in self.incidents.ranked())
        return max([*signals, *words], default=0)

    def take_unsaved(self) -> tuple[list[Kept], dict[tuple[str, int], Point]]:
        """What the history lacks; from now on it is somebody else's to keep."""
        kept, points = list(self.unsaved.values()), self.points
        self.unsaved, self.points = {}, {}
        return kept, points

    def _take(self, heard: Heard) -> str | None:
        """The key under which the record is to be kept; None for what needs no keeping."""
        if heard.feed == "dead_letters":
            found = self.letters.hear(heard)
            return None if found is None else found[0]
        if heard.value is None:
            return None  # a compacted topic forgets a key; what was shown of it stays
        if heard.feed == "alerts":
            word = _WORD.decode(heard.value)
            self.incidents.hear(word)
            return word.id
        if heard.feed == "audit":
            record = _AUDIT.decode(heard.value)
            self.deeds.answer(record)
            return record.id
        if heard.feed == "control":
            said = _SAID.decode(heard.value)
            self.deeds.say(said, heard.time_ms or time_ms(said.time))
            return said.id or None
        return self._take_signal(heard, heard.value)

    def _take_signal(self, heard: Heard, value: bytes) -> str:
        key = (heard.key or b"").decode()
        if key.startswith(STATUS_KEY):
            status = orjson.loads(value)
            if isinstance(status, dict) and isinstance(status.get("model"), str):
                self.statuses[status["model"]] = status
                return key
            raise ValueError("a status without a model")
        summary = decode_summary(value)
        point = self.signals.hear(key, summary, heard.time_ms)
        self.points[key, point.minute] = point
        return key
