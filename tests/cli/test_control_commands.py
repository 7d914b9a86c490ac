"""`driftline verdict` and `driftline accept`: what reaches the control topic."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from kafka import KafkaConsumer, TopicPartition

from driftline.schemas import Control, decode
from driftline.stream_app.cli import main
from driftline.stream_app.config import KafkaSettings


def said(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def options(kafka_settings: KafkaSettings, tmp_path: Path) -> list[str]:
    config = tmp_path / "driftline.yaml"
    servers, prefix = kafka_settings.bootstrap_servers, kafka_settings.prefix
    config.write_text(f"kafka: {{bootstrap_servers: '{servers}', prefix: {prefix}}}\n")
    return ["--model", "search", "--config", str(config)]


def controls(kafka: KafkaSettings) -> list[Any]:
    """What the worker would read from the control topic."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, consumer_timeout_ms=2000)
    sources = [TopicPartition(kafka.control, number) for number in range(kafka.partitions)]
    consumer.assign(sources)
    consumer.seek_to_beginning(*sources)
    records = list(consumer)
    consumer.close()
    assert {record.key for record in records} == {b"search"}
    return [decode(record.value, record.timestamp) for record in records]


@pytest.mark.kafka
def test_what_is_said_is_what_a_worker_reads(kafka_settings: KafkaSettings, options: list[str]) -> None:
    """A field in the wrong place would be a dead letter, and the operator would never know."""
    results = [
        said("verdict", "f00-1-1", "expected", "--comment", "new microphones", "--by", "anna", *options),
        said("accept", "--signal", "feature:x", "--signal", "missing:y", "--version", "7", *options),
        said("accept", "--alert", "f00-1-2", *options),
    ]
    assert [result.exit_code for result in results] == [0, 0, 0], [result.output for result in results]
    assert results[0].stdout == "f00-1-1 of search: expected.\n"
    verdict, signals, alert = controls(kafka_settings)
    assert isinstance(verdict, Control)
    assert (verdict.action, verdict.alert_id, verdict.verdict) == ("verdict", "f00-1-1", "expected_change")
    assert (verdict.by, verdict.comment) == ("anna", "new microphones")
    assert (signals.action, signals.signals, signals.version) == ("accept", ["feature:x", "missing:y"], "7")
    assert alert.alert_id == "f00-1-2"
    assert len({control.id for control in (verdict, signals, alert)}) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verdict", "f00-1-1", "fine", "--model", "search"], "'fine' is not one of"),
        (["verdict", "f00-1-1", "noise"], "Missing option '--model'"),
        (["accept", "--model", "search"], "name either an alert"),
        (["accept", "--model", "search", "--alert", "f00", "--signal", "feature:x"], "name either an alert"),
        (["verdict", "f00", "noise", "--model", "search", "--comment", "x" * 257], "257 characters"),
    ],
)
def test_misuse_is_said(arguments: list[str], words: str) -> None:
    """What the worker would refuse should be refused where the operator sees it."""
    result = said(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_no_broker_is_said_at_once() -> None:
    """An operator would believe that it was heard."""
    result = said("verdict", "f00", "noise", "--model", "search", "--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "No Kafka answers at 127.0.0.1:1" in result.stderr


def test_a_replay_hears_operators_and_writes_the_audit(tmp_path: Path) -> None:
    """A verdict in a recording would be a dead letter, and nobody could try what it would have changed."""
    recording, audit = tmp_path / "events.jsonl", tmp_path / "audit.jsonl"
    event = {"type": "control", "model": "search", "time": 1_790_000_000_000, "action": "verdict"}
    recording.write_bytes(orjson.dumps(event | {"alert_id": "f00", "verdict": "noise"}) + b"\n")
    result = said("replay", str(recording), "--audit", str(audit))
    assert result.exit_code == 0, result.output
    (record,) = map(orjson.loads, audit.read_bytes().splitlines())
    assert record["action"] == "ignored"
    assert record["alert_id"] == "f00"
