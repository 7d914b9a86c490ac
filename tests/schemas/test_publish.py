"""What is published is what is decoded and written."""

import json
import re
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from driftline.schemas import (
    AuditRecord,
    Distribution,
    Kind,
    Quantiles,
    Reason,
    Reference,
    Rejection,
    SignalSummary,
    dead_letter,
    decode,
    encode,
    encode_alert,
    rfc3339,
)
from driftline.schemas.json_schemas import RECORDS, json_schema
from driftline.schemas.mending import mend, read
from driftline.schemas.publish import documents, main
from tests.schemas.examples import EXAMPLES, PREDICTION, TIME_MS
from tests.schemas.test_alerts import an_alert
from tests.schemas.test_wire import changed_events

VALIDATORS = {name: Draft202012Validator(json_schema(name)) for name in RECORDS}


def valid(name: str, value: bytes) -> bool:
    """Whether bytes fit a published schema."""
    return bool(VALIDATORS[name].is_valid(json.loads(value)))


def test_the_documentation_is_up_to_date(repository: Path) -> None:
    """Consumers generate code from these files: `make schemas` writes them anew."""
    published = {path: (repository / "docs" / path).read_bytes() for path in documents()}
    assert published == documents()
    stray = {path.name for path in (repository / "docs" / "schemas").iterdir()}
    assert stray == {path.name for path in documents() if path.parts[0] == "schemas"}


def test_publishing_writes_every_document(tmp_path: Path) -> None:
    """The command in the Makefile has to do what its test compares."""
    assert main([str(tmp_path)]) == 0
    assert {path: (tmp_path / path).read_bytes() for path in documents()} == documents()


def test_publishing_wants_one_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """Misuse has exit code 2 everywhere."""
    assert main([]) == 2
    assert "FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize("name", RECORDS)
def test_schemas_are_schemas(name: str) -> None:
    """A schema that breaks its own metaschema is refused by every tool."""
    Draft202012Validator.check_schema(json_schema(name))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_fit_their_schemas(example: str) -> None:
    """What the documentation shows has to be what the documentation demands."""
    record = EXAMPLES[example]
    VALIDATORS[record["type"]].validate(record)


@settings(max_examples=300, deadline=None)
@given(changed_events())
def test_what_decodes_fits_the_schema(value: bytes) -> None:
    """A schema stricter than the decoder would make producers reject what driftline reads.

    But for values that cost themselves: the decoder sets them aside, the schema says what would be right.
    """
    event = decode(value, None)
    if not isinstance(event, Rejection) and not needs_mending(value):
        record = {key: as_read(item) for key, item in json.loads(value).items()}
        VALIDATORS[record["type"]].validate(record)


def needs_mending(value: bytes) -> bool:
    """Whether there is anything in the fields of an event that is no value of one."""
    record = read(value)
    assert isinstance(record, dict)
    return bool(mend(record)) or repr(record) != repr(json.loads(value))


def as_read(item: Any) -> Any:
    """A field of a record; Infinity and NaN, which are no JSON, are read as null."""
    return None if isinstance(item, float) and not isfinite(item) else item


@pytest.mark.parametrize(
    ("example", "change"),
    [
        ("prediction", {"id": ""}),
        ("prediction", {"time": 1}),
        ("prediction", {"features": [1]}),
        ("label", {"labels": {}}),
        ("label", {"prediction_id": None}),
        ("behavior", {"behavior": None}),
        ("decision", {"decision": None}),
        ("serving", {"version": ""}),
        ("verdict", {"action": "silence"}),
        ("verdict", {"verdict": "fine"}),
        ("verdict", {"verdict": None}),
        ("accept", {"signals": []}),
        ("accept", {"signals": [""]}),
    ],
)
def test_what_is_rejected_does_not_fit(example: str, change: dict[str, Any]) -> None:
    """A producer that checks against the schema should not end among the dead letters."""
    record = EXAMPLES[example] | change
    assert isinstance(decode(json.dumps(record).encode(), None), Rejection)
    assert not valid(record["type"], json.dumps(record).encode())


def test_what_is_written_fits_the_schemas() -> None:
    """Consumers validate what they read; a record of ours that fails is our outage."""
    assert valid("alert", encode_alert(an_alert()))
    assert valid("alert", encode_alert(an_alert(status="resolved", ends_at=rfc3339(TIME_MS))))
    _, letter, _ = dead_letter(Rejection(Reason.EMPTY, "…"), "t", 0, 1, None, None, None)
    assert valid("dead-letter", letter)
    level: dict[str, Any] = {
        "count": 3,
        "missing": 1,
        "mean": float("nan"),
        "sd": 0.5,
        "minimum": 0.0,
        "maximum": 2.0,
        "quantiles": Quantiles(0.0, 0.5, 1.0, 1.5, 2.0, 2.0),
    }
    audit = AuditRecord(
        id="m-1", time=rfc3339(TIME_MS), model="m", action="weighed", reason="…", new_weight=0.5
    )
    assert valid("audit", encode(audit))
    summary = SignalSummary(
        kind=Kind.DATA_DRIFT,
        model="m",
        version="v",
        role="live",
        signal="feature:x",
        time=rfc3339(TIME_MS),
        armed=True,
        seen=4,
        recent=Distribution(**level),
        reference=Reference(**level, learned_from="warm_up"),
        effect_size_sd=0.1,
        firing=False,
        sampling_rate=1.0,
    )
    record = json.loads(encode(summary))
    VALIDATORS["signal-summary"].validate(record)
    assert record["recent"]["min"] == 0.0
    assert record["recent"]["mean"] is None
    assert record["reference"]["quantiles"]["p05"] == 0.0


def test_the_schema_is_needed() -> None:
    """A schema that lets anything pass would make every test above pass."""
    assert not any(validator.is_valid({}) for validator in VALIDATORS.values())
    assert not valid("alert", json.dumps(PREDICTION).encode())


def test_the_topics_refer_only_to_what_exists(repository: Path) -> None:
    """A dangling reference makes the whole description unreadable for AsyncAPI tools."""
    text = (repository / "docs" / "asyncapi.yaml").read_text()
    document = yaml.safe_load(text)
    assert document["asyncapi"] == "3.0.0"
    references = re.findall(r"\$ref: '?([^'\s]+)'?", text)
    assert len(references) > 10
    for reference in references:
        if reference.startswith("#/"):
            node = document
            for part in reference[2:].split("/"):
                node = node[part]
        else:
            assert (repository / "docs" / reference).is_file()


def test_every_record_is_on_a_topic() -> None:
    """A record that no topic carries is described for nobody."""
    document = yaml.safe_load(documents()[Path("asyncapi.yaml")])
    carried = [name for channel in document["channels"].values() for name in channel["messages"]]
    assert sorted(carried) == sorted(RECORDS)
    assert len(document["operations"]) == len(document["channels"]) == 7
