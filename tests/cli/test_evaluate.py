"""`driftline evaluate`: a configuration scored on a history of one's own."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.cli import main
from tests.evaluation.histories import config_of, truth_of, written
from tests.streams import Stream

SHIFTED = Stream(count=2400, change_at=1600, shift=2.0)


def evaluate(*arguments: str | Path) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history with one change, its truth, a configuration, and what evaluate made of them."""
    folder = tmp_path_factory.mktemp("history")
    events, truth, config = written(folder, SHIFTED), truth_of(folder, SHIFTED), config_of(folder)
    out = ("--summary", folder / "summary.json", "--report", folder / "report.html")
    result = evaluate(events, "--truth", truth, "--config", config, *out)
    assert result.exit_code == 0, result.output
    (folder / "stdout").write_text(result.stdout)
    return folder


@pytest.fixture
def scores(folder: Path) -> dict[str, dict[str, Any]]:
    """Every contestant's figures."""
    return {each["name"]: each for each in json.loads((folder / "summary.json").read_text())["scores"]}


def test_the_change_is_found_by_one_alert(scores: dict[str, dict[str, Any]]) -> None:
    """The figures are those of the alerts that a replay raises."""
    driftline = scores["driftline"]
    assert (driftline["found"], driftline["missed"], driftline["false_alarms"]) == (1, 0, 0)
    assert 0 < driftline["delay_predictions"]["median"] < 100


def test_the_baselines_stand_beside_it(scores: dict[str, dict[str, Any]]) -> None:
    """A score without a comparison says nothing."""
    assert list(scores)[1:3] == ["always-fire", "never-fire"]
    assert scores["always-fire"]["alerts"] == 4  # 40 minutes, one every ten
    assert scores["never-fire"]["recall"] == 0.0
    assert scores["river ADWIN"]["found"] == 1
    assert scores["river PageHinkley"]["alerts"] >= scores["river PageHinkley, grouped"]["alerts"]


def test_people_get_tables_and_a_verdict(folder: Path) -> None:
    """Whoever runs it by hand reads the last line first."""
    shown = (folder / "stdout").read_text()
    assert shown.splitlines()[-1].startswith("1 of 1 change found;")
    assert "river PageHinkley" in shown
    assert "<svg" in (folder / "report.html").read_text()


def test_without_truth_every_alert_is_false(folder: Path) -> None:
    """And it is said, lest anybody takes the figures for more."""
    result = evaluate(folder / "events.jsonl", "--config", folder / "driftline.yaml")
    assert result.exit_code == 0, result.output
    assert "no truth was given" in result.stdout


def test_a_truth_about_another_model_fails_in_one_sentence(folder: Path, tmp_path: Path) -> None:
    """A mistyped model would silently score 0."""
    truth = truth_of(tmp_path, SHIFTED, model="serach")
    result = evaluate(folder / "events.jsonl", "--truth", truth)
    assert result.exit_code == 1
    assert "The truth tells of model serach, which the history does not have; it has search." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Missing argument 'FILE…'"),
        (["-", "--report", "report.pdf"], "a report is HTML or PNG"),
        (["-", "--tolerance", "long"], "is not a duration"),
        (["-", "--truth", "no-such.jsonl"], "does not exist"),
    ],
)
def test_misuse_is_one_sentence(arguments: list[str], sentence: str) -> None:
    """Exit code 2, before any work is done."""
    result = evaluate(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
