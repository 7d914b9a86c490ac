"""A worker's own heartbeats let it tell a silence when nothing is written any more."""

import json
import time
from pathlib import Path

import pytest
from kafka import KafkaProducer

from driftline.schemas import Heartbeat, decode
from driftline.stream_app.config import KafkaSettings
from tests.kafka.worker_process import READY_S, WorkerProcess, read_all, wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
STEP_S = 20
HOURS = 26


class ImpatientWorker(WorkerProcess):
    """Writes a heartbeat after a second of quiet, not after 40, which `test_heartbeat.py` has."""

    program = (
        "-c",
        "from driftline.stream_app.adapters.worker import heartbeat\n"
        "heartbeat.QUIET_S = heartbeat.LOOK_S = 1.0\n"
        "from driftline.stream_app.cli import main\n"
        "main()",
    )


def send_history(kafka: KafkaSettings, end_s: float) -> int:
    """A day and more of one model, written when it happened, up to this moment."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, linger_ms=5)
    count = HOURS * 3600 // STEP_S
    for number in range(count):
        time_ms = int((end_s - (count - number) * STEP_S) * 1000)
        event = {
            "type": "prediction",
            "id": f"p-{number}",
            "model": "search",
            "version": "1",
            "time": time_ms,
        }
        value = json.dumps(event | {"time": time_ms, "features": {"x": float(number % 7)}}).encode()
        producer.send(kafka.predictions, key=b"search", value=value, timestamp_ms=time_ms)
    producer.flush()
    producer.close()
    return count


def test_a_model_that_stops_is_told_though_nothing_else_is_written(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    """Time would stand still with the only model, and the outage would be told when it is over."""
    count = send_history(kafka_settings, time.time() - 9 * 60)
    with ImpatientWorker(kafka_settings, tmp_path, "worker") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
        wait_until(lambda: worker.metric("driftline_events_total") == count, 90, "absorbing all events")
        wait_until(lambda: bool(read_all(kafka_settings, kafka_settings.alerts)), 120, "an alert")
        alert = read_all(kafka_settings, kafka_settings.alerts)[0]
        assert (alert["status"], alert["drift"]["kind"]) == ("firing", "silence")
        assert "no predictions since" in alert["annotations"]["summary"]
        beats = read_all(kafka_settings, kafka_settings.control)
        assert beats
        assert all(isinstance(decode(json.dumps(beat).encode(), None), Heartbeat) for beat in beats)
        assert worker.metric("driftline_models_set_aside_total") == 0
        assert worker.metric("driftline_rejected_total") == 0
