"""Whatever is told because time went on is told the same however records are batched, whatever crashed."""

import random
from functools import cache
from typing import Any

import orjson
import pytest

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Record
from tests.pipeline.crashes import crashing
from tests.pipeline.traffic import (
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    START_MS,
    Timed,
    alerts_of,
    every,
    prediction,
    written,
)


def eventful() -> list[Timed]:
    """One model is out for two hours, one is refused for one, one is thin; a wrong clock; heartbeats."""
    chance = random.Random(11)
    events = every(2 * MINUTE_MS, 0, 30 * HOUR_MS) + every(2 * MINUTE_MS, 32 * HOUR_MS, 40 * HOUR_MS)
    refused = every(MINUTE_MS, 0, 40 * HOUR_MS, model="refused")
    for _, event in refused[33 * 60 : 34 * 60]:
        del event["version"]
    events += refused
    for number in range(12):
        at_ms = 28 * HOUR_MS + number
        events.append((START_MS + at_ms, prediction(at_ms + 2 * HOUR_MS, model="ahead")[1]))
    for _ in range(700):
        at_ms = int(chance.random() * 36 * HOUR_MS)
        events.append(prediction(at_ms, model="thin", segments={"country": chance.choice("ab")}))
    for at_ms in range(40 * HOUR_MS, 41 * HOUR_MS, 50 * SECOND_MS):
        events.append((START_MS + at_ms, {"type": "heartbeat", "time": START_MS + at_ms}))
    return events


@cache
def records(stamped: bool) -> list[Record]:
    """The events as they were written."""
    return written(eventful(), stamped, topic="driftline.predictions" if stamped else "p")


@cache
def whole(stamped: bool) -> list[Any]:
    """The alerts of a run that reads them all at once."""
    return alerts_of(records(stamped))


@pytest.mark.parametrize("stamped", [False, True], ids=["file", "kafka"])
@pytest.mark.parametrize("seed", range(4))
def test_batches_change_nothing(seed: int, stamped: bool) -> None:
    """Silence that depended on fetch sizes could not be replayed."""
    chance = random.Random(seed)
    count = len(records(stamped))
    cuts = sorted(chance.sample(range(count), (3, 50, 700, count - 1)[seed]))
    found = alerts_of(records(stamped), cuts)
    kinds = {alert["drift"]["kind"] for alert in whole(stamped)}
    assert {"silence", "data_quality"} <= kinds, "there must be something to compare"
    assert found == whole(stamped)


@pytest.mark.parametrize("seed", range(4))
def test_crashes_change_nothing(seed: int) -> None:
    """A silence would be told twice under two ids, or not at all, after a crash."""
    expected = {alert["id"]: alert["annotations"] for alert in whole(stamped=True)}
    outcome = crashing(seed, Settings(), records(stamped=True))
    found = {}
    for alert in outcome.alerts:
        body = orjson.loads(alert.value)
        assert found.setdefault(body["id"], body["annotations"]) == body["annotations"]
    assert found == expected
