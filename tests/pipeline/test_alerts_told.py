"""What alerts say, through the whole pipeline: figures of the stream, names of categories, units."""

from collections.abc import Callable, Iterator
from math import exp
from random import Random
from typing import Any

import orjson
import pytest

from driftline.stream_app.config import ModelPlan, Settings, SignalPlan
from driftline.stream_app.pipeline import Record, Records, Shard
from tests.alerts_truth import check

START_MS = 1_794_787_200_000
Features = Callable[[int, Random], dict[str, Any]]


def alerts_of(features: Features, count: int, step_ms: int = 1000, **settings: Any) -> list[dict[str, Any]]:
    """The alerts of a model with these features, one event each ``step_ms``."""

    def records() -> Iterator[Record]:
        random = Random(18)
        for index in range(count):
            time_ms = START_MS + index * step_ms
            event = {"type": "prediction", "id": str(index), "model": "m", "version": "v7", "time": time_ms}
            value = orjson.dumps(event | {"features": features(index, random), "outputs": {}})
            yield Record("driftline.predictions", 0, index, time_ms, b"m", value)

    shard = Shard(0, Settings(**settings), summaries=None)
    shard.apply(Records.of(list(records())))
    return [orjson.loads(alert.value) for alert in shard.take_alerts()]


@pytest.mark.parametrize("factor", [100.0, 0.01, 5.0])
def test_amounts_with_a_long_tail_are_told_as_they_were(factor: float) -> None:
    """In its first hours a signal is judged by scores; before was made from them: 1,009 where it was 46."""
    true = exp(7 + 1.48**2 / 2)

    def amount(index: int, random: Random) -> dict[str, Any]:
        return {"amount": exp(random.gauss(7, 1.48)) * (factor if index >= 6000 else 1.0)}

    alerts = alerts_of(amount, 6800)
    drift = alerts[0]["drift"]
    assert drift["before"]["mean"] == pytest.approx(true, rel=0.15)
    assert drift["after"]["mean"] == pytest.approx(true * factor, rel=0.5)
    assert ("rose" if factor > 1 else "fell") in alerts[0]["annotations"]["summary"]
    check(alerts)


def test_categories_are_named_with_their_shares() -> None:
    """Nobody can look for "surprise"."""

    def kind(index: int, random: Random) -> dict[str, Any]:
        return {
            "kind": random.choices(("cash", "card", "bill"), (5, 3, 2) if index < 12_000 else (7, 1, 2))[0]
        }

    alerts = alerts_of(kind, 16_000, step_ms=200)
    [signal] = alerts[0]["drift"]["signals"]
    shares = {each["category"]: each for each in signal["categories"]}
    assert shares["cash"]["before"] == pytest.approx(0.5, abs=0.04)
    assert shares["cash"]["after"] > 0.58
    assert shares["card"]["after"] < 0.22
    words = alerts[0]["annotations"]["summary"] + alerts[0]["annotations"]["description"]
    assert all(f'"{name}"' in words for name in ("cash", "card"))


def test_a_second_trouble_is_an_incident_of_its_own() -> None:
    """An hour into an incident another feature breaks: it would be a line in an update of the first."""

    def both(index: int, random: Random) -> dict[str, Any]:
        return {
            "x": random.gauss(0, 1) + (2 if index >= 5000 else 0),
            "y": random.gauss(0, 1) - (2 if index >= 8600 else 0),
        }

    first, second = [alert for alert in alerts_of(both, 9000) if alert["sequence"] == 1]
    assert (first["annotations"]["signal"], second["annotations"]["signal"]) == ("feature:x", "feature:y")
    assert second["related"] == [first["labels"]["incident"]]


def test_links_and_units_are_as_configured() -> None:
    """A page that cannot link to its incident, and 90 of what?"""
    plan = ModelPlan(features={"weight": SignalPlan(unit="kg")})
    alerts_plan = plan.alerts.model_copy(
        update={
            "generator_url": "https://dash/{model}/{incident}?of={fingerprint}",
            "runbook_url": "https://w/r",
        }
    )
    settings = {"defaults": plan.model_copy(update={"alerts": alerts_plan})}

    def weight(index: int, random: Random) -> dict[str, Any]:
        return {"weight": random.gauss(40, 2) + (20 if index >= 3000 else 0)}

    alert = alerts_of(weight, 3200, **settings)[0]
    incident = alert["labels"]["incident"]
    assert alert["generatorURL"] == f"https://dash/m/{incident}?of={alert['fingerprint']}"
    assert alert["annotations"]["runbook_url"] == "https://w/r#data-drift"
    assert alert["drift"]["unit"] == "kg"
    assert alert["annotations"]["summary"].endswith(" kg (m v7)")
