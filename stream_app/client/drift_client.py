"""The client of serving systems: log what a model saw and said, and what happened next."""

from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self
from uuid import uuid4

from schemas.events import DEFAULT_ROLE, REQUIRED_BY_KIND
from stream_app.client.connection import connection
from stream_app.client.encoding import encode_event, require, text_of, time_ms_of
from stream_app.client.forking import fork_waits
from stream_app.client.outbox import Outbox, Producer, Record
from stream_app.config import KafkaSettings

Values = Mapping[str, Any]


class DriftClient:
    """Logs events of models to Kafka, and never waits for the network or fails because of a value.

    A method returns after a few microseconds; a thread of its own delivers. At most ``capacity`` events wait
    (an event takes its bytes, so 10,000 of 1 kB take 10 MB); beyond, events are dropped and counted. Values
    that cannot be sent count as failed. Both are logged once. Works in web-server workers forked after it
    was made. One client serves any number of threads and models.

    Args:
        bootstrap_servers: ``host:port``, several with commas between them, or whole KafkaSettings. Default:
            KAFKA_BOOTSTRAP_SERVERS from the environment, else localhost:9092.
        prefix: of the topics' names; ``driftline`` by default.
        model: the model that events are about when a call names none.
        capacity: how many events may wait.
        exit_timeout_s: how long the end of the process may wait for delivery when nobody called `close`.
        security: keys of the configuration's section ``kafka``, such as security_protocol and sasl_username.

    Raises:
        ConfigError: says everything that is wrong with these arguments.
    """

    def __init__(
        self,
        bootstrap_servers: str | KafkaSettings | None = None,
        prefix: str | None = None,
        model: str | None = None,
        *,
        capacity: int = 10_000,
        exit_timeout_s: float = 5.0,
        **security: Any,
    ) -> None:
        self._kafka = connection(bootstrap_servers, prefix, security)
        self._options = self._kafka.kafka_python()
        self._model = model
        self._outbox = Outbox(self._connect, capacity, exit_timeout_s)

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

    def log_prediction(
        self,
        version: str,
        *,
        features: Values | None = None,
        outputs: Values | None = None,
        serving: Values | None = None,
        id: str | None = None,
        time: int | datetime | None = None,
        role: str = DEFAULT_ROLE,
        automation: str | None = None,
        segments: Mapping[str, str] | None = None,
        session: str | None = None,
        model: str | None = None,
    ) -> str:
        """What the model saw and said; returns the prediction's id, which feedback names later.

        Feature and output values: number, string, boolean, None or a list of numbers, also numpy's. ``time``:
        epoch milliseconds or a datetime with an offset; now by default. ``serving``: such as latency_ms.

        Raises:
            ValueError: no model is named, here or for the client.
        """
        event = {
            "type": "prediction",
            "id": text_of(id) or uuid4().hex,
            "version": text_of(version),
            "features": features,
            "outputs": outputs,
            "serving": serving,
            "role": role,
            "automation": automation,
            "segments": segments,
            "session": text_of(session),
        }
        return self._log(self._kafka.predictions, event, model, time, ("version",))

    def log_feedback(
        self,
        kind: Literal["label", "behavior", "decision"],
        *,
        prediction_id: str | None = None,
        labels: Values | None = None,
        behavior: str | None = None,
        decision: Values | None = None,
        version: str | None = None,
        annotator: str | None = None,
        actor: str | None = None,
        id: str | None = None,
        time: int | datetime | None = None,
        model: str | None = None,
    ) -> str:
        """What happened after a prediction; returns the feedback's id.

        A label needs ``prediction_id`` and ``labels`` (the true value by output), a decision
        ``prediction_id`` and ``decision`` (what a person chose, by output), a behaviour its name (without a
        prediction's id it counts for the model as a whole).

        Raises:
            ValueError: no model is named, here or for the client; or there is no such kind.
        """
        if kind not in REQUIRED_BY_KIND:
            raise ValueError(f"there is no feedback of kind {kind!r}: use {', '.join(REQUIRED_BY_KIND)}.")
        event = {
            "type": "feedback",
            "kind": kind,
            "id": text_of(id) or uuid4().hex,
            "prediction_id": text_of(prediction_id),
            "version": text_of(version),
            "labels": labels,
            "behavior": behavior,
            "decision": decision,
            "annotator": text_of(annotator),
            "actor": text_of(actor),
        }
        return self._log(self._kafka.feedback, event, model, time, REQUIRED_BY_KIND[kind])

    def log_serving(
        self,
        version: str,
        values: Values,
        *,
        host: str | None = None,
        role: str = DEFAULT_ROLE,
        id: str | None = None,
        time: int | datetime | None = None,
        model: str | None = None,
    ) -> str:
        """How a serving host is doing: memory_mb, cpu, queue_depth and the like; returns the report's id.

        Raises:
            ValueError: no model is named, here or for the client.
        """
        event = {
            "type": "serving",
            "id": text_of(id) or uuid4().hex,
            "version": text_of(version),
            "role": role,
            "host": host,
            "values": values,
        }
        return self._log(self._kafka.predictions, event, model, time, ("version",))

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
            self._outbox.put(Record(topic, named.encode(), encode_event(event), event["time"]))
        except Exception as error:  # nothing that a value can do may stop a model from serving
            self._outbox.refuse(error)
        return str(event["id"])

    def _connect(self) -> Producer:
        with fork_waits:
            from stream_app.client.producer import connect_producer
        return connect_producer(self._options)
