"""Times as databases write them."""

import orjson
import pytest

from driftline.schemas import Prediction, decode, rfc3339
from driftline.schemas.times import with_whole_offset


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-22 10:00:00+00", "2026-11-22T10:00:00.000Z"),
        ("2026-11-22 10:00:00.123456+00", "2026-11-22T10:00:00.123Z"),
        ("2026-11-22 10:00:00-03", "2026-11-22T13:00:00.000Z"),
        ("2026-11-22T10:00:00+0530", "2026-11-22T04:30:00.000Z"),
        ("2026-11-22 10:00:00+00:00", "2026-11-22T10:00:00.000Z"),
    ],
)
def test_offsets_of_postgres_are_times(written: str, meant: str) -> None:
    """A CSV of labels that psql wrote was refused as a whole."""
    event = {"type": "prediction", "id": "p", "model": "m", "version": "v", "time": written}
    decoded = decode(orjson.dumps(event), None)
    assert isinstance(decoded, Prediction)
    assert rfc3339(decoded.time_ms) == meant


@pytest.mark.parametrize(
    "written", ["2026-11-22 10:00:00", "2026-11-22+00", "10:00:00+00", "", "2026-11-22 10:00:00+0"]
)
def test_what_has_no_offset_stays_as_it_is(written: str) -> None:
    """A guess about the time zone would be wrong by hours."""
    assert with_whole_offset(written) == written
