"""`driftline alerts`: the alerts topic for people, and as JSON lines."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from kafka import KafkaProducer

from driftline.stream_app.cli import main
from driftline.stream_app.cli.alert_lines import alert_line, happened_at
from driftline.stream_app.client.alert_consumer import ReceivedAlert
from driftline.stream_app.config import KafkaSettings


def alert(number: int, **other: Any) -> dict[str, Any]:
    """An alert with what the command shows."""
    fields: dict[str, Any] = {
        "id": f"a-{number}",
        "status": "firing",
        "fingerprint": f"f-{number}",
        "labels": {"model": "search", "severity": "critical"},
        "annotations": {"summary": f"Concept drift number {number}", "description": f"Details {number}."},
        "drift": {"detected_at": f"2026-11-22T10:00:{number:02d}.000Z"},
    }
    return fields | other


def test_a_line_says_when_how_severe_and_what() -> None:
    """These four are what an operator reads first."""
    line = alert_line(alert(7))
    assert line.plain == "2026-11-22 10:00:07  critical  firing    Concept drift number 7"
    assert any("red" in str(span.style) for span in line.spans)


def test_a_resolved_alert_is_green_and_carries_the_time_of_its_end() -> None:
    """The moment of the detection would be an old one."""
    resolved = alert(7, status="resolved", endsAt="2026-11-22T11:30:00.000Z")
    assert f"{happened_at(resolved):%H:%M}" == "11:30"
    assert any("green" in str(span.style) for span in alert_line(resolved).spans)


def test_a_line_says_when_it_was_said_where_that_was_later() -> None:
    """Alerts about a day that a worker catches up with look as if somebody had slept."""
    late, soon = ReceivedAlert(alert(7)), ReceivedAlert(alert(7))
    late.published_at, soon.published_at = "2026-11-23T08:00:00.000Z", "2026-11-22T10:00:20.000Z"
    assert alert_line(late).plain.endswith("number 7  (said 2026-11-23 08:00:00)")
    assert "said" not in alert_line(soon).plain
    told = alert(7, time="2026-11-22T18:00:00.000Z")
    assert alert_line(told).plain.startswith("2026-11-22 18:00:00")


@pytest.fixture
def published(kafka_settings: KafkaSettings) -> Iterator[KafkaSettings]:
    """Thirty alerts on the topic, the tenth of them twice."""
    producer = KafkaProducer(**kafka_settings.kafka_python())
    for number in [*range(30), 10]:
        value = alert(number)
        key = value["fingerprint"].encode()
        producer.send(
            kafka_settings.alerts, key=key, value=orjson.dumps(value), timestamp_ms=1_790_000_000_000 + number
        )
    producer.flush()
    producer.close()
    yield kafka_settings


@pytest.fixture
def options(published: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What names the test's broker and topics."""
    config = tmp_path_factory.mktemp("config") / "driftline.yaml"
    config.write_text(f"kafka: {{prefix: {published.prefix}}}\n")
    return ["--config", str(config), "--bootstrap-servers", published.bootstrap_servers]


def alerts(*arguments: str) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["alerts", *arguments])


@pytest.mark.kafka
def test_shows_the_latest_in_order_and_ends(options: list[str]) -> None:
    """A tail that repeats, reorders or hangs is of no use in an incident."""
    for arguments, numbers in (
        ([], range(10, 30)),
        (["--last", "3"], range(27, 30)),
        (["--last", "0"], range(0)),
        (["--last", "100"], range(30)),
        (["--from-beginning"], range(30)),
    ):
        result = alerts(*arguments, *options)
        assert result.exit_code == 0, result.output
        lines = [line for line in result.stdout.splitlines() if "Concept drift" in line]
        assert [int(line.split()[-1]) for line in lines] == list(numbers)
        assert result.stdout.count("Details") == len(numbers)
        assert all(f"a-{number}: Details {number}." in result.stdout for number in numbers)


@pytest.mark.kafka
def test_json_gives_the_records_as_they_are(options: list[str]) -> None:
    """Whoever pipes them into a program needs all fields and nothing else."""
    result = alerts("--json", "--from-beginning", *options)
    assert [orjson.loads(line) for line in result.stdout_bytes.splitlines()] == [alert(n) for n in range(30)]


@pytest.mark.kafka
def test_follow_shows_what_comes_until_it_is_interrupted(
    options: list[str], published: KafkaSettings
) -> None:
    """During an incident people watch."""
    command = [sys.executable, "-m", "driftline", "alerts", "-f", "--last", "1", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert orjson.loads(process.stdout.readline())["id"] == "a-29"
        producer = KafkaProducer(**published.kafka_python())
        producer.send(published.alerts, key=b"f-30", value=orjson.dumps(alert(30)))
        producer.close()
        assert orjson.loads(process.stdout.readline())["id"] == "a-30"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stderr.read() == b""


@pytest.mark.kafka
def test_without_the_topic_says_what_to_do(broker: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An empty answer would mean that all is well."""
    config = tmp_path_factory.mktemp("config") / "driftline.yaml"
    config.write_text("kafka: {prefix: no-such-prefix}\n")
    result = alerts("--config", str(config), "--bootstrap-servers", broker)
    assert result.exit_code == 1
    assert "there is no topic no-such-prefix.alerts: check the prefix, or run `driftline" in result.stderr


def test_no_broker_is_said_at_once() -> None:
    """Exit code 1 and what to do, not half a minute of silence."""
    result = alerts("--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "No Kafka answers at 127.0.0.1:1" in result.stderr
