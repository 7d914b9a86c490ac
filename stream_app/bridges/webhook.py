"""Any address: each alert, signed, as it stands on the topic or as an Alertmanager would post it."""

import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote

import orjson

from driftline.stream_app.bridges.http import Http
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.signatures import signed_headers
from driftline.stream_app.bridges.words import Letter
from driftline.stream_app.config.bridges import WebhookFormat

NOT_ENDED: Final = "0001-01-01T00:00:00Z"
"""How Go writes no time."""
PRINTABLE: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '%"')
"""What CloudEvents' HTTP binding (3.1.3.2) leaves as it is in a header."""


class WebhookReceiver(Receiver):
    """Receivers drop what they have had by ``webhook-id``, the alert's id."""

    wants_every_word: ClassVar[bool] = True

    def __init__(self, http: Http, format: WebhookFormat, keys: Sequence[bytes]) -> None:
        self._http = http
        self._body = FORMATS[format]
        self._keys = keys

    async def deliver(self, letter: Letter) -> None:
        """Post it; see `Receiver.deliver`."""
        body = self._body(letter)
        headers = cloud_event(letter) | signed_headers(
            header_text(letter.word.id), int(time.time()), body, self._keys
        )
        await self._http.post("", body, headers)


def alert_record(letter: Letter) -> bytes:
    """The bytes that stand on the topic."""
    return letter.value


def alertmanager_message(letter: Letter) -> bytes:
    """What an Alertmanager posts to a webhook, version 4; the group is the incident."""
    word = letter.word
    status = "resolved" if word.is_over else "firing"
    labels = {**word.labels, "incident": word.incident, "severity": word.severity}
    group = {name: labels.get(name, "") for name in ("model", "version", "role", "incident")}
    key = ", ".join(f"{name}={orjson.dumps(text).decode()}" for name, text in group.items())
    alert: dict[str, Any] = {
        "status": status,
        "labels": labels,
        "annotations": word.annotations,
        "startsAt": word.starts_at,
        "endsAt": word.ends_at or NOT_ENDED,
        "generatorURL": word.generator_url,
        "fingerprint": word.fingerprint,
    }
    return orjson.dumps(
        {
            "version": "4",
            "groupKey": f"{{}}:{{{key}}}",
            "truncatedAlerts": 0,
            "status": status,
            "receiver": "driftline",
            "groupLabels": group,
            "commonLabels": labels,
            "commonAnnotations": word.annotations,
            "externalURL": word.dashboard_url or "",
            "alerts": [alert],
        }
    )


FORMATS: Final[dict[WebhookFormat, Callable[[Letter], bytes]]] = {
    "driftline": alert_record,
    "alertmanager": alertmanager_message,
}


def cloud_event(letter: Letter) -> dict[str, str]:
    """The CloudEvents attributes of the record, in HTTP's binary mode."""
    return {
        name.replace("_", "-", 1): header_text(value.decode(errors="replace"))
        for name, value in letter.headers
        if name.startswith("ce_")
    }


def header_text(text: str) -> str:
    """A text in a header: what is not printable ASCII is percent-encoded, line breaks too."""
    return quote(text, safe=PRINTABLE)
