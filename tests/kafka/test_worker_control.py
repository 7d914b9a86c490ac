"""What operators say, from a command line to the worker and back."""

import signal
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.cli import main
from driftline.stream_app.client import DriftClient
from driftline.stream_app.config import KafkaSettings
from tests.kafka.worker_process import READY_S, Event, WorkerProcess, read_all, send, wait_until
from tests.streams import Stream

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

STREAM = Stream(count=3500, change_at=1500, shift=3.0)


def driftline(kafka: KafkaSettings, directory: Path, *arguments: str) -> Result:
    """Runs a command against the test's topics."""
    config = directory / "operator.yaml"
    servers, prefix = kafka.bootstrap_servers, kafka.prefix
    config.write_text(f"kafka: {{bootstrap_servers: '{servers}', prefix: {prefix}}}\n")
    return CliRunner().invoke(main, [*arguments, "--config", str(config)])


def resolved(kafka: KafkaSettings) -> list[Event]:
    return [alert for alert in read_all(kafka, kafka.alerts) if alert["status"] == "resolved"]


def test_accepting_resolves_an_alert(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """An operator's word would reach the topic and nobody would read it."""
    kafka = kafka_settings
    events = [orjson.loads(record.value) for record in STREAM.records()]
    with WorkerProcess(kafka, tmp_path, "worker") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
        send(kafka, events[:5000])
        wait_until(lambda: bool(read_all(kafka, kafka.alerts)), 20, "an alert")
        alert = read_all(kafka, kafka.alerts)[0]["id"]
        said = driftline(kafka, tmp_path, "accept", "--model", "search", "--alert", alert, "--by", "anna")
        assert said.exit_code == 0, said.output
        wait_until(lambda: bool(resolved(kafka)), 20, "the end of the alert")
        assert "Accepted as the new normal by anna." in resolved(kafka)[0]["annotations"]["description"]
        audit = read_all(kafka, kafka.audit)
        assert {record["action"] for record in audit} == {"accepted"}
        assert "feature:x" in {record["signal"] for record in audit}
        assert worker.metric("driftline_control_total") == 1
        assert worker.metric("driftline_lag") == 0


def test_what_was_said_to_a_killed_worker_is_heard_once(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    """A verdict would be lost with the worker, or count for each worker that read it."""
    kafka = kafka_settings
    events = [orjson.loads(record.value) for record in STREAM.records()]
    with WorkerProcess(kafka, tmp_path, "victim") as victim:
        wait_until(victim.ready, READY_S, "becoming ready")
        send(kafka, events[:5000])
        wait_until(lambda: bool(read_all(kafka, kafka.alerts)), 20, "an alert")
        alert = read_all(kafka, kafka.alerts)[0]["id"]
        victim.process.send_signal(signal.SIGSTOP)  # what is said now, it never hears
        said = driftline(kafka, tmp_path, "verdict", alert, "noise", "--model", "search", "--by", "anna")
        assert said.exit_code == 0, said.output
        with DriftClient(kafka, model="search") as client:  # the command would not say it of no alert
            client.log_verdict("0123456789abcdef-1-1", "useful", by="anna")
        victim.kill()
    with WorkerProcess(kafka, tmp_path, "successor") as successor:
        wait_until(successor.ready, READY_S, "becoming ready")
        wait_until(lambda: len(read_all(kafka, kafka.audit)) >= 2, 20, "audit records")
        assert successor.terminate()[0] == 0
    with WorkerProcess(kafka, tmp_path, "third") as third:
        wait_until(third.ready, READY_S, "becoming ready")
        wait_until(lambda: third.metric("driftline_lag") == 0, 20, "no lag")
        assert third.terminate()[0] == 0
    audit = {record["id"]: record for record in read_all(kafka, kafka.audit)}
    assert {record["action"] for record in audit.values()} == {"weighed", "ignored"}
    assert {record["new_weight"] for record in audit.values()} == {0.5, None}
