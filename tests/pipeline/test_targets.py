"""Targets through the whole pipeline: what a person asked of a signal, told beside the drift alarms."""

from functools import cache
from typing import Any

import orjson
import pytest

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Record, Records, Shard
from tests.pipeline.crashes import crashing
from tests.streams import Stream

SETTINGS = Settings.model_validate(
    {
        "models": {
            "search": {
                "warm_up": 500,
                "targets": {
                    "error:intent": {"max": 0.10},
                    "serving:latency_ms": {"p95_max": 500.0},
                    "missing:y": {"max": 0.05},
                    "over": 1800,
                },
            }
        }
    }
)
WORLD = Stream(
    count=5400, change_at=1500, recover_at=3000, error_rate=0.3, missing_rate=0.2, extra={"version": "7"}
)


@cache
def records() -> list[Record]:
    """The world as records."""
    return list(WORLD.records())


@cache
def alerts_of(batch_size: int) -> list[bytes]:
    """All alerts, as published, of the world in batches of a size."""
    shard = Shard(0, SETTINGS, summaries=None)
    alerts: list[bytes] = []
    for start in range(0, len(records()), batch_size):
        shard.apply(Records.of(records()[start : start + batch_size]))
        alerts += [record.value for record in shard.take_alerts()]
    return alerts


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    """The alerts about targets."""
    alerts = [orjson.loads(value) for value in alerts_of(4096)]
    return [alert for alert in alerts if alert["drift"]["kind"] == "target"]


def test_a_target_is_missed_and_met_again(told: list[dict[str, Any]]) -> None:
    """A person who set a threshold would be told of drift, which is not what was asked."""
    life: dict[str, list[str]] = {}
    for alert in told:
        life.setdefault(alert["annotations"]["signal"], []).append(alert["status"])
    assert life == {
        "target:error:intent max": ["firing", "resolved"],
        "target:missing:y max": ["firing", "resolved"],
    }
    assert {alert["ended"] for alert in told if alert["status"] == "resolved"} == {"met"}
    assert {alert["labels"]["alertname"] for alert in told} == {"TargetMissed"}


def test_its_words_say_the_figure_of_how_many_and_what_was_asked(told: list[dict[str, Any]]) -> None:
    """A figure without its limit sends people to look for the configuration at night."""
    missed = next(alert for alert in told if "error" in alert["annotations"]["signal"])
    summary = missed["annotations"]["summary"]
    assert "errors of intent" in summary
    assert "at most 10 % asked" in summary
    assert f"of {missed['drift']['after']['count']:,}" in summary


@pytest.mark.parametrize("batch_size", [37, 20_000])
def test_batches_change_nothing(batch_size: int) -> None:
    """The same records would give other alerts after a crash."""
    assert alerts_of(batch_size) == alerts_of(4096)


def test_crashes_change_nothing() -> None:
    """A restart would forget what was missed, or tell it twice under two names."""
    outcome = crashing(5, SETTINGS, records())
    values = dict.fromkeys(record.value for record in outcome.alerts)
    assert sorted(values) == sorted(alerts_of(4096))
