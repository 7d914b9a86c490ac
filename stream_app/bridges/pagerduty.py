"""PagerDuty's Events API v2: one of its incidents for each severity that an incident of ours reaches.

An incident that somebody has acknowledged there notifies nobody again, however grave the next event is. So a
higher severity opens a new one (its key ends in the severity), and then the lower one is resolved. A trigger
behind a resolve would open it anew: of an incident that is over only resolves are sent, and one that is not
open costs nothing. A key is resolved with each routing key that it may have been opened with.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from driftline.stream_app.bridges.http import Http
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.texts import first_signals, shortened, signal_facts
from driftline.stream_app.bridges.words import SEVERITIES, Letter, Word, lower_than

ENQUEUE: Final = "/v2/enqueue"
CHARACTERS_MAX: Final = {"summary": 1024, "dedup_key": 255, "source": 255, "other": 255}
BODY_BYTES_MAX: Final = 512 * 1024
SIGNALS: Final = 10


class PagerDutyReceiver(Receiver):
    """Knows of each open incident which severities PagerDuty may have open, about 300 bytes each."""

    def __init__(self, http: Http, routing_key: str, former_keys: Sequence[str] = ()) -> None:
        self._http = http
        self._routing_key = routing_key
        self._all_keys = list(dict.fromkeys([routing_key, *former_keys]))
        self._maybe_open: dict[str, set[str]] = {}

    def begin(self) -> None:
        self._maybe_open.clear()

    def delivered(self, letter: Letter) -> None:
        word = letter.word
        if word.is_over:
            self._maybe_open.pop(word.incident, None)
        else:
            self._maybe_open[word.incident] = {word.severity}

    def passed_over(self, letter: Letter) -> None:
        self._open_at(letter.word).add(letter.word.severity)

    async def deliver(self, letter: Letter) -> None:
        """Trigger what it is now, then resolve what it was; see `Receiver.deliver`."""
        word = letter.word
        is_open = self._open_at(word)
        is_open.add(word.severity)
        if not word.is_over:
            await self._send(trigger(word, self._routing_key))
        for severity in SEVERITIES:
            if severity in is_open and (word.is_over or severity != word.severity):
                for routing_key in self._all_keys:
                    await self._send(resolve(word, severity, routing_key))
                is_open.discard(severity)
        if word.is_over:
            self._maybe_open.pop(word.incident, None)

    def _open_at(self, word: Word) -> set[str]:
        """The severities that may be open; where the topic has lost the incident's beginning, all lower."""
        unknown = lower_than(word.severity) if word.sequence > 1 else ()
        return self._maybe_open.setdefault(word.incident, set(unknown))

    async def _send(self, event: dict[str, Any]) -> None:
        await self._http.post(ENQUEUE, encoded(event))


def dedup_key(word: Word, severity: str) -> str:
    """What PagerDuty tells its incidents apart by."""
    return shortened(f"driftline/{word.incident}/{severity}", CHARACTERS_MAX["dedup_key"])


def trigger(word: Word, routing_key: str) -> dict[str, Any]:
    """Opens an incident, or adds to the log of the open one: what changes has to be in the summary."""
    model = word.labels.get("model", "")
    other = CHARACTERS_MAX["other"]
    return {
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": dedup_key(word, word.severity),
        "client": "driftline",
        **({"client_url": word.dashboard_url} if word.dashboard_url else {}),
        "links": _links(word),
        "payload": {
            "summary": shortened(word.summary, CHARACTERS_MAX["summary"]),
            "source": shortened(f"driftline:{model}", CHARACTERS_MAX["source"]),
            "severity": word.severity,
            "timestamp": word.drift.detected_at or word.starts_at,
            "component": shortened(word.annotations.get("signal", ""), other),
            "group": shortened(model, other),
            "class": shortened(word.drift.kind, other),
            "custom_details": {
                "alert_id": word.id,
                "version": word.labels.get("version", ""),
                "role": word.labels.get("role", ""),
                "began_at": word.drift.began_at,
                "description": word.annotations.get("description", ""),
                "signals": [signal_facts(each) for each in first_signals(word, SIGNALS)],
                "coverage": word.drift.coverage,
            },
        },
    }


def resolve(word: Word, severity: str, routing_key: str) -> dict[str, Any]:
    """Ends the incident of this severity; nothing happens where none is open."""
    return {"routing_key": routing_key, "event_action": "resolve", "dedup_key": dedup_key(word, severity)}


def encoded(event: dict[str, Any]) -> bytes:
    """The event as JSON; without its details where it would be too large."""
    body = orjson.dumps(event)
    if len(body) <= BODY_BYTES_MAX:
        return body
    return orjson.dumps(event | {"payload": event["payload"] | {"custom_details": {}}})


def _links(word: Word) -> list[dict[str, str]]:
    links = {"Dashboard": word.dashboard_url, "Runbook": word.runbook_url}
    return [{"href": href, "text": text} for text, href in links.items() if href]
