"""Values far beyond all others: an alert says which they are."""

import json
import random

import pytest

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Records, Shard
from tests.pipeline.traffic import SECOND_MS, prediction, written

ROWS, CHANGE = 4_000, 3_000


@pytest.mark.parametrize(
    ("section", "name", "unit"), [("serving", "latency_ms", " ms"), ("features", "price", "")]
)
def test_extreme_values_say_how_far_off_they_are(section: str, name: str, unit: str) -> None:
    """At night "extreme values rose from 0 to 5 %" does not say whether they are 200 ms or 20 s."""
    chance, shard = random.Random(3), Shard(0, Settings(), summaries=None)
    values = [
        chance.lognormvariate(3.7, 0.3) * (75 if row > CHANGE and row % 20 == 0 else 1) for row in range(ROWS)
    ]
    events = [
        prediction(row * 10 * SECOND_MS, **{section: {name: value, "x": chance.gauss(0, 1)}})
        for row, value in enumerate(values)
    ]
    for start in range(0, ROWS, 50):
        shard.apply(Records.of(written(events)[start : start + 50]))
    summaries = [json.loads(alert.value or b"")["annotations"]["summary"] for alert in shard.take_alerts()]
    said = f"extreme values of {name} (more than "
    (first, *_) = [summary for summary in summaries if said in summary]
    distance, _, left = first.partition(said)[2].partition(f"{unit} off) rose from 0 % to")
    assert left and 40 < float(distance) < 1_000
