"""The guide shows what the program says."""

import re
from pathlib import Path

import pytest
import yaml

from driftline.stream_app.frames.mapping import columns_of
from driftline.stream_app.frames.mapping_file import read_mapping


@pytest.fixture(scope="module")
def guide(repository: Path) -> str:
    """Its text."""
    return (repository / "docs" / "guide" / "notebook.md").read_text()


def test_its_program_prints_what_it_shows(guide: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The first thing that a newcomer types would print something else."""
    program, shown = re.findall(r"```(?:python|text)\n(.*?)```", guide, re.S)
    exec(compile(program, "notebook.md", "exec"), {})
    assert capsys.readouterr().out == shown


def test_its_mapping_can_be_read(guide: str, tmp_path: Path) -> None:
    """An example with a mistake is copied with it."""
    (text,) = re.findall(r"```yaml\n(.*?)```", guide, re.S)
    file = tmp_path / "mapping.yaml"
    file.write_text(text)
    header = ["pickup", "ride", "score", "late", "zip_code", "comment", "km"]
    columns = columns_of(header, read_mapping(file))
    assert columns.values["features"].keys() == {"zip_code", "km"}
    assert columns.values["labels"] == {"score": 3}
    assert columns.constants == {k: str(v) for k, v in yaml.safe_load(text)["constants"].items()}
