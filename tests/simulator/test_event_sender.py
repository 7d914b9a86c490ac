"""Simulated events become Kafka records as promised."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.simulator import SimulatedEvent, play, scenarios
from driftline.stream_app.simulator.event_sender import DeliveryError, EventSender

SCENARIO = scenarios()["new-words"].scaled(0.01)


class FakeFuture:
    """Fails at once, or never."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def add_errback(self, callback: Callable[[Exception], object]) -> None:
        """Tell the fate."""
        if self.error:
            callback(self.error)


class FakeProducer:
    """Keeps what it is given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[tuple[str, bytes, bytes, int]] = []
        self.error = error
        self.steps: list[str] = []

    def send(self, topic: str, *, key: bytes, value: bytes, timestamp_ms: int) -> FakeFuture:
        """Keep the record."""
        self.sent.append((topic, key, value, timestamp_ms))
        return FakeFuture(self.error)

    def flush(self, timeout: float | None = None) -> Any:
        """Note it."""
        self.steps.append("flush")

    def close(self, timeout: float | None = None) -> None:
        """Note it."""
        self.steps.append("close")


def test_kafka_records_have_the_models_key_and_the_events_time() -> None:
    """The worker takes the record's time for the moment of the event, and joins by the key's partition."""
    producer = FakeProducer()
    events = list(islice(SCENARIO.events(seed=2), 200))
    with EventSender(KafkaSettings(prefix="try"), producer) as sender:
        play(events, sender.send)
    names = {"predictions": "try.predictions", "feedback": "try.feedback"}
    assert producer.sent == [(names[event.topic], event.key, event.value, event.time_ms) for event in events]
    assert {event.topic for event in events} == set(names)
    assert producer.steps == ["flush", "close"]


def test_undelivered_events_are_said() -> None:
    """A scenario that only half arrived would be judged as if it had all been there."""
    sender = EventSender(KafkaSettings(), FakeProducer(TimeoutError("broker gone")))
    sender.send(SimulatedEvent(1, "predictions", b"m", b"{}"))
    with pytest.raises(DeliveryError, match="events not delivered: 1; the first: broker gone"):
        sender.close()
