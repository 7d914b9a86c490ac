"""The gateway over a real Kafka: what arrives, and what it says while the broker is away."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from driftline.stream_app.adapters.local_kafka import LocalKafka
from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.adapters.topics import create_topics
from driftline.stream_app.client import DriftClient
from driftline.stream_app.config import KafkaSettings
from tests.client.broker_records import records_of
from tests.gateway.gateway_process import GatewayProcess
from tests.gateway.halves import headers_of
from tests.kafka.worker_process import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]
MODELS = [f"model-{number}" for number in range(12)]


def event(number: int) -> bytes:
    """A prediction of now."""
    known = {"type": "prediction", "id": f"p-{number}", "model": "m", "version": "1"}
    return json.dumps(known | {"time": int(time.time() * 1000), "features": {"x": 1.5}}).encode()


def test_what_is_posted_arrives_as_from_the_client(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """Feedback by HTTP would lie in another partition than the predictions that it is about."""
    time_ms = int(time.time() * 1000)
    with DriftClient(kafka_settings, block=True) as client:
        for model in MODELS:
            values: dict[str, Any] = {"features": {"x": 1.5, "y": "ü"}, "outputs": {"z": [1.0, 2.0]}}
            client.log_prediction("1", **values, id="p", time=time_ms, model=model)
            said: dict[str, Any] = {"prediction_id": "p", "labels": {"z": 1}}
            client.log_feedback("label", **said, id="f", time=time_ms, model=model)
    predictions = records_of(kafka_settings, kafka_settings.predictions)
    feedback = records_of(kafka_settings, kafka_settings.feedback)
    with GatewayProcess(kafka_settings, tmp_path) as gateway:
        gateway.wait_for("/ready", 200)
        status, answer = gateway.post(*[record.value for record in predictions + feedback])
        assert (status, answer["accepted"]) == (202, 2 * len(MODELS))
        assert gateway.stop() == 0
    for topic, sent in ((kafka_settings.predictions, predictions), (kafka_settings.feedback, feedback)):
        by_client = {(record.partition, record.key, record.value) for record in sent}
        everything = [
            (record.partition, record.key, record.value) for record in records_of(kafka_settings, topic)
        ]
        assert len(everything) == 2 * len(MODELS)
        assert set(everything) == by_client
    assert len({record.partition for record in predictions}) > 1


def test_the_gateway_loads_no_engine() -> None:
    """It would take a hundred megabytes and a minute of compiling to pass on a line."""
    code = (
        "import sys, driftline.stream_app.gateway.serving; "
        "print([name for name in ('numba', 'faust', 'river', 'scipy', 'numpy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_no_yes_without_the_broker_and_nothing_acknowledged_is_lost(
    kafka_libraries: Path, tmp_path: Path
) -> None:
    """A 202 during an outage is an event that nobody has; so is one that a kill -9 takes back."""
    broker = LocalKafka(tmp_path / "kafka", free_port(), kafka_libraries)
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers, prefix="away", partitions=2)
    with GatewayProcess(kafka, tmp_path) as gateway:
        assert gateway.ask("/ready")[0] == 503
        assert gateway.post(event(0))[0] == 503
        broker.start()
        try:
            create_topics(kafka)
            gateway.wait_for("/ready", 200)
            accepted = [number for number in range(1, 30) if gateway.post(event(number))[0] == 202]
            assert len(accepted) == 29
            broker.stop()
            began = time.monotonic()
            statuses = []
            while time.monotonic() - began < 6:
                statuses.append(gateway.post(event(100 + len(statuses)))[0])
            assert set(statuses) == {503}
            gateway.wait_for("/ready", 503)
            assert send_halves(gateway, "during") == [200, 200]
            broker.start()
            gateway.wait_for("/ready", 200, 60)
            assert gateway.post(event(1000))[0] == 202
            wait_until(lambda: "ce-during" in ids_of(kafka), 60, "what was taken during the outage")
            gateway.process.kill()
            assert set(ids_of(kafka)) >= {f"p-{number}" for number in (*accepted, 1000)}
        finally:
            broker.stop()


def ids_of(kafka: KafkaSettings) -> list[str]:
    """The ids of all predictions on the topic."""
    return [json.loads(record.value).get("id") for record in records_of(kafka, kafka.predictions)]


def send_halves(gateway: GatewayProcess, name: str, row: str = "[[1.5, 2]]") -> list[int]:
    """Both halves of a call, as KServe's logger sends them; the statuses."""
    bodies: dict[str, Any] = {"request": {"instances": json.loads(row)}, "response": {"predictions": [3]}}
    return [
        gateway.ask("/v1/kserve", json.dumps(body).encode(), headers_of(side, f"ce-{name}"))[0]
        for side, body in bodies.items()
    ]


def test_inference_logs_arrive_and_what_waits_is_written_at_the_end(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    """A deployment of the gateway would lose what it had just taken, and say nothing of it."""
    section = {"models": {"iris": {"feature_names": ["a", "b"]}}}
    with GatewayProcess(kafka_settings, tmp_path, kserve=section) as gateway:
        gateway.wait_for("/ready", 200)
        for number in range(20):
            assert send_halves(gateway, str(number)) == [200, 200]
        assert gateway.ask("/v1/kserve", b"{}", headers_of("request", "alone"))[0] == 200
        assert gateway.stop() == 0
        assert "Traceback" not in gateway.log.read_text()
    records = records_of(kafka_settings, kafka_settings.predictions)
    events = [json.loads(record.value) for record in records]
    predictions = {each["id"]: each for each in events if each["type"] == "prediction"}
    assert set(predictions) == {f"ce-{number}" for number in range(20)}
    assert predictions["ce-7"]["features"] == {"a": 1.5, "b": 2}
    assert predictions["ce-7"]["outputs"] == {"prediction": 3}
    assert [each["lost"] for each in events if each["type"] == "serving"] == [1]
    assert {record.key for record in records} == {b"iris"}
