"""`driftline simulate`: events into a file, to standard output, into Kafka; misuse in one sentence."""

import gzip
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaConsumer, TopicPartition

from driftline.stream_app.cli import main
from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.simulator import scenarios

SHORT = ["--scale", "0.02"]


def simulate(*arguments: str | Path) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["simulate", *map(str, arguments)])


def test_list_shows_every_scenario() -> None:
    """A scenario that is not listed is not found."""
    result = simulate("--list")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in scenarios())


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz"])
def test_a_file_holds_the_scenario(tmp_path: Path, name: str) -> None:
    """What is recorded must be what the scenario and seed say, compressed or not."""
    out = tmp_path / name
    result = simulate("demo-mix", "--out", out, "--seed", 3, *SHORT)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    data = gzip.decompress(out.read_bytes()) if name.endswith(".gz") else out.read_bytes()
    expected = [event.value for event in scenarios()["demo-mix"].scaled(0.02).events(3)]
    assert data.splitlines() == expected
    assert f"{len(expected):,} events with 3 changes" in result.stderr


def test_truth_has_a_line_per_change(tmp_path: Path) -> None:
    """Without the truth nobody can judge the alarms."""
    truth = tmp_path / "truth.jsonl"
    result = simulate("demo-mix", "--out", tmp_path / "events.jsonl", "--truth", truth, *SHORT)
    assert result.exit_code == 0, result.stderr
    lines = [json.loads(line) for line in truth.read_text().splitlines()]
    assert [line["change"] for line in lines] == ["microphone", "words", "slower"]


def test_standard_output_holds_nothing_but_events() -> None:
    """`simulate --out - | replay -` must not choke on a remark."""
    command = [sys.executable, "-m", "driftline", "simulate", "demo-mix", "--out", "-", *SHORT]
    result = subprocess.run(command, capture_output=True, check=True)
    assert all(json.loads(line)["model"] == "voice-search" for line in result.stdout.splitlines())
    assert b"events with 3 changes" in result.stderr


def test_a_reader_that_has_enough_is_no_error() -> None:
    """`… | head` ends the command quietly."""
    command = f"{sys.executable} -m driftline simulate new-words --out - | head -n 1"
    result = subprocess.run(command, shell=True, capture_output=True, check=True)
    assert result.stdout.count(b"\n") == 1
    assert result.stderr == b""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["demo-mix"], "either --out FILE or --kafka"),
        (["demo-mix", "--out", "x", "--kafka"], "either --out FILE or --kafka"),
        (["demo-mix", "--out", "x", "--rate", "5"], "--rate paces events that go to Kafka"),
        (["no-such", "--out", "x"], "no scenario 'no-such'; there are steady-week"),
        (["--out", "x"], "Name a scenario: steady-week"),
        (["demo-mix", "--out", "x", "--scale", "0"], "--scale"),
        (["demo-mix", "--kafka", "--rate", "-1"], "--rate"),
        (["demo-mix", "--out", "x", "--seed", "-1"], "--seed"),
    ],
)
def test_misuse_is_one_sentence(arguments: list[str], sentence: str) -> None:
    """Whoever mistypes should learn what would be right."""
    result = simulate(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_folder_that_is_not_there_fails(tmp_path: Path) -> None:
    """A failure is a sentence with the file's name, not a traceback."""
    result = simulate("demo-mix", "--out", tmp_path / "nowhere" / "events.jsonl", *SHORT)
    assert result.exit_code == 1
    assert "events.jsonl: no such file or directory." in result.stderr


def test_no_broker_is_said_at_once() -> None:
    """Client libraries try for half a minute before they give up."""
    result = simulate("demo-mix", "--kafka", "--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "No Kafka answers at 127.0.0.1:1: start one with `driftline kafka start`" in result.stderr


@pytest.mark.kafka
def test_events_reach_kafka_and_end_now(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    """Events of other dates would be deleted or refused by the broker."""
    config, truth = tmp_path / "driftline.yaml", tmp_path / "truth.jsonl"
    config.write_text(f"kafka: {{prefix: {kafka_settings.prefix}}}\n")
    options = ["--config", config, "--bootstrap-servers", kafka_settings.bootstrap_servers, "--truth", truth]
    result = simulate("demo-mix", "--kafka", "--rate", 100_000, *SHORT, *options)
    assert result.exit_code == 0, result.output
    count = int(re.findall(r"([\d,]+) events", result.stderr)[0].replace(",", ""))
    consumer = KafkaConsumer(**kafka_settings.kafka_python())
    topics = (kafka_settings.predictions, kafka_settings.feedback)
    partitions = [TopicPartition(topic, number) for topic in topics for number in range(4)]
    assert sum(consumer.end_offsets(partitions).values()) == count
    consumer.close()
    began = [datetime.fromisoformat(json.loads(line)["began_at"]) for line in truth.read_text().splitlines()]
    assert all(timedelta(0) < datetime.now(UTC) - each < timedelta(seconds=600) for each in began)


@pytest.mark.kafka
def test_without_topics_nothing_is_sent(broker: str, tmp_path: Path) -> None:
    """A broker that makes topics by itself would make them with the wrong number of partitions."""
    config = tmp_path / "driftline.yaml"
    config.write_text("kafka: {prefix: no-such-prefix}\n")
    result = simulate("demo-mix", "--kafka", "--config", config, "--bootstrap-servers", broker)
    assert result.exit_code == 1
    assert "no-such-prefix.predictions does not exist" in result.stderr
