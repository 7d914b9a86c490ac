"""A mapping in YAML: what was guessed, written down, is what is read."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.mapping import Wanted, columns_of, merged
from driftline.stream_app.frames.mapping_file import mapping_text, read_mapping

NAMES = st.sampled_from(
    [
        "id",
        "time",
        "ts",
        "model",
        "version",
        "score",
        "prediction",
        "label",
        "y",
        "a b",
        "1",
        "no",
        "ä: b",
        "#x",
    ]
) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)


@given(st.lists(NAMES, min_size=1, max_size=8, unique_by=str.lower), st.sampled_from([None, "UTC"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_saved_is_what_is_read(tmp_path: Path, header: list[str], timezone: str | None) -> None:
    """A mapping that changes on its way through a file is none."""
    try:
        columns = columns_of(header, Wanted(timezone=timezone), defaults={"model": "m", "version": "1"})
    except MappingError:
        return
    file = tmp_path / "mapping.yaml"
    file.write_text(mapping_text(columns, "x.csv"), encoding="utf-8")
    again = columns_of(header, read_mapping(file))
    assert (again.kind, again.fields, again.constants) == (columns.kind, columns.fields, columns.constants)
    assert {name: places for name, places in again.values.items() if places} == {
        name: places for name, places in columns.values.items() if places
    }
    assert again.timezone == timezone


def test_what_was_ignored_stays_ignored(tmp_path: Path) -> None:
    """A score that was left out on purpose would be an output again."""
    header = ["time", "x", "score", "prediction"]
    columns = columns_of(header, Wanted(ignored=frozenset({"score"})))
    file = tmp_path / "mapping.yaml"
    file.write_text(mapping_text(columns, "x.csv"), encoding="utf-8")
    assert columns_of(header, read_mapping(file)).values["outputs"] == {"prediction": 3}


def test_a_mapping_by_hand_may_be_short(tmp_path: Path) -> None:
    """Whoever knows two columns should not have to write down two hundred."""
    file = tmp_path / "mapping.yaml"
    file.write_text(
        "columns: {time: when}\noutputs: p\nlabels: truth\nignore: [row]\nconstants: {version: 7}\n"
    )
    read = merged(read_mapping(file), Wanted(kind="prediction", constants={"model": "m"}))
    columns = columns_of(["row", "when", "x", "p", "truth"], read)
    assert columns.fields == {"time": 1}
    assert columns.values["features"] == {"x": 2}
    assert columns.values["labels"] == {"p": 4}
    assert columns.constants == {"version": "7", "model": "m"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kind: prediction\nfeature: [x]\n", ":2: feature is no part of a mapping: it has kind, columns"),
        ("kind: row\n", ":1: row is no kind of rows: write one of prediction"),
        ("features:\n- [x]\n", ":2: write the name of a column here"),
        ("constants: {time: 3}\n", ":1: time is different in each row"),
        ("timezone: Mars\n", ":1: there is no time zone Mars"),
        ("- x\n", ": write a section for each of kind"),
        ("features: [x\n", "this is not YAML"),
        ("kind: [a]\n", "kind is one word"),
    ],
)
def test_a_mistake_is_a_sentence_with_its_line(text: str, sentence: str, tmp_path: Path) -> None:
    """A traceback of the YAML library would be all that there is."""
    file = tmp_path / "mapping.yaml"
    file.write_text(text)
    with pytest.raises(MappingError) as raised:
        read_mapping(file)
    assert str(raised.value).startswith(str(file))
    assert sentence in str(raised.value)
