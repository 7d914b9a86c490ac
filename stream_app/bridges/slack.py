"""Slack's incoming webhooks: a short message on each word about an incident."""

from typing import Any, Final

import orjson

from driftline.stream_app.bridges.http import Http
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.texts import first_signals, shortened, signal_line
from driftline.stream_app.bridges.words import Letter, Word

SIGNALS: Final = 5
SECTION_CHARACTERS_MAX: Final = 3000
SHAPES: Final = {"critical": "✕", "warning": "◆", "info": "●"}
OVER: Final = "■"


class SlackReceiver(Receiver):
    """Slack knows no message ids: after a crash the last one may come twice."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def deliver(self, letter: Letter) -> None:
        """Post it; see `Receiver.deliver`."""
        await self._http.post("", orjson.dumps(message(letter.word)))


def message(word: Word) -> dict[str, Any]:
    """Summary, at most five signals, and links. ``text`` is what a notification shows."""
    shape = OVER if word.is_over else SHAPES[word.severity]
    state = "over" if word.is_over else word.severity
    title = f"{shape} {state}: {word.summary}"
    lines = [f"*{escaped(title)}*"]
    lines += [f"• {escaped(signal_line(each))}" for each in first_signals(word, SIGNALS)]
    more = len(word.drift.signals) - SIGNALS
    lines += [f"and {more} more"] if more > 0 else []
    # Links stand in a section of their own: a text that is cut must not cut them.
    texts = [shortened("\n".join(lines), SECTION_CHARACTERS_MAX), _links(word)]
    return {
        "text": shortened(escaped(title), SECTION_CHARACTERS_MAX),
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in texts if text],
    }


def escaped(text: str) -> str:
    """Slack's three control characters as text, or a model's name could call everybody: ``<!channel>``."""
    text = text.replace("\r", " ").replace("\n", " ")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _links(word: Word) -> str:
    links = {"dashboard": word.dashboard_url, "runbook": word.runbook_url}
    return " · ".join(f"<{_in_link(href)}|{text}>" for text, href in links.items() if href)


def _in_link(href: str) -> str:
    return escaped(href).replace("|", "%7C").replace(" ", "%20")
