"""A run of hours that is cut goes on where it was."""

from pathlib import Path

from rich.console import Console

from benchmarks.quality.__main__ import run_all
from benchmarks.quality.kept import Kept, key, revision
from benchmarks.quality.tasks import Task

SHORT = Task("labels", ("SEA", "abrupt", 1))


def test_what_was_done_is_not_done_again(tmp_path: Path) -> None:
    """Hours would be measured twice, or a line that was cut in the middle would end the second run."""
    kept = Kept(tmp_path / "out" / "kept.jsonl", "a")
    first = run_all([SHORT], Console(quiet=True), kept, processes=1)
    with kept.path.open("ab") as file:
        file.write(b'\n{"revision": "a", "task"')
    kept.add(Task("labels", ("LED",)), ("labels", [{"contestant": "nobody"}]))
    assert run_all([SHORT], Console(quiet=True), kept, processes=1) == first
    assert run_all([Task("labels", ("LED",))], Console(quiet=True), kept) == {
        "labels": [{"contestant": "nobody"}]
    }


def test_nothing_is_taken_over_from_other_code(tmp_path: Path) -> None:
    """A table would mix what two versions of the detectors do."""
    Kept(tmp_path / "kept.jsonl", "a").add(SHORT, ("labels", [{"delay": 1.0}]))
    assert key(SHORT) in Kept(tmp_path / "kept.jsonl", "a").outcomes()
    assert not Kept(tmp_path / "kept.jsonl", "b").outcomes()


def test_the_revision_follows_the_sources(tmp_path: Path) -> None:
    """Another threshold would be taken for the one that was measured."""
    (tmp_path / "detectors").mkdir()
    source = tmp_path / "detectors" / "shifts.py"
    source.write_text("height = 1.0\n")
    before = revision(tmp_path)
    source.write_text("height = 2.0\n")
    assert revision(tmp_path) != before
