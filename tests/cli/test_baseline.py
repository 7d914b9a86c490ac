"""`driftline baseline`: what is built from a healthy history arms a model from its first event."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.stream_app.cli import main
from tests.evaluation.histories import config_of, written
from tests.streams import START_MS, Stream


def driftline(*arguments: str | Path) -> Result:
    """Runs a command in this process."""
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A healthy history and the baseline that was built from it."""
    folder = tmp_path_factory.mktemp("history")
    events, config = written(folder, Stream(count=1000, change_at=1000)), config_of(folder)
    out = ("--out", folder / "search.baseline", "--summary", folder / "summary.json")
    result = driftline("baseline", "build", events, "--config", config, "--report", folder / "b.html", *out)
    assert result.exit_code == 0, result.output
    return folder


def test_a_model_is_armed_from_its_first_event(folder: Path, tmp_path: Path) -> None:
    """That is all that a baseline is for."""
    shifted = written(tmp_path, Stream(count=300, change_at=0, shift=2.0, seed=3))
    without = driftline("replay", shifted, "--config", folder / "driftline.yaml")
    assert without.stdout == ""
    baseline = json.dumps(str(folder / "search.baseline"))
    text = f"defaults: {{warm_up: 500}}\nmodels: {{search: {{baseline: {baseline}}}}}\n"
    config = config_of(tmp_path, text)
    first = json.loads(driftline("replay", shifted, "--config", config).stdout.splitlines()[0])
    assert first["annotations"]["signal"] == "feature:x"


def test_it_shows_what_it_knows(folder: Path) -> None:
    """Whoever trusts a reference wants to see it."""
    built = json.loads((folder / "summary.json").read_text())
    result = driftline("baseline", "show", folder / "search.baseline", "--summary", "-")
    shown = json.loads(result.stdout)
    assert shown["signals"] == built["signals"]
    (x,) = (each for each in shown["signals"] if each["signal"] == "feature:x")
    assert x["armed"]
    assert abs(x["mean"]) < 0.2
    assert abs(x["sd"] - 1) < 0.2
    assert (x["count"], x["began_ms"], x["ended_ms"]) == (500, START_MS, START_MS + 999_000)
    assert "feature:x" in driftline("baseline", "show", folder / "search.baseline").stdout


def test_a_sick_history_is_remarked_on(tmp_path: Path) -> None:
    """A reference learned from an incident hides the next one."""
    events = written(tmp_path, Stream(count=1200, change_at=800, shift=2.0))
    config = config_of(tmp_path)
    result = driftline("baseline", "build", events, "--config", config, "--out", tmp_path / "b")
    assert "hides its illness" in result.stderr


def test_something_else_is_no_baseline(tmp_path: Path) -> None:
    """The sentence says how to make one."""
    file = tmp_path / "b"
    file.write_bytes(b"\x80")
    result = driftline("baseline", "show", file)
    assert result.exit_code == 1
    assert "driftline baseline build" in result.stderr


def test_out_is_needed(folder: Path) -> None:
    """Building without a file to write is a slip."""
    result = driftline("baseline", "build", folder / "events.jsonl")
    assert result.exit_code == 2
    assert "--out" in result.stderr


def test_a_baseline_is_not_called_json(folder: Path, tmp_path: Path) -> None:
    """Whoever opens `baseline.json` finds bytes that no JSON reader takes."""
    for command in (
        ["baseline", "build", folder / "events.jsonl", "--out"],
        ["replay", folder / "events.jsonl", "--baseline"],
    ):
        result = driftline(*command, tmp_path / "search.json")
        assert result.exit_code == 2
        assert "a baseline is no JSON: call it search.baseline." in result.stderr
        assert list(tmp_path.iterdir()) == []
