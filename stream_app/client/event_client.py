"""Delivery of events to Kafka in the background, under the names of the configuration."""

from datetime import datetime
from types import TracebackType
from typing import Any, Self

from driftline.stream_app.client.connection import connection
from driftline.stream_app.client.encoding import encode_event, require, time_ms_of
from driftline.stream_app.client.forking import fork_waits
from driftline.stream_app.client.outbox import Outbox, Producer, Record
from driftline.stream_app.config import KafkaSettings


class EventClient:
    """Takes events, and delivers them in a thread of its own; what it counts says what became of them."""

    def __init__(
        self,
        bootstrap_servers: str | KafkaSettings | None = None,
        prefix: str | None = None,
        model: str | None = None,
        *,
        capacity: int = 10_000,
        exit_timeout_s: float = 5.0,
        block: bool = False,
        stall_s: float = 60.0,
        **security: Any,
    ) -> None:
        self._kafka = connection(bootstrap_servers, prefix, security)
        self._options = self._kafka.kafka_python()
        self._model = model
        self._block = block
        self._outbox = Outbox(self._connect, capacity, exit_timeout_s, stall_s if block else None)

    @property
    def waiting(self) -> int:
        """Events that are on their way."""
        return self._outbox.waiting

    @property
    def sent(self) -> int:
        """Events that the broker has acknowledged."""
        return self._outbox.sent

    @property
    def failed(self) -> int:
        """Events with values that cannot be sent, and events that the broker refused or that timed out."""
        return self._outbox.failed

    @property
    def dropped(self) -> int:
        """Events that were not taken because too many were waiting, or because the client was closed."""
        return self._outbox.dropped

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until everything logged so far is delivered or has failed; False when time ran out."""
        return self._outbox.flush(timeout_s)

    def close(self, timeout_s: float = 10.0) -> None:
        """Deliver what can be delivered in this time; what is logged afterwards counts as dropped."""
        self._outbox.close(timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._block and kind is None:
                self._outbox.drain()
        except BaseException:
            self.close(timeout_s=0.0)  # it has waited for long enough
            raise
        self.close()

    def _log(
        self,
        topic: str,
        event: dict[str, Any],
        model: str | None,
        time: int | datetime | None,
        required: tuple[str, ...],
    ) -> str:
        named = model or self._model
        if not named:
            raise ValueError("which model is it? Pass model=…, or give the DriftClient one.")
        try:
            require(event, required)
            event["model"] = named
            event["time"] = time_ms_of(time)
            record = Record(topic, named.encode(), encode_event(event, self._lose), event["time"])
        except Exception as error:  # nothing that a value can do may stop a model from serving
            self._outbox.refuse(error)
        else:
            self._outbox.put(record)
        return str(event["id"])

    def _lose(self, place: str, what: str) -> None:
        """A value of an event was left out: said once by name, as far as there is room to remember names."""
        self._outbox.say_once(
            f"value {place}",
            f"{place} is left out of events where it is of type {what}: "
            "pass numbers, strings, booleans, None or lists of numbers.",
        )

    def _connect(self) -> Producer:
        with fork_waits:
            from driftline.stream_app.client.producer import connect_producer
        return connect_producer(self._options)
