"""Delivery through kafka-python. Only the thread that delivers imports this file, with the first record."""

import os
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError

from driftline.stream_app.client.outbox import NotYetError

LINGER_MS = 20
BATCH_BYTES = 131_072
BOOTSTRAP_MS = 5_000
TOPIC_MS = 1_000
DELIVERY_MS = 600_000  # outlives a broker's restart; what waits is bounded all the same


class OwnProducer(KafkaProducer):  # type: ignore[misc]
    """A producer that only the process which made it can close.

    A forked child inherits the object without its threads: closing it there would wait for locks that nobody
    releases.
    """

    def __init__(self, **options: Any) -> None:
        self._process = os.getpid()
        super().__init__(**options)

    def send(self, topic: str, **record: Any) -> Any:
        """Queue a record.

        Raises:
            NotYetError: there is no such topic, or no broker says where it is.
        """
        try:
            return super().send(topic, **record)
        except KafkaTimeoutError as error:
            raise NotYetError(
                f"no broker knows the topic {topic}: check the prefix, or run `driftline topics create`."
            ) from error

    def close(self, timeout: float | None = None, null_logger: bool = False) -> None:
        """Disconnect; what cannot be delivered in this time is lost."""
        if os.getpid() == self._process:
            with suppress(KafkaTimeoutError):
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
        max_block_ms=TOPIC_MS,
        delivery_timeout_ms=DELIVERY_MS,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
