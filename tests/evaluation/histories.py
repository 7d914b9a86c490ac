"""Small histories in files, with what is true of them."""

from pathlib import Path

import orjson

from driftline.schemas import rfc3339
from tests.streams import START_MS, Stream

WARM_UP = "defaults: {warm_up: 500}\n"


def written(folder: Path, stream: Stream) -> Path:
    """The stream's events as a file, in the order in which they happened."""
    file = folder / "events.jsonl"
    file.write_bytes(b"".join(record.value + b"\n" for record in stream.records()))
    return file


def truth_of(folder: Path, stream: Stream, **other: object) -> Path:
    """The least that a person would write about the stream's change."""
    file = folder / "truth.jsonl"
    began_at = rfc3339(START_MS + stream.change_at * stream.step_ms)
    file.write_bytes(orjson.dumps({"model": stream.model, "began_at": began_at, "change": "shift"} | other))
    return file


def config_of(folder: Path, text: str = WARM_UP) -> Path:
    """A configuration whose references are learned quickly."""
    file = folder / "driftline.yaml"
    file.write_text(text)
    return file
