"""Stand-ins for kafka-python's producer, whose broker does what a test says."""

from collections.abc import Callable
from threading import Event
from typing import Any

from kafka.future import Future

from driftline.stream_app.client import DriftClient
from driftline.stream_app.client.outbox import Record


class FakeProducer:
    """Keeps what it is sent; acknowledges, refuses, or waits until it may do so."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.may_answer = Event()
        self.may_answer.set()
        self.refusal: Exception | None = None
        self.closed = False

    def send(self, topic: str, *, key: bytes, value: bytes, timestamp_ms: int) -> Any:
        self.may_answer.wait()
        self.records.append(Record(topic, key, value, timestamp_ms))
        answer = Future()
        return answer.success(None) if self.refusal is None else answer.failure(self.refusal)

    def close(self, timeout: float | None = None) -> None:
        self.closed = True


def client_of(connect: Callable[[], FakeProducer], **options: Any) -> DriftClient:
    """A client of one model that connects to the stand-in."""
    client = DriftClient("127.0.0.1:1", model="voice-search", **options)
    client._outbox._connect = connect
    return client
