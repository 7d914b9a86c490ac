"""One half of an inference: a request or a response, as a CloudEvent in binary mode."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

from driftline.schemas import EARLIEST_MS, LONGEST_NAME, epoch_ms
from driftline.stream_app.client.values import text_without_surrogates

OVERHEAD_BYTES: Final = 1_000
"""What a half costs beside its body: headers, the object and its place in a dictionary."""
DEFAULT_ENDPOINT: Final = "default"


class Side(StrEnum):
    """Which half; the text is the metric's label."""

    REQUEST = "request"
    RESPONSE = "response"


SIDES: Final = {f"org.kubeflow.serving.inference.{side}": side for side in Side}


class Half(NamedTuple):
    """A half and what its headers say. Both halves have the same id.

    ``model`` is the InferenceService, ``time_ms`` when the half was sent; ``annotations`` are those of the
    service that the logger was told to send along.
    """

    side: Side
    id: str
    model: str
    component: str
    endpoint: str
    time_ms: int
    annotations: dict[str, Any]
    body: bytes = b""

    @property
    def key(self) -> tuple[str, str]:
        """What the other half has too."""
        return self.model, self.id

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return len(self.body) + OVERHEAD_BYTES

    @property
    def role(self) -> str:
        """What a prediction of this endpoint is: a canary is watched apart from what is live."""
        return "live" if self.endpoint in ("", DEFAULT_ENDPOINT) else self.endpoint


def half_of(headers: Mapping[str, str], now_ms: int) -> Half | None:
    """The half that headers announce, without its body; None: they are not those of an inference's half.

    A time that cannot be read, or that lies ahead, is now.
    """

    def text(name: str) -> str:
        return text_without_surrogates(headers.get(name, ""))

    side, identity = SIDES.get(text("ce-type")), text("ce-id")
    if side is None or not 0 < len(identity) <= LONGEST_NAME:
        return None
    return Half(
        side,
        identity,
        text("ce-inferenceservicename")[:LONGEST_NAME],
        text("ce-component"),
        text("ce-endpoint")[:LONGEST_NAME],
        _time_ms(text("ce-time"), now_ms),
        _annotations(text("ce-annotations")),
    )


def _time_ms(text: str, now_ms: int) -> int:
    try:
        instant = datetime.fromisoformat(text)
        time_ms = epoch_ms(instant) if instant.tzinfo is not None else now_ms
    except (ValueError, OverflowError):
        return now_ms
    return time_ms if EARLIEST_MS <= time_ms <= now_ms else now_ms


def _annotations(text: str) -> dict[str, Any]:
    try:
        annotations = orjson.loads(text or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return annotations if isinstance(annotations, dict) else {}
