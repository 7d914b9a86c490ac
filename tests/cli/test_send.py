"""`driftline send`: files of events into a real Kafka, with every refusal named."""

import gzip
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from driftline.schemas import Feedback, decode
from driftline.stream_app.cli import main
from driftline.stream_app.client import DriftClient
from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.simulator import scenarios, write_file
from tests.client.broker_records import records_of

NOW_MS = 1_795_000_000_000


def send(*arguments: str | Path) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["send", *map(str, arguments)])


@pytest.fixture
def config(kafka_settings: KafkaSettings, tmp_path: Path) -> Path:
    """A configuration of topics that exist, with four partitions."""
    file = tmp_path / "driftline.yaml"
    names = f"prefix: {kafka_settings.prefix}, partitions: 4"
    file.write_text(f"kafka: {{bootstrap_servers: '{kafka_settings.bootstrap_servers}', {names}}}\n")
    return file


@pytest.mark.kafka
def test_everything_arrives_once_and_in_order(
    kafka_settings: KafkaSettings, config: Path, tmp_path: Path
) -> None:
    """An import that loses or repeats events would move every reference."""
    file = tmp_path / "events.jsonl.gz"
    count = write_file(file, scenarios()["demo-mix"].scaled(0.3).events(1))
    result = send(file, "--config", config)
    assert result.exit_code == 0, result.output
    topics = {"prediction": kafka_settings.predictions, "serving": kafka_settings.predictions}
    with gzip.open(file) as lines:
        events = [(orjson.loads(line), line.strip()) for line in lines]
    total = 0
    for topic in (kafka_settings.predictions, kafka_settings.feedback):
        records = records_of(kafka_settings, topic)
        expected = [v for e, v in events if topics.get(e["type"], kafka_settings.feedback) == topic]
        assert [record.value for record in records] == expected
        assert all(decode(r.value, r.timestamp).time_ms == r.timestamp for r in records)
        total += len(records)
    assert total == count
    assert "sent: " in result.stderr


@pytest.mark.kafka
def test_records_land_beside_those_of_the_client(
    kafka_settings: KafkaSettings, config: Path, tmp_path: Path
) -> None:
    """Labels from a file and predictions from a service meet in one partition, or never."""
    models = [f"model-{number}" for number in range(16)]
    lines = [
        {
            "type": "feedback",
            "kind": "label",
            "model": model,
            "prediction_id": "1",
            "time": NOW_MS,
            "labels": {"y": 1},
        }
        for model in models
    ]
    file = tmp_path / "labels.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    assert send(file, "--config", config).exit_code == 0
    with DriftClient(kafka_settings, block=True) as client:
        for model in models:
            client.log_prediction("7", id="1", model=model, time=NOW_MS)
    places = [
        {record.key: record.partition for record in records_of(kafka_settings, topic)}
        for topic in (kafka_settings.predictions, kafka_settings.feedback)
    ]
    assert places[0] == places[1]
    assert len(places[0]) == 16


@pytest.mark.kafka
def test_a_csv_file_of_labels_arrives(kafka_settings: KafkaSettings, config: Path, tmp_path: Path) -> None:
    """The first thing that a newcomer has is a CSV file."""
    file = tmp_path / "export.csv"
    file.write_text("row,when,truth\nm-1,2026-11-16 10:00:00,yes\nm-2,2026-11-16 10:00:01,\n")
    options = ("--csv-as", "label", "--column", "prediction_id=row", "--column", "time=when")
    result = send(
        file, *options, "--label", "y=truth", "--model", "m", "--timezone", "UTC", "--config", config
    )
    assert result.exit_code == 0, result.output
    shown = " ".join(result.stderr.split())
    assert ": labels from prediction_id from row, time from when (as UTC where it has no zone)" in shown
    assert "labels y from truth" in shown
    assert "sent: 1 to feedback" in result.stderr
    assert "not sent: 1 rows without a label" in result.stderr
    (record,) = records_of(kafka_settings, kafka_settings.feedback)
    event = decode(record.value, record.timestamp)
    assert isinstance(event, Feedback)
    assert (event.model, event.prediction_id, event.labels) == ("m", "m-1", {"y": "yes"})


def test_nothing_to_send_is_exit_code_1_and_says_why(tmp_path: Path) -> None:
    """A nightly job would be green while nothing arrives."""
    file = tmp_path / "labels.csv"
    file.write_text("id,ts,label\n" + "m-1,2026-11-16 10:00:00,1\n" * 12)
    result = send(file, "--model", "m", "--dry-run")
    assert result.exit_code == 1
    assert "refused: 12" in result.stderr
    assert "labels.csv:2: time 2026-11-16 10:00:00 has no offset from UTC" in result.stderr
    assert "and 2 more" in result.stderr
    fine = send(file, "--model", "m", "--dry-run", "--timezone", "UTC")
    assert fine.exit_code == 0
    assert "would be sent: 12 to feedback" in fine.stderr
    assert "say --label OUTPUT=label" in fine.stderr


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (b"a,b\n1,2\n", ("--csv-as", "label"), "a label needs prediction_id"),
        (b"id,label\nm-1,M\xfcnchen\n", (), "is no CSV file in UTF-8"),
        (b"id,label\n", ("--timezone", "Mars"), "there is no time zone Mars"),
    ],
)
def test_a_mistake_is_one_sentence(
    content: bytes, arguments: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    """A traceback would be all that a newcomer gets."""
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    result = send(file, "--dry-run", *arguments)
    assert result.exit_code in (1, 2)
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_without_a_broker_it_says_so(tmp_path: Path) -> None:
    """A client library would try for half a minute."""
    file = tmp_path / "events.jsonl"
    file.write_text("{}\n")
    result = send(file, "--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "No Kafka answers" in result.stderr
