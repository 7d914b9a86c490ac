"""What a serving system must not notice: bad values, a slow broker, no broker."""

import json
import logging
import subprocess
import sys
from datetime import datetime
from threading import Thread
from time import monotonic
from typing import Any

import numpy as np
import pytest
from kafka.errors import KafkaError, MessageSizeTooLargeError

from driftline.stream_app.client import AlertConsumer, DriftClient
from driftline.stream_app.client.outbox import NotYetError
from driftline.stream_app.config import ConfigError, KafkaSettings
from tests.client.delivery import FakeProducer, client_of


class Hostile:
    """A value whose conversion fails."""

    def __float__(self) -> float:
        raise RuntimeError("no number here")


def knotted() -> dict[str, Any]:
    """A dictionary that contains itself."""
    knot: dict[str, Any] = {}
    knot["x"] = knot
    return knot


UNUSABLE = [
    object(),
    Hostile(),
    {"y": 1.0},
    {1, 2},
    b"raw",
    1j,
    ["a", "b"],
    np.zeros((2, 2)),
    np.array(["a", "b"]),
    knotted(),
    (index for index in range(3)),
]


@pytest.mark.parametrize("value", UNUSABLE)
@pytest.mark.parametrize("field", ["features", "outputs", "serving", "segments"])
def test_one_value_that_cannot_be_sent_costs_itself(
    field: str, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """An event was lost for one of its forty features, and with it all that is joined with it."""
    producer = FakeProducer()
    with client_of(lambda: producer) as client:
        for _ in range(3):
            client.log_prediction("7", **{field: {"x": value, "good": 1}})
        assert client.flush(5)
    assert (client.sent, client.failed, client.dropped) == (3, 0, 0)
    good = "1" if field == "segments" else 1
    assert [json.loads(record.value)[field] for record in producer.records] == [{"good": good}] * 3
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert f"{field}['x']" in said[0] and type(value).__name__ in said[0]


@pytest.mark.parametrize("field", ["features", "outputs", "serving", "segments"])
def test_a_field_that_is_no_mapping_costs_itself(field: str) -> None:
    """A list of features without names lost the prediction's outputs too."""
    producer = FakeProducer()
    with client_of(lambda: producer) as client:
        client.log_prediction("7", **{field: [1.0, 2.0]})
        assert client.flush(5)
    assert (client.sent, client.failed) == (1, 0)
    assert json.loads(producer.records[0].value)[field] == {}


def test_labels_of_which_nothing_is_left_are_not_sent() -> None:
    """The worker would refuse them: a label without labels says nothing."""
    with client_of(FakeProducer) as client:
        client.log_feedback("label", prediction_id="p-1", labels={"intent": object()})
        assert (client.waiting, client.failed) == (0, 1)


BAD_PREDICTIONS: list[dict[str, Any]] = [
    {"model": "\ud800"},
    {"model": 7},
    {"time": datetime(2026, 11, 22)},
    {"time": 1_795_341_600.12},
    {"time": "2026-11-22T10:00:00Z"},
]


@pytest.mark.parametrize("fields", BAD_PREDICTIONS)
def test_bad_values_do_not_raise(fields: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Monitoring must never be the reason that a model does not answer."""
    producer = FakeProducer()
    with client_of(lambda: producer) as client:
        assert client.log_prediction("7", **fields)
        assert client.log_prediction("7", **fields)
        client.log_prediction("7")
        assert client.flush(5)
    assert (client.sent, client.failed, client.dropped) == (1, 2, 0)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_what_the_worker_would_refuse_is_not_sent() -> None:
    """A dead letter is found days later, a count at the source in the first minute."""
    with client_of(FakeProducer) as client:
        client.log_prediction("")
        client.log_prediction(None)  # type: ignore[arg-type]
        client.log_serving("", {"cpu": 0.7})
        client.log_feedback("label", prediction_id="p-1", labels={})
        client.log_feedback("label", labels={"intent": "call"})
        client.log_feedback("decision", prediction_id="p-1")
        client.log_feedback("behavior", prediction_id="p-1")
        assert (client.waiting, client.failed) == (0, 7)


def test_programming_errors_do_raise() -> None:
    """A call that can never work is found in development, not by an empty dashboard."""
    with DriftClient("127.0.0.1:1") as client:
        with pytest.raises(ValueError, match="which model"):
            client.log_prediction("7")
        with pytest.raises(ValueError, match="label, behavior, decision"):
            client.log_feedback("click", model="voice-search")  # type: ignore[arg-type]


def test_without_a_broker_nothing_waits_but_events(caplog: pytest.LogCaptureFixture) -> None:
    """An unreachable Kafka must neither slow the serving path down nor fill its memory."""
    client = DriftClient("127.0.0.1:1", model="voice-search", capacity=50)
    slowest_s = 0.0
    for _ in range(200):
        began = monotonic()
        client.log_prediction("7", features={"x": 1.0})
        slowest_s = max(slowest_s, monotonic() - began)
    assert slowest_s < 0.2
    assert (client.waiting, client.dropped) == (50, 150)
    assert not client.flush(0.1)
    began = monotonic()
    client.close(0.2)
    assert monotonic() - began < 1
    assert (client.waiting, client.sent, client.failed, client.dropped) == (0, 0, 50, 150)
    assert sum("dropped" in record.getMessage() for record in caplog.records) == 1


def test_the_broker_coming_back_gets_what_waited() -> None:
    """Events of a short outage are the ones an incident review asks for."""
    producer = FakeProducer()
    attempts = iter([KafkaError("away"), None])

    def connect() -> FakeProducer:
        if error := next(attempts):
            raise error
        return producer

    with client_of(connect) as client:
        ids = [client.log_prediction("7") for _ in range(20)]
        assert client.flush(10)
    assert [id for record in producer.records for id in ids if id.encode() in record.value] == ids
    assert producer.closed


def test_a_topic_that_is_not_there_yet_costs_no_event(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever makes the topics may come after the serving processes."""
    producer = FakeProducer()
    answers = iter([NotYetError("no broker knows the topic"), None])
    send = producer.send

    def hesitate(topic: str, *, key: bytes, value: bytes, timestamp_ms: int) -> Any:
        if error := next(answers, None):
            raise error
        return send(topic, key=key, value=value, timestamp_ms=timestamp_ms)

    producer.send = hesitate  # type: ignore[method-assign]
    with client_of(lambda: producer) as client:
        ids = [client.log_prediction("7") for _ in range(3)]
        assert client.flush(10)
        assert (client.sent, client.failed) == (3, 0)
    assert [id for record in producer.records for id in ids if id.encode() in record.value] == ids
    assert "no broker knows the topic" in caplog.text


def test_what_is_on_its_way_counts_as_waiting() -> None:
    """kafka-python's own buffer has no bound: a slow broker would fill the memory of the serving process."""
    producer = FakeProducer()
    producer.may_answer.clear()
    client = client_of(lambda: producer, capacity=3)
    for _ in range(5):
        client.log_prediction("7")
    assert (client.waiting, client.dropped) == (3, 2)
    producer.may_answer.set()
    assert client.flush(5)
    client.log_prediction("7")
    client.close()
    assert (client.sent, client.dropped) == (4, 2)


@pytest.mark.parametrize("at_once", [True, False])
def test_refused_events_count_as_failed(at_once: bool) -> None:
    """An event that is too large is refused when it is sent or by the broker; the next ones still go out."""
    producer = FakeProducer()
    error = MessageSizeTooLargeError("too large")
    send = producer.send

    def refuse(*_: object, **__: object) -> None:
        raise error

    with client_of(lambda: producer) as client:
        if at_once:
            producer.send = refuse  # type: ignore[method-assign]
        producer.refusal = error
        client.log_prediction("7")
        assert client.flush(5)
        producer.refusal, producer.send = None, send  # type: ignore[method-assign]
        client.log_prediction("7")
    assert (client.sent, client.failed) == (1, 1)


def test_after_closing_events_are_dropped() -> None:
    """A request that is still served while the process shuts down must not fail."""
    client = client_of(FakeProducer)
    client.close()
    client.close()
    client.log_prediction("7")
    assert (client.waiting, client.dropped) == (0, 1)


def test_every_event_counts_once_whatever_the_threads_do() -> None:
    """Counters that drift apart under load hide losses."""
    producer = FakeProducer()
    client = client_of(lambda: producer, capacity=100)

    def log() -> None:
        for place in range(500):
            client.log_prediction("7", time=0.5 if place % 10 == 0 else None)  # type: ignore[arg-type]

    threads = [Thread(target=log) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    assert client.failed == 200
    assert client.sent == len(producer.records)
    assert client.sent + client.failed + client.dropped == 2_000


def test_settings_are_checked_when_the_client_is_made() -> None:
    """A typing mistake in a server's name must not look like a broker that is down."""
    with pytest.raises(ConfigError, match="kafka://"):
        DriftClient("kafka://localhost:9092")
    with pytest.raises(ConfigError, match="sasl_password"):
        DriftClient(security_protocol="SASL_SSL", sasl_mechanism="PLAIN", sasl_username="me")
    with pytest.raises(TypeError, match="prefix"):
        AlertConsumer(KafkaSettings(), prefix="other")


def test_the_environment_names_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same image runs in every environment, with the servers from outside."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka-7:9094")
    with DriftClient(prefix="other") as client:
        assert client._kafka.bootstrap_servers == "kafka-7:9094"
        assert client._kafka.predictions == "other.predictions"


def test_a_process_that_ends_without_a_broker_does_end() -> None:
    """A job would hang at its end because its monitoring cannot say good-bye."""
    program = (
        "from stream_app.client import DriftClient; "
        "DriftClient('127.0.0.1:1', model='m', exit_timeout_s=0.5).log_prediction('7')"
    )
    began = monotonic()
    shown = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=15
    )
    assert shown.returncode == 0
    assert "1 events were not delivered within 0.5 s" in shown.stderr
    assert monotonic() - began < 10
