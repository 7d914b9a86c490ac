"""The alerts topic from its beginning to its end, and on as alerts arrive."""

import time
from collections.abc import Iterator
from itertools import chain
from operator import attrgetter
from types import TracebackType
from typing import Any, Final, Self

import click
import orjson
from kafka import KafkaConsumer, TopicPartition

from stream_app.config import KafkaSettings

POLL_MS: Final = 500
SILENCE_S_MAX: Final = 30.0


class AlertLog:
    """Reads every partition of the alerts topic, outside any consumer group.

    `AlertConsumer` is for programs, which wait for what comes; people also want to see what has come, and to
    know when that is all.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._consumer: Any = KafkaConsumer(
            **kafka.kafka_python(), enable_auto_commit=False, allow_auto_create_topics=False
        )
        numbers = self._consumer.partitions_for_topic(kafka.alerts)
        if not numbers:
            self._consumer.close()
            raise click.ClickException(
                f"The topic {kafka.alerts} does not exist: make it with `driftline topics create`."
            )
        self._partitions = [TopicPartition(kafka.alerts, number) for number in sorted(numbers)]
        self._consumer.assign(self._partitions)
        self._consumer.seek_to_beginning(*self._partitions)
        self._ids: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def existing(self) -> list[bytes]:
        """The alerts that are there now, in the order in which they were published.

        Raises:
            click.ClickException: the broker delivers nothing any more.
        """
        ends = self._consumer.end_offsets(self._partitions)
        records: list[Any] = []
        heard_s = time.monotonic()
        while any(self._consumer.position(partition) < end for partition, end in ends.items()):
            if polled := self._poll():
                records += polled
                heard_s = time.monotonic()
            elif time.monotonic() - heard_s > SILENCE_S_MAX:
                raise click.ClickException(
                    f"Kafka has delivered nothing for {SILENCE_S_MAX:.0f} s: check the broker."
                )
        return self._new(sorted(records, key=attrgetter("timestamp")))

    def coming(self) -> Iterator[bytes]:
        """The alerts that arrive from now on; does not end."""
        while True:
            yield from self._new(self._poll())

    def _poll(self) -> list[Any]:
        return list(chain.from_iterable(self._consumer.poll(timeout_ms=POLL_MS).values()))

    def _new(self, records: list[Any]) -> list[bytes]:
        """Without what a worker published again after a crash; ids are few, so all are remembered."""
        values = []
        for record in records:
            alert = None if record.value is None else orjson.loads(record.value)
            if alert is not None and alert["id"] not in self._ids:
                self._ids.add(alert["id"])
                values.append(record.value)
        return values
