"""Files of JSON lines as records."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.stream_app.adapters import files
from driftline.stream_app.pipeline import Record

PIECES = st.sampled_from(
    [b"{}", b" ", b"\t", b"\r", b"\x0b", b"\n", b"\r\n", b"\n\n", b'{"a":1}', "é".encode()]
)


@given(st.lists(PIECES, max_size=30).map(b"".join), st.integers(1, 9), st.integers(1, 4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_are_what_python_takes_for_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, block_bytes: int, size: int
) -> None:
    """A line at the edge of a block would be lost, or cut in two events that nobody can read."""
    monkeypatch.setattr(files, "BLOCK_BYTES", block_bytes)
    path = tmp_path / "events.jsonl"
    path.write_bytes(text)
    with path.open("rb") as lines:
        expected = [
            Record(str(path), 0, number, None, None, line.strip())
            for number, line in enumerate(lines)
            if line.strip()
        ]
    batches = list(files.records_of([str(path)], size))
    assert [record for batch in batches for record in batch] == expected
    assert all(len(batch) <= size for batch in batches)
