"""From numbers of which one in twenty is -999 to one alert that says so."""

from functools import cache
from typing import Any

import numpy as np
import orjson

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Record, Records, Shard, SourceRecord
from tests.streams import PREDICTIONS, START_MS

CHANGE_AT, COUNT = 2600, 3800


def records() -> list[SourceRecord]:
    """One prediction a second of two features and an output; from the change on 5 % of one are -999."""
    random = np.random.default_rng(12)
    made: list[SourceRecord] = []
    for index in range(COUNT):
        value = -999.0 if index >= CHANGE_AT and random.random() < 0.05 else random.normal(50, 10)
        event = {
            "type": "prediction",
            "id": f"p-{index}",
            "model": "m",
            "version": "1",
            "time": START_MS + index * 1000,
            "features": {"x": value, "visits": int(random.poisson(4))},
            "outputs": {"score": random.beta(8, 2)},
        }
        made.append(Record(PREDICTIONS, 0, index, START_MS + index * 1000, b"m", orjson.dumps(event)))
    return made


@cache
def told(batch_size: int) -> list[dict[str, Any]]:
    made, shard = records(), Shard(0, Settings(), summaries=None)
    alerts: list[dict[str, Any]] = []
    for start in range(0, len(made), batch_size):
        shard.apply(Records.of(made[start : start + batch_size]))
        alerts += [orjson.loads(alert.value) for alert in shard.take_alerts()]
    return alerts


def test_one_incident_says_which_value_takes_which_part() -> None:
    """It took an hour in the first hours of a model, and was told as a mean that fell."""
    alerts = told(COUNT)
    first = alerts[0]
    assert {alert["labels"]["incident"] for alert in alerts} == {first["labels"]["incident"]}
    assert all(alert["status"] != "resolved" for alert in alerts)
    assert first["annotations"]["summary"].startswith("Data quality: x: -999 rose from 0 % to ")
    assert 0.02 < first["drift"]["after"]["mean"] < 0.1
    assert first["drift"]["signals"][0]["categories"][0]["category"] == "-999"
    # Within a quarter of an hour of the first of them, at 14:56:40.
    assert first["drift"]["detected_at"] <= "2026-09-21T15:11:40.000Z"


def test_batches_change_nothing() -> None:
    """A value is counted from a tick on, and ticks are at times of events, not at ends of batches."""
    assert told(COUNT) == told(101) == told(7)
