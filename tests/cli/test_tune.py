"""`driftline tune`: what it promises is what the configuration that it writes does."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.cli import main
from driftline.stream_app.config import load_settings
from tests.evaluation.histories import config_of, truth_of, written
from tests.streams import Stream

SHIFTED = Stream(count=1800, change_at=1200, shift=2.0)


def driftline(*arguments: str | Path) -> Result:
    """Runs a command in this process; it must succeed."""
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history that is taken as healthy though something changes, tuned."""
    folder = tmp_path_factory.mktemp("history")
    events, config = written(folder, SHIFTED), config_of(folder)
    outputs = ("--out", folder / "tuned.yaml", "--summary", folder / "summary.json")
    result = driftline("tune", events, "--config", config, "--report", folder / "report.html", *outputs)
    assert "every alert in it as false" in result.stdout
    return folder


def test_the_configuration_is_valid_and_keeps_what_was_there(folder: Path) -> None:
    """A proposal that check-config refuses is worthless."""
    driftline("check-config", folder / "tuned.yaml")
    assert load_settings(folder / "tuned.yaml").defaults.warm_up == 500
    assert (folder / "tuned.yaml").read_text().startswith("# Written by driftline tune.")


def test_the_promise_is_kept_by_a_replay(folder: Path) -> None:
    """The figures are measured, not estimated."""
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["before"]["false_alarms"] > summary["after"]["false_alarms"] == 0
    assert summary["over_budget"] == []
    alerts = folder / "alerts.jsonl"
    driftline("replay", folder / "events.jsonl", "--config", folder / "tuned.yaml", "--alerts", alerts)
    found = {
        (each["fingerprint"], each["startsAt"]) for each in map(json.loads, alerts.read_text().splitlines())
    }
    assert len(found) == summary["after"]["alerts"]


def test_a_report_shows_the_configuration(folder: Path) -> None:
    """It is what a colleague is asked to agree to."""
    assert "warm_up: 500" in (folder / "report.html").read_text()


def test_with_the_truth_nothing_is_given_up(folder: Path, tmp_path: Path) -> None:
    """An alert of a real change must not be tuned away."""
    truth = truth_of(tmp_path, SHIFTED)
    config, summary = folder / "driftline.yaml", tmp_path / "summary.json"
    driftline("tune", folder / "events.jsonl", "--truth", truth, "--config", config, "--summary", summary)
    result = json.loads(summary.read_text())
    assert result["before"]["found"] == result["after"]["found"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-"], "name files instead of -"),
        ([__file__, "--budget", "1 a month"], "write alarms per period, such as 1/30d"),
        ([__file__, "--budget", "0/30d"], "is no budget"),
        ([__file__, "--out", __file__], "named twice"),
    ],
)
def test_misuse_is_one_sentence(arguments: list[str], sentence: str) -> None:
    """Exit code 2, before any work is done."""
    result = CliRunner().invoke(main, ["tune", *arguments])
    assert result.exit_code == 2
    assert sentence in result.stderr
