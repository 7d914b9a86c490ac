"""A model with few predictions a day is watched long before it has seen its whole warm-up."""

from functools import cache
from random import Random
from typing import Any

import orjson

from driftline.stream_app.config import Settings
from driftline.stream_app.config.plan import ModelPlan
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.monitoring.streams.arming import waits_of
from driftline.stream_app.pipeline import Records, Shard
from tests.pipeline.traffic import HOUR_MS, hours, prediction, written

SETTINGS = Settings(models={"m": ModelPlan()})
STEP_MS = 24 * HOUR_MS // 166
DAYS, CHANGES, RETURNS = 9, 5, 7


@cache
def replayed(chunk: int) -> tuple[Shard, list[dict[str, Any]]]:
    """Nine days, of which the sixth and the seventh have another amount; so many records at once."""
    random, events = Random(11), []
    for at_ms in range(0, DAYS * 24 * HOUR_MS, STEP_MS):
        is_other = CHANGES <= at_ms / (24 * HOUR_MS) < RETURNS
        features = {"amount": random.gauss(50.0, 8.0) + 30.0 * is_other, "age": random.gauss(40.0, 9.0)}
        events.append(prediction(at_ms, features=features))
    records = written(events, stamped=True, topic=SETTINGS.kafka.predictions)
    shard, alerts = Shard(0, SETTINGS, summaries=None), []
    for first in range(0, len(records), chunk):
        shard.apply(Records.of(records[first : first + chunk]))
        alerts += [orjson.loads(alert.value) for alert in shard.take_alerts()]
    return shard, alerts


def test_a_change_of_the_first_week_is_one_incident_that_ends() -> None:
    """Nobody would hear of it before the thirteenth day."""
    _, alerts = replayed(100_000)
    firing = [alert for alert in alerts if alert["status"] == "firing"]
    assert {alert["annotations"]["signal"] for alert in firing} == {"feature:amount"}
    assert len({alert["id"].rpartition("-")[0] for alert in alerts}) == 1
    assert alerts[-1]["status"] == "resolved"


def test_it_is_told_from_a_few_values() -> None:
    """What is certain would wait for 128 values, which take eighteen hours."""
    _, alerts = replayed(100_000)
    after_hours = hours(alerts[0]["time"]) - CHANGES * 24
    assert 0 < after_hours < 25 * STEP_MS / HOUR_MS


def test_its_alerts_are_the_same_however_records_come() -> None:
    """A first look would depend on when somebody looked."""
    assert replayed(100_000)[1] == replayed(7)[1]


def test_it_says_how_much_it_knows() -> None:
    """It would look armed, or blind."""
    shard, _ = replayed(100_000)
    stream = shard.models["m"].watch.monitor.streams[StreamKey("1", "live")]
    state = stream.predictions.bank.state_of("feature:amount")
    assert state is not None and state.armed and state.phase == "rough"
    whys = {wait.signal: wait.why for wait in waits_of(stream, DAYS * 24 * HOUR_MS)}
    assert whys["feature:amount"].startswith("watched roughly: 1,")
