"""The body of a request as events, one a line; a line that is none costs only itself."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from driftline.schemas import Control, Heartbeat, Reason, Rejection, decode
from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.config.gateway import GatewayToken
from driftline.stream_app.gateway.records import Record, record_of, type_of

FORBIDDEN = "forbidden"
"""The reason for an event that the token may not write; all others are those of dead letters."""
OPERATORS = Rejection(
    Reason.UNKNOWN_TYPE,
    "The gateway takes events of type prediction, feedback and serving: what operators say comes by the "
    "dashboard or the command line.",
)


class Refusal(NamedTuple):
    """Why a line is not taken, for whoever sent it. Lines are counted from 1, entries of an array too."""

    line: int
    reason: str
    sentence: str


class Line(NamedTuple):
    """A line that is taken, as the record it becomes: its bytes are not changed."""

    number: int
    type: str
    record: Record


def lines_of(body: bytes) -> list[bytes]:
    """The events in a body: its lines, or the entries of one JSON array. Blank lines are kept, to count.

    An array that is no JSON is one line, and refused as that.
    """
    if body.lstrip()[:1] == b"[":
        try:
            return [bytes(entry) for entry in _ENTRIES.decode(body)]
        except msgspec.DecodeError:
            return [body]
    return body.split(b"\n")


def read(
    body: bytes, now_ms: int, kafka: KafkaSettings, token: GatewayToken | None = None
) -> Iterator[Line | Refusal]:
    """Each line that is not blank, as it will be written or with the reason why not. Never raises.

    ``now_ms`` becomes the record's Kafka timestamp, which an event must not lead by more than a day.
    """
    for number, text in enumerate(lines_of(body), start=1):
        value = text.strip()
        if not value:
            continue
        event = decode(value, now_ms)
        if isinstance(event, Control | Heartbeat):
            event = OPERATORS
        if isinstance(event, Rejection):
            yield Refusal(number, event.reason, event.sentence)
        elif token is not None and (why := _forbidden(type_of(event), event.model, token)):
            yield Refusal(number, FORBIDDEN, why)
        else:
            yield Line(number, type_of(event), record_of(event, value, kafka))


_ENTRIES = msgspec.json.Decoder(list[msgspec.Raw])


def _forbidden(type_name: str, model: str, token: GatewayToken) -> str:
    if token.types and type_name not in token.types:
        return f"The token {token.name} may write {', '.join(token.types)}, not {type_name}."
    if token.models and model not in token.models:
        return f"The token {token.name} may write about {', '.join(token.models)} only."
    return ""
