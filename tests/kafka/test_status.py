"""What people ask of a running worker: status, signals, show and audit, from the topics alone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.cli import main
from driftline.stream_app.config import KafkaSettings
from tests.kafka.worker_process import READY_S, WorkerProcess, alert_ids, send, wait_until
from tests.streams import Stream

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]

STATUS_S_MAX = 3.0


@pytest.fixture(scope="module")
def said(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    """Topics of a worker that has seen a change, and was stopped: its word is all that there is."""
    from driftline.stream_app.adapters.topics import create_topics

    kafka = KafkaSettings(bootstrap_servers=broker, prefix="test-status", group="test-status", partitions=4)
    create_topics(kafka)
    folder = tmp_path_factory.mktemp("status")
    with WorkerProcess(kafka, folder, "worker") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
        events = [
            orjson.loads(record.value)
            for record in Stream(count=2500, change_at=1500, error_rate=0.6).records()
        ]
        send(kafka, events)
        wait_until(lambda: worker.metric("driftline_events_total") == len(events), 60, "absorbing")
        wait_until(lambda: worker.metric("driftline_lag") == 0, 30, "no lag")
        assert worker.terminate()[0] == 0
    yield kafka


@pytest.fixture
def options(said: KafkaSettings, tmp_path: Path) -> list[str]:
    config = tmp_path / "driftline.yaml"
    servers, prefix = said.bootstrap_servers, said.prefix
    config.write_text(f"kafka: {{bootstrap_servers: '{servers}', prefix: {prefix}, group: {prefix}}}\n")
    return ["--config", str(config)]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_status_says_how_a_model_is_doing(options: list[str]) -> None:
    """Without it, only the logs of the right worker know."""
    (model,) = json.loads(run("status", "--json", *options).stdout)["models"]
    assert (model["type"], model["model"]) == ("model-status", "search")
    assert model["armed"] > 10
    assert model["incidents"][0]["signals"][0] == "error:intent"
    assert model["labels"]["joined"] == 2500
    shown = run("status", "--model", "search", *options)
    assert shown.exit_code == 0, shown.output
    for words in (
        "search  1 open incident",
        "critical since",
        "joined (100% of those that came)",
        "records not acknowledged yet",
    ):
        assert words in shown.stdout
    lag = json.loads(run("status", "--json", *options).stdout)["lag"]
    assert set(lag.values()) == {0}


def test_status_takes_less_than_three_seconds(options: list[str]) -> None:
    """Whoever is called at night does not wait for half a million summaries."""
    command = [sys.executable, "-m", "driftline", "status", *options]
    began, before = time.monotonic(), os.times()
    subprocess.run(command, capture_output=True, check=True)
    waited, after = time.monotonic() - began, os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    # On a busy machine the clock on the wall is not the command's fault: its own work and its waiting are.
    assert min(waited, worked + 1.5) < STATUS_S_MAX


def test_a_model_of_which_nothing_was_said_is_a_failure(options: list[str]) -> None:
    """A slip of the pen would look like a model without trouble."""
    result = run("status", "--model", "serach", *options)
    assert result.exit_code == 1
    assert "No worker has said anything of the model serach" in result.stderr
    assert (
        "There is no summary of a signal of the model serach"
        in run("signals", "--model", "serach", *options).stderr
    )


def test_signals_are_listed_with_what_they_wait_for(options: list[str]) -> None:
    """Which of forty signals is not armed, and why?"""
    shown = run("signals", "--model", "search", *options).stdout
    assert any("error:intent" in line and "firing" in line for line in shown.splitlines())
    records = [
        json.loads(line)
        for line in run("signals", "--model", "search", "--json", *options).stdout.splitlines()
    ]
    assert {each["model"] for each in records} == {"search"}
    names = [(each["version"], each["role"], each["signal"]) for each in records]
    assert len(set(names)) == len(names)


def test_a_signal_is_shown_with_its_reference(options: list[str]) -> None:
    """An effect of 1.2 sd is a picture, not a number."""
    shown = run("show", "feature:x", "--model", "search", *options).stdout
    for words in ("reference", "now", "┃", "of 500 values"):
        assert words in shown
    wrong = run("show", "feature:xx", "--model", "search", *options)
    assert wrong.exit_code == 1
    assert "search has no signal 'feature:xx' (did you mean 'feature:x'?)" in wrong.stderr


def test_an_operators_word_is_answered_and_audited(
    said: KafkaSettings, options: list[str], tmp_path: Path
) -> None:
    """ "Accepted" has to mean that the worker did it."""
    alert_id = sorted(alert_ids(said))[0]
    with WorkerProcess(said, tmp_path, "worker") as worker:
        wait_until(worker.ready, READY_S, "becoming ready")
        done = run("verdict", alert_id, "expected_change", "--model", "search", "--by", "anna", *options)
        assert done.exit_code == 0, done.output
        assert f"{alert_id} of search, expected_change: done." in done.stdout
        assert worker.terminate()[0] == 0
    shown = run("audit", "--model", "search", *options).stdout
    assert "accepted" in shown
    assert "by anna" in shown
    records = [json.loads(line) for line in run("audit", "--json", *options).stdout.splitlines()]
    assert {each["alert_id"] for each in records} == {alert_id}
    assert run("audit", "--model", "other", *options).stdout == ""
