"""`driftline topics`: makes what is missing, says what is there, checks what a worker needs."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from kafka import KafkaAdminClient

from driftline.stream_app.cli import main

NAMES = ("predictions", "feedback", "control", "alerts", "signals", "state", "dead-letters", "audit")


def topics(*arguments: str | Path) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["topics", *map(str, arguments)])


@pytest.fixture
def config(broker: str, tmp_path: Path) -> Iterator[Path]:
    """A configuration whose topics do not exist yet, and are gone afterwards."""
    prefix = f"test-{uuid.uuid4().hex[:12]}"
    file = tmp_path / "driftline.yaml"
    file.write_text(f"kafka: {{bootstrap_servers: '{broker}', prefix: {prefix}, partitions: 2}}\n")
    yield file
    admin = KafkaAdminClient(bootstrap_servers=broker)
    admin.delete_topics([name for name in admin.list_topics() if name.startswith(prefix)])
    admin.close()


@pytest.mark.kafka
def test_create_says_what_it_made_and_what_was_there(config: Path) -> None:
    """An operator wants to see policies; a second run must change nothing and succeed."""
    missing = topics("check", "--config", config)
    assert missing.exit_code == 1
    assert missing.stderr.count("does not exist") == len(NAMES)
    first = topics("create", "--config", config)
    assert first.exit_code == 0, first.output
    lines = first.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["made"] * len(NAMES)
    assert all(f".{name}: 2 partitions" in line for name, line in zip(NAMES, lines, strict=True))
    second = topics("create", "--config", config)
    assert second.exit_code == 0
    assert [line.split()[0] for line in second.stdout.splitlines()] == ["existed"] * len(NAMES)
    fine = topics("check", "--config", config)
    assert fine.exit_code == 0, fine.output
    assert fine.stdout.endswith("are fine.\n")


@pytest.mark.kafka
def test_topics_that_differ_are_left_alone_and_named(config: Path) -> None:
    """Changing a topic of somebody's is not this command's business; hiding the difference neither."""
    topics("create", "--config", config)
    config.write_text(config.read_text().replace("partitions: 2", "partitions: 3"))
    result = topics("create", "--config", config)
    assert result.exit_code == 0
    assert result.stdout.count("differs") == len(NAMES)
    assert "it has 2 partitions (planned: 3)" in result.stdout


@pytest.mark.parametrize("command", ["create", "check"])
def test_no_broker_is_said_at_once(command: str) -> None:
    """Exit code 1 and what to do, not half a minute of silence."""
    result = topics(command, "--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "No Kafka answers at 127.0.0.1:1" in result.stderr


def test_the_environment_names_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The options win over the variable, the variable over the default."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:2")
    assert "No Kafka answers at 127.0.0.1:2" in topics("check").stderr
    named = topics("check", "--bootstrap-servers", "127.0.0.1:1")
    assert "No Kafka answers at 127.0.0.1:1" in named.stderr


def test_a_manifest_needs_no_broker() -> None:
    """It is made on the way to a cluster, where no broker may exist yet."""
    done = topics("manifest", "--strimzi", "--cluster", "events", "--api-version", "kafka.strimzi.io/v1beta2")
    assert done.exit_code == 0, done.output
    made = list(yaml.safe_load_all(done.stdout))
    assert [each["metadata"]["name"] for each in made] == [f"driftline.{name}" for name in NAMES]
    assert {each["apiVersion"] for each in made} == {"kafka.strimzi.io/v1beta2"}
