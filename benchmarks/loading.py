"""Events into Kafka as fast as it takes them, or at a steady rate."""

from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaError, Producer

from benchmarks.events import Message

FLUSH_S_MAX = 60.0
POLL_EVERY = 1_000


class Loader:
    """Writes messages; keys go to the partitions that the Java client and kafka-python would choose."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._refused: list[KafkaError] = []
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "partitioner": "murmur2_random",
                "linger.ms": 5,
                "batch.num.messages": 10_000,
                "queue.buffering.max.messages": 200_000,
            }
        )

    def send(self, topic: str, messages: Iterable[Message]) -> int:
        """Hand messages over; the bytes of their values. Waits while too many are on their way."""
        size = 0
        for place, (key, value, time_ms) in enumerate(messages):
            while True:
                try:
                    self._producer.produce(topic, value, key, timestamp=time_ms, on_delivery=self._delivered)
                    break
                except BufferError:
                    self._producer.poll(0.1)
            size += len(value)
            if place % POLL_EVERY == 0:
                self._producer.poll(0)
        self._producer.poll(0)
        return size

    def flush(self) -> None:
        """Wait until all are written.

        Raises:
            RuntimeError: some are not.
        """
        left = self._producer.flush(FLUSH_S_MAX)
        if left or self._refused:
            raise RuntimeError(
                f"{left + len(self._refused)} events were not written to Kafka: {self._refused[:1]}"
            )

    def _delivered(self, error: KafkaError | None, _: Any) -> None:
        if error is not None:
            self._refused.append(error)
