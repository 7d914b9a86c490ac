"""Halves as KServe's logger sends them, for the tests of inference logs."""

from typing import Any

from driftline.stream_app.gateway.kserve.half import Half, half_of
from driftline.stream_app.gateway.kserve.pairing import Pair

NOW_MS = 1_795_341_660_000
TIME = "2026-11-22T10:00:00.120Z"


def headers_of(side: str, identity: str = "ce-1", **more: str) -> dict[str, str]:
    """The headers of a half; keyword arguments are attributes of the CloudEvent."""
    known = {
        "ce-specversion": "1.0",
        "ce-type": f"org.kubeflow.serving.inference.{side}",
        "ce-id": identity,
        "ce-time": TIME,
        "ce-source": "http://localhost:9081/",
        "ce-inferenceservicename": "iris",
        "ce-namespace": "default",
        "ce-component": "predictor",
        "ce-endpoint": "default",
        "Content-Type": "application/json",
    }
    return known | {f"ce-{name}": value for name, value in more.items()}


def half(side: str, body: bytes = b"", identity: str = "ce-1", **more: str) -> Half:
    """A half with its body."""
    found = half_of({name.lower(): text for name, text in headers_of(side, identity, **more).items()}, NOW_MS)
    assert found is not None
    return found._replace(body=body)


def pair(request: bytes, response: bytes, **more: Any) -> Pair:
    """Both halves."""
    return Pair(half("request", request, **more), half("response", response, **more))
