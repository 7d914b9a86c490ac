"""Delivery through kafka-python. Only the thread that delivers imports this file, with the first record."""

import os
from typing import Any

from kafka import KafkaProducer

LINGER_MS = 20
BATCH_BYTES = 131_072
BOOTSTRAP_MS = 5_000


class OwnProducer(KafkaProducer):  # type: ignore[misc]
    """A producer that only the process which made it can close.

    A forked child inherits the object without its threads: closing it there would wait for locks that nobody
    releases.
    """

    def __init__(self, **options: Any) -> None:
        self._process = os.getpid()
        super().__init__(**options)

    def close(self, timeout: float | None = None, null_logger: bool = False) -> None:
        """Deliver what is waiting and disconnect."""
        if os.getpid() == self._process:
            super().close(timeout=timeout, null_logger=null_logger)


def connect_producer(options: dict[str, Any]) -> OwnProducer:
    """A connected producer; its default partitioner is murmur2, as the workers expect.

    A missing topic is not created: it would get the broker's default number of partitions, and predictions
    and feedback need the same one.

    Raises:
        KafkaError: no broker answers.
    """
    return OwnProducer(
        **options,
        linger_ms=LINGER_MS,
        batch_size=BATCH_BYTES,
        bootstrap_timeout_ms=BOOTSTRAP_MS,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
