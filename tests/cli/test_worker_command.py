"""`driftline worker`: what keeps it from starting is one sentence; how it runs, Kafka's tests say."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.cli import main


def worker(*arguments: str | Path) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["worker", *map(str, arguments)])


def test_no_broker_is_said_at_once() -> None:
    """An orchestrator starts it again; a person reads what to do."""
    result = worker("--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "No Kafka answers at 127.0.0.1:1: start one with `driftline kafka start`" in result.stderr


def test_a_mistake_in_the_configuration_is_said_first(tmp_path: Path) -> None:
    """Half a configuration is worse than none."""
    config = tmp_path / "driftline.yaml"
    config.write_text("worker: {web_prot: 7000}\n")
    result = worker("--config", config)
    assert result.exit_code == 1
    assert f"{config}:1: worker.web_prot" in result.stderr


@pytest.mark.kafka
def test_topics_that_are_missing_are_named(broker: str, tmp_path: Path) -> None:
    """Faust would wait for them, or the broker make them with the wrong number of partitions."""
    config = tmp_path / "driftline.yaml"
    config.write_text("kafka: {prefix: no-such-prefix}\n")
    result = worker("--config", config, "--bootstrap-servers", broker)
    assert result.exit_code == 1
    assert "no-such-prefix.state does not exist: make it with `driftline topics create`" in result.stderr


@pytest.mark.kafka
def test_a_port_in_use_ends_the_worker(topic_prefix: str, broker: str, tmp_path: Path) -> None:
    """The exit code is the worker's: 1 when it gives up."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = tmp_path / "driftline.yaml"
        config.write_text(
            f"kafka: {{prefix: {topic_prefix}, group: {topic_prefix}, partitions: 4}}\n"
            f"worker: {{web_port: {taken.getsockname()[1]}}}\n"
        )
        assert ended(["worker", "--config", str(config), "--bootstrap-servers", broker]) == 1


def ended(arguments: list[str]) -> int:
    """The exit code of the command in a process of its own: it changes the whole process for good."""
    command = [sys.executable, "-m", "driftline", *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode
