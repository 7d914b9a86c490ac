"""Ids, counters and clocks among the features: they have no level, so that nothing of it can change."""

import random
from collections.abc import Callable

import pytest

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Records, Shard
from tests.pipeline.traffic import DAY_MS, SECOND_MS, prediction, written

STEP_MS = 20 * SECOND_MS
CLOCKS: dict[str, Callable[[int], float]] = {
    "id": lambda row: 10_000_000 + 3 * row + row % 2,
    "seconds": lambda row: row * STEP_MS / 1000,
    "hour": lambda row: row * STEP_MS // 3_600_000 % 24,
    "uptime": lambda row: row * STEP_MS / 1000 % 86_400,
}

CALENDARS: dict[str, Callable[[int], float]] = {
    "day": lambda row: 16 + row * STEP_MS // DAY_MS,
    "weekday": lambda row: (row * STEP_MS // DAY_MS + 5) % 7,  # Saturday, Sunday, Monday: 5, 6, 0
}
SWITCHES: dict[str, Callable[[int], float]] = {
    "turned on": lambda row: float(row * STEP_MS >= DAY_MS),
    "broken": lambda row: 5.0 * (row * STEP_MS < DAY_MS),
    "off": lambda row: float(row * STEP_MS < DAY_MS),
}


def shard_of(clock: Callable[[int], float], changes_at: int) -> Shard:
    """Two days with such a feature, and another that rises by 3 sd at a row."""
    chance = random.Random(1)
    rows = range(2 * DAY_MS // STEP_MS + 200)
    features = ({"c": clock(row), "x": chance.gauss(3 * (row >= changes_at), 1)} for row in rows)
    events = [prediction(row * STEP_MS, features=each) for row, each in zip(rows, features, strict=True)]
    shard = Shard(0, Settings(), summaries=None)
    shard.apply(Records.of(written(events)))
    return shard


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_is_no_change_and_it_is_said_that_it_is_not_watched(name: str) -> None:
    """An id "varied less: sd from 2,887 to 1,445" and an hour "rose from 12.2 to 16.9", day after day."""
    shard = shard_of(CLOCKS[name], 5000)
    told = {alert.value for alert in shard.take_alerts()}
    assert all(b'"signal":"feature:x"' in alert for alert in told)
    assert told
    (said,) = [sentence for sentence in shard.take_notices() if "only ever rises" in sentence]
    assert said.startswith("m: feature 'c' only ever rises (an id, a counter, a clock): it has no level")


@pytest.mark.parametrize("name", CALENDARS)
def test_a_day_that_goes_on_at_midnight_is_no_change(name: str) -> None:
    """Of a constant any other value is a change: every midnight a day "rose from 16 to 17"."""
    told = {alert.value for alert in shard_of(CALENDARS[name], 5000).take_alerts()}
    assert told
    assert all(b'"signal":"feature:x"' in alert for alert in told)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_constant_that_a_job_changes_at_midnight_is_a_change(name: str) -> None:
    """What breaks at a full hour would be taken for a clock."""
    told = [alert.value for alert in shard_of(SWITCHES[name], 10**9).take_alerts()]
    assert any(b'"signal":"feature:c"' in alert for alert in told)
