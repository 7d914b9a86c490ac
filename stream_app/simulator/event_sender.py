"""Simulated events into Kafka: the record's time is the event's time, its key the model."""

from types import TracebackType
from typing import Any, Protocol, Self

from kafka import KafkaProducer

from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.simulator.playing import SimulatedEvent


class DeliveryError(Exception):
    """Events were refused by the broker or could not be delivered in time."""


class Producer(Protocol):
    """The part of kafka-python's producer that the sender uses."""

    def send(self, topic: str, *, key: bytes, value: bytes, timestamp_ms: int) -> Any:
        """Queue a record; the future that comes back knows its fate."""

    def flush(self, timeout: float | None = None) -> Any:
        """Wait until nothing is queued."""

    def close(self, timeout: float | None = None) -> None:
        """Let go of the connections."""


class EventSender:
    """Sends events; kafka-python's default partitioner is murmur2, as the workers expect.

    A broker deletes records whose time is past its retention and refuses those far ahead of its clock, so
    play ``scenario.starting_at(...)`` a recent time. A context manager: leaving it waits for delivery.

    Raises:
        DeliveryError: on ``close``, when events were not delivered; says how many and why the first was not.
    """

    def __init__(self, settings: KafkaSettings, producer: Producer | None = None) -> None:
        self._topics = {"predictions": settings.predictions, "feedback": settings.feedback}
        self._producer = producer or _connect(settings)
        self._failures: list[BaseException] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, event: SimulatedEvent) -> None:
        """Queue one event for sending."""
        sent = self._producer.send(
            self._topics[event.topic], key=event.key, value=event.value, timestamp_ms=event.time_ms
        )
        sent.add_errback(self._failures.append)

    def close(self) -> None:
        """Wait until everything is delivered and disconnect."""
        try:
            self._producer.flush()
        finally:
            self._producer.close()
        if self._failures:
            raise DeliveryError(
                f"events not delivered: {len(self._failures)}; the first: {self._failures[0]}"
            )


def _connect(settings: KafkaSettings) -> Producer:
    producer: Producer = KafkaProducer(**settings.kafka_python(), linger_ms=20, batch_size=131_072)
    return producer
