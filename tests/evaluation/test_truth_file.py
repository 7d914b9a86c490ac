"""Truth files: what a person writes is understood, and what is not is said with its line."""

from pathlib import Path

import pytest

from driftline.stream_app.evaluation.errors import EvaluationError
from driftline.stream_app.evaluation.truth_file import read_truth
from driftline.stream_app.simulator import scenarios, write_truth


def test_what_the_simulator_writes_is_read_back(tmp_path: Path) -> None:
    """A scenario's truth is the first one that anybody tries."""
    file = tmp_path / "truth.jsonl"
    truths = scenarios()["demo-mix"].truth(1)
    write_truth(file, truths)
    read = read_truth(file)
    assert [(each.change, each.began_ms, each.ended_ms, each.signals) for each in read] == [
        (each.change, each.began_ms, each.ended_ms, each.signals) for each in truths
    ]


def test_model_and_beginning_are_enough(tmp_path: Path) -> None:
    """Whoever remembers an incident remembers little more."""
    file = tmp_path / "truth.jsonl"
    file.write_text('{"model": "m", "began_at": "2026-11-02T08:00:00+01:00"}\n\n')
    (truth,) = read_truth(file)
    assert (truth.change, truth.began_ms, truth.ended_ms, truth.alarm_due) == (
        "change 1", 1_793_602_800_000, None, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("nothing", "this is no truth"),
        ("[]", "a line must be a JSON object"),
        ('{"model": "m"}', "began_at is missing"),
        ('{"began_at": "2026-11-02T08:00:00Z"}', "model is missing"),
        ('{"model": "m", "began_at": "2026-11-02 08:00"}', "write a time with an offset"),
        ('{"model": "m", "began_at": "2026-11-02T08:00:00Z", "ended_at": "2026-11-01T08:00:00Z"}', "before"),
        ('{"model": "m", "began_at": "2026-11-02T08:00:00Z", "kind": "drift"}', "must be one of"),
        ('{"model": "m", "began_at": "2026-11-02T08:00:00Z", "begins": 1}', "there is no key 'begins'"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, line: str, sentence: str) -> None:
    """A change that is silently dropped makes every alert about it false."""
    file = tmp_path / "truth.jsonl"
    file.write_text(line)
    with pytest.raises(EvaluationError, match=f"{file}:1: .*{sentence}"):
        read_truth(file)


def test_two_changes_need_two_names(tmp_path: Path) -> None:
    """Alerts of one would be counted for the other."""
    file = tmp_path / "truth.jsonl"
    file.write_text('{"model": "m", "began_at": "2026-11-02T08:00:00Z", "change": "a"}\n' * 2)
    with pytest.raises(EvaluationError, match="Two changes of the truth are called 'a'"):
        read_truth(file)
