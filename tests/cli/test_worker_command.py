"""`driftline worker`: what keeps it from starting is one sentence; how it runs, Kafka's tests say."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.adapters import patience
from driftline.stream_app.cli import main


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The command sends all logs of the process to standard error."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


def worker(*arguments: str | Path) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["worker", *map(str, arguments)])


def test_no_broker_is_said_at_once_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that starts with its broker would end before that answers; a person reads what to do.

    It ended at once before issue 17 asked for two minutes of patience.
    """
    monkeypatch.setattr(patience, "PATIENCE_S", 0.1)
    monkeypatch.setattr(patience, "EVERY_S", 0.05)
    result = worker("--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 1
    first, waiting = map(json.loads, result.stderr.splitlines()[:2])
    assert first["event"].startswith("worker starts: about half a minute where detectors are compiled")
    assert (waiting["event"], waiting["servers"]) == ("waiting for Kafka", "127.0.0.1:1")
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
