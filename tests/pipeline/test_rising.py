"""Ids, counters and clocks among the features: they have no level, so that nothing of it can change."""

import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

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


class Told(NamedTuple):
    """What a shard said."""

    alerts: list[bytes]
    notices: list[str]


def told_of(features: Mapping[str, Callable[[int], float]], changes_at: int) -> Told:
    """Two days with such features, and another that rises by 3 sd at a row."""
    chance = random.Random(1)
    events = []
    for row in range(2 * DAY_MS // STEP_MS + 200):
        values = {name: value(row) for name, value in features.items()}
        values["x"] = chance.gauss(3 * (row >= changes_at), 1)
        events.append(prediction(row * STEP_MS, features=values))
    shard = Shard(0, Settings(), summaries=None)
    shard.apply(Records.of(written(events)))
    return Told([alert.value for alert in shard.take_alerts()], shard.take_notices())


@cache
def with_clocks() -> Told:
    """Of all that only goes on, beside each other: no one of them is about another."""
    return told_of(CLOCKS | CALENDARS, 5000)


@cache
def with_switches() -> Told:
    """Of all that changes at midnight."""
    return told_of(SWITCHES, 10**9)


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_is_no_change_and_it_is_said_that_it_is_not_watched(name: str) -> None:
    """An id "varied less: sd from 2,887 to 1,445" and an hour "rose from 12.2 to 16.9", day after day."""
    assert not any(f'"signal":"feature:{name}"'.encode() in alert for alert in with_clocks().alerts)
    about = f"m: feature '{name}' only ever rises (an id, a counter, a clock): it has no level"
    assert len([said for said in with_clocks().notices if said.startswith(about)]) == 1


@pytest.mark.parametrize("name", CALENDARS)
def test_a_day_that_goes_on_at_midnight_is_no_change(name: str) -> None:
    """Of a constant any other value is a change: every midnight a day "rose from 16 to 17"."""
    assert not any(f'"signal":"feature:{name}"'.encode() in alert for alert in with_clocks().alerts)


def test_what_changes_beside_a_clock_is_told_and_nothing_else() -> None:
    """A model with an id among its features would not be watched, or only its id."""
    alerts = with_clocks().alerts
    assert alerts
    assert all(b'"signal":"feature:x"' in alert for alert in alerts)
    assert sum("only ever rises" in said for said in with_clocks().notices) == len(CLOCKS)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_constant_that_a_job_changes_at_midnight_is_a_change(name: str) -> None:
    """What breaks at a full hour would be taken for a clock."""
    assert any(f'"signal":"feature:{name}"'.encode() in alert for alert in with_switches().alerts)
