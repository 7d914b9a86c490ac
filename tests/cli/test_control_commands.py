"""`driftline verdict` and `driftline accept`: what reaches the control topic."""

from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from driftline.schemas import Control, decode
from driftline.stream_app.cli import answers, main
from driftline.stream_app.cli.verdict import VerdictType
from driftline.stream_app.config import KafkaSettings


def said(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def options(kafka_settings: KafkaSettings, tmp_path: Path) -> list[str]:
    config = tmp_path / "driftline.yaml"
    servers, prefix = kafka_settings.bootstrap_servers, kafka_settings.prefix
    config.write_text(f"kafka: {{bootstrap_servers: '{servers}', prefix: {prefix}}}\n")
    return ["--model", "search", "--config", str(config)]


def controls(kafka: KafkaSettings, seconds: float = 2.0) -> list[Any]:
    """What the worker would read from the control topic."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, consumer_timeout_ms=seconds * 1000)
    sources = [TopicPartition(kafka.control, number) for number in range(kafka.partitions)]
    consumer.assign(sources)
    consumer.seek_to_beginning(*sources)
    records = list(consumer)
    consumer.close()
    assert {record.key for record in records} <= {b"search"}
    return [decode(record.value, record.timestamp) for record in records]


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here."""
    monkeypatch.setattr(answers, "ANSWER_S_MAX", 0.5)


def publish(kafka: KafkaSettings, topic: str, *records: dict[str, Any]) -> None:
    """Records as a worker writes them, keyed by fingerprint or model."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    for record in records:
        key = record.get("fingerprint", record.get("model"))
        producer.send(topic, key=str(key).encode(), value=orjson.dumps(record))
    producer.close()


@pytest.fixture
def alerts(kafka_settings: KafkaSettings) -> None:
    """Two alerts of the model search."""
    common = {"labels": {"model": "search"}, "fingerprint": "f00"}
    publish(kafka_settings, kafka_settings.alerts, *({"id": f"f00-1-{n}"} | common for n in (1, 2)))


@pytest.mark.kafka
@pytest.mark.usefixtures("no_patience", "alerts")
def test_what_is_said_is_what_a_worker_reads(kafka_settings: KafkaSettings, options: list[str]) -> None:
    """A field in the wrong place would be a dead letter, and the operator would never know.

    The answer named what was asked for as if it were done, before issue 17 asked for what the audit says.
    """
    results = [
        said("verdict", "f00-1-1", "expected", "--comment", "new microphones", "--by", "anna", *options),
        said("accept", "--signal", "feature:x", "--signal", "missing:y", "--version", "7", *options),
        said("accept", "--alert", "f00-1-2", *options),
    ]
    assert [result.exit_code for result in results] == [0, 0, 0], [result.output for result in results]
    assert results[0].stdout == (
        "f00-1-1 of search, expected_change: sent; no worker answered yet "
        "(`driftline audit --follow` shows when one does).\n"
    )
    verdict, signals, alert = controls(kafka_settings)
    assert isinstance(verdict, Control)
    assert (verdict.action, verdict.alert_id, verdict.verdict) == ("verdict", "f00-1-1", "expected_change")
    assert (verdict.by, verdict.comment) == ("anna", "new microphones")
    assert (signals.action, signals.signals, signals.version) == ("accept", ["feature:x", "missing:y"], "7")
    assert alert.alert_id == "f00-1-2"
    assert len({control.id for control in (verdict, signals, alert)}) == 3


@pytest.mark.kafka
@pytest.mark.usefixtures("alerts")
@pytest.mark.parametrize(
    ("alert_id", "model", "words"),
    [
        ("f01-1-1", "search", "There is no alert f01-1-1 of the model search. `driftline alerts` lists"),
        ("f00-1-1", "serach", "There is no alert f00-1-1 of the model serach. It is one of search."),
        ("f00-1-3", "search", "There is no alert f00-1-3; the latest of this incident is f00-1-2."),
        ("f00-2-1", "search", "There is no alert f00-2-1; the latest"),
    ],
)
@pytest.mark.parametrize("command", [["verdict"], ["accept", "--alert"]], ids=["verdict", "accept"])
def test_an_alert_that_does_not_exist_is_refused(
    options: list[str], command: list[str], alert_id: str, model: str, words: str
) -> None:
    """A slip of the pen was sent, ignored by the worker, and looked like a success."""
    rest = ["noise"] if command == ["verdict"] else []
    result = said(*command, alert_id, *rest, "--model", model, *options[2:])
    assert result.exit_code == 1
    assert words in result.stderr


@pytest.mark.kafka
@pytest.mark.usefixtures("alerts")
@pytest.mark.parametrize(
    ("records", "code", "words"),
    [
        (
            [
                {"action": "weighed", "signal": "feature:x", "reason": "It was noise."},
                {"action": "weighed", "signal": "feature:y", "reason": "So was it."},
            ],
            0,
            "f00-1-1 of search, noise: done.\n"
            "  weighed feature:x: It was noise.\n"
            "  weighed feature:y: So was it.\n",
        ),
        (
            [{"action": "ignored", "signal": None, "reason": "It was too long ago."}],
            1,
            "Error: f00-1-1 of search, noise: ignored. It was too long ago.\n",
        ),
    ],
    ids=["done", "ignored"],
)
def test_what_became_of_it_is_shown(
    kafka_settings: KafkaSettings, options: list[str], records: list[dict[str, Any]], code: int, words: str
) -> None:
    """ "Accepted" was said of what the worker ignored a second later."""

    def answer() -> None:
        """As a worker does, once it has read what was said."""
        while not (read := controls(kafka_settings, 0.2)):
            pass
        made = [each | {"model": "search", "control_id": read[0].id} for each in records]
        publish(kafka_settings, kafka_settings.audit, {"model": "search", "control_id": "another"}, *made)

    worker = Thread(target=answer)
    worker.start()
    result = said("verdict", "f00-1-1", "noise", *options)
    worker.join()
    assert result.exit_code == code
    assert words in result.output


@pytest.mark.parametrize("written", ["expected_change", "expected", "expected-change"])
def test_an_expected_change_has_one_name(written: str) -> None:
    """Events and audit say expected_change; who types what they say must not be told off."""
    assert VerdictType().convert(written, None, None) == "expected_change"
    assert "expected_change" in said("verdict", "--help").output


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
