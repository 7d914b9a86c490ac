"""The client of serving systems: log what a model saw and said, and what happened next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import uuid4

from driftline.schemas.events import DEFAULT_ROLE, NEEDED_BY_ACTION, REQUIRED_BY_KIND, Verdict
from driftline.stream_app.client.encoding import text_of, time_ms_of
from driftline.stream_app.client.event_client import EventClient

Values = Mapping[str, Any]


class DriftClient(EventClient):
    """Logs events of models to Kafka, and never waits for the network or fails because of a value.

    A method returns after a few microseconds; a thread of its own delivers. At most ``capacity`` events wait
    (an event takes its bytes, so 10,000 of 1 kB take 10 MB); beyond, events are dropped and counted. Values
    that cannot be sent count as failed. Both are logged once. Works in web-server workers forked after it
    was made. One client serves any number of threads and models.

    For exports, where nothing may be lost and waiting is fine: ``with DriftClient(block=True) as client``. A
    call waits for room then, and the end of the block for delivery.

    Args:
        bootstrap_servers: ``host:port``, several with commas between them, or whole KafkaSettings. Default:
            KAFKA_BOOTSTRAP_SERVERS from the environment, else localhost:9092.
        prefix: of the topics' names; ``driftline`` by default.
        model: the model that events are about when a call names none.
        capacity: how many events may wait.
        block: wait instead of dropping when ``capacity`` events wait; not in a serving path.
        stall_s: with ``block``, how long Kafka may take no event before that is a TimeoutError.
        exit_timeout_s: how long the end of the process may wait for delivery when nobody called `close`.
        security: keys of the configuration's section ``kafka``, such as security_protocol and sasl_username.

    Raises:
        ConfigError: says everything that is wrong with these arguments.
        TimeoutError: of a call or at the end of the ``with`` block, with ``block``: see ``stall_s``.
    """

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

    def log_verdict(
        self,
        alert_id: str,
        verdict: Verdict,
        *,
        by: str | None = None,
        comment: str | None = None,
        id: str | None = None,
        time: int | datetime | None = None,
        model: str | None = None,
    ) -> str:
        """What an alert was to whoever got it: useful, noise or expected_change; returns the event's id.

        Verdicts weigh signals in the false-alarm budget; an expected change becomes the new normal.

        Raises:
            ValueError: no model is named, here or for the client; or there is no such verdict.
        """
        if verdict not in get_args(Verdict):
            raise ValueError(f"there is no verdict {verdict!r}: use {', '.join(get_args(Verdict))}.")
        event = {"action": "verdict", "alert_id": alert_id, "verdict": verdict, "by": by, "comment": comment}
        return self._log_control(event, id, time, model)

    def log_accept(
        self,
        *,
        alert_id: str | None = None,
        signals: Sequence[str] = (),
        version: str | None = None,
        role: str | None = None,
        by: str | None = None,
        comment: str | None = None,
        id: str | None = None,
        time: int | datetime | None = None,
        model: str | None = None,
    ) -> str:
        """The present level of an alert's signals, or of these, is the normal one; returns the event's id.

        Raises:
            ValueError: no model is named, here or for the client.
        """
        event = {
            "action": "accept",
            "alert_id": alert_id,
            "signals": list(signals) or None,
            "version": text_of(version),
            "role": role,
            "by": by,
            "comment": comment,
        }
        return self._log_control(event, id, time, model)

    def log_acknowledge(
        self,
        alert_id: str,
        until: int | datetime,
        *,
        by: str | None = None,
        comment: str | None = None,
        id: str | None = None,
        time: int | datetime | None = None,
        model: str | None = None,
    ) -> str:
        """Somebody looks after an alert: it is not repeated until then; returns the event's id.

        Raises:
            ValueError: no model is named, here or for the client.
        """
        event: dict[str, Any] = {"action": "acknowledge", "alert_id": alert_id, "by": by, "comment": comment}
        event["until"] = time_ms_of(until)
        return self._log_control(event, id, time, model)

    def log_undo(
        self,
        accept_id: str,
        *,
        by: str | None = None,
        comment: str | None = None,
        id: str | None = None,
        time: int | datetime | None = None,
        model: str | None = None,
    ) -> str:
        """Take back an accept of the last 24 hours, by the id that it returned; returns the event's id.

        Raises:
            ValueError: no model is named, here or for the client.
        """
        event = {"action": "undo", "accept_id": accept_id, "by": by, "comment": comment}
        return self._log_control(event, id, time, model)

    def log_comment(
        self,
        alert_id: str,
        comment: str,
        *,
        by: str | None = None,
        id: str | None = None,
        time: int | datetime | None = None,
        model: str | None = None,
    ) -> str:
        """A remark about an alert, for the audit trail; returns the event's id.

        Raises:
            ValueError: no model is named, here or for the client.
        """
        event = {"action": "comment", "alert_id": alert_id, "by": by, "comment": comment}
        return self._log_control(event, id, time, model)

    def _log_control(
        self,
        event: dict[str, Any],
        id: str | None,
        time: int | datetime | None,
        model: str | None,
    ) -> str:
        event = {"type": "control", "id": text_of(id) or uuid4().hex, **event}
        if event["action"] == "accept":
            required: tuple[str, ...] = ("signals",) if event["alert_id"] is None else ()
        else:
            required = tuple(name.removesuffix("_ms") for name in NEEDED_BY_ACTION[event["action"]])
        return self._log(self._kafka.control, event, model, time, required)
