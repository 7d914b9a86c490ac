"""Ticks of a healthy model wait for others: everything must be as if they had not."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from driftline.stream_app.config import ModelPlan, Settings, TargetPlan
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.pipeline import OutputRecord, Record, Records, Shard
from driftline.stream_app.pipeline.watch import ModelWatch
from tests.pipeline.traffic import HOUR_MS, MINUTE_MS, SECOND_MS, START_MS, Timed, prediction, written

PLAN = ModelPlan(warm_up=200)
EVENTS = 1500
CHANGED = range(900, 1250)
WORLDS = ("plain", "holes", "names", "versions", "labels", "behaviors", "hosts", "late", "outages", "refused")
Told = tuple[list[OutputRecord], list[Any]]
"""Alerts, and the records of a checkpoint."""


def thin(world: str, seed: int = 1, gap_ms: int = 10 * SECOND_MS) -> Iterator[Timed]:
    """Events of a model that change for a while, with what is special in a world."""
    chance = random.Random(f"{world} {seed}")
    at_ms = 0
    for index in range(EVENTS):
        at_ms += gap_ms if chance.random() < 0.8 else int(chance.expovariate(1 / gap_ms))
        if world == "outages" and index % 500 == 499:
            at_ms += chance.choice([20 * MINUTE_MS, 2 * HOUR_MS, 8 * HOUR_MS])
        shift = 2.0 if index in CHANGED else 0.0
        features: dict[str, Any] = {name: round(chance.gauss(0, 1), 4) for name in "bcd"}
        features |= {"a": round(chance.gauss(shift, 1), 4), "kind": chance.choice("xyz")}
        if world == "holes" and chance.random() < 0.05 + shift / 8:
            features["a"] = chance.choice([None, "text"])
            del features["kind"]
        if world == "names" and index > 700:
            features |= {"new": chance.random(), "kind": chance.choice("xyzuv")}
        version = "2" if world == "versions" and index > 700 and chance.random() < 0.8 else "1"
        answer, number = chance.choice("ab"), round(chance.random(), 3)
        time_ms = at_ms - chance.choice([0, 0, 0, 5 * MINUTE_MS, -HOUR_MS]) if world == "late" else at_ms
        outputs = {"y": answer, "y_confidence": number}
        yield (
            START_MS + at_ms,
            prediction(time_ms, version=version, id=f"{index}", features=features, outputs=outputs)[1],
        )
        yield from beside(world, chance, at_ms, index, answer)


def beside(world: str, chance: random.Random, at_ms: int, index: int, answer: str) -> Iterator[Timed]:
    """What comes beside a prediction, some time later."""
    time_ms = START_MS + at_ms + chance.randint(1, 90) * SECOND_MS
    about = {"model": "m", "prediction_id": f"{index}", "time": time_ms}
    if world == "labels" and chance.random() < 0.5:
        wrong = chance.random() < (0.4 if index in CHANGED else 0.05)
        yield time_ms, about | {"type": "label", "labels": {"y": "c" if wrong else answer}}
    if world == "behaviors" and chance.random() < 0.3:
        yield time_ms, about | {"type": "behavior", "behavior": chance.choice(["click", "buy"])}
    if world == "hosts" and index % 7 == 0:
        values = {"cpu": chance.random() + (index in CHANGED)}
        yield (
            time_ms,
            {"type": "serving", "model": "m", "version": "1", "time": time_ms, "host": "h"}
            | {"values": values},
        )
    if world == "refused" and index % 300 == 299:
        yield time_ms, {"type": "prediction", "model": "m"}


def told(records: list[Record], batch: int = 100_000, more: bool = False) -> Told:
    """What a shard says, and what it would write, that reads so many records at a time."""
    shard = Shard(0, Settings(defaults=PLAN), summaries=None)
    for start in range(0, len(records), batch):
        shard.apply(Records.of(records[start : start + batch]), more=more)
    cuts = shard.cut(shard.models)
    return shard.take_alerts(), [cut.records for cut in cuts]


def told_at_once(records: list[Record]) -> Told:
    """The same without that any tick waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelWatch, "_may_wait", lambda self: False)
        return told(records)


@pytest.mark.parametrize("world", WORLDS)
def test_ticks_that_wait_change_nothing(world: str) -> None:
    """Alerts, and state after a crash, would depend on how many records came together."""
    records = written(thin(world), stamped=world in ("outages", "hosts"))
    prompt = told_at_once(records)
    assert prompt[0], "something must be found for this test to compare anything"
    assert told(records) == prompt
    assert told(records, 61, more=world in ("plain", "labels")) == prompt


@pytest.mark.parametrize("gap_ms", [400, 2 * SECOND_MS, 60 * SECOND_MS, 7 * MINUTE_MS])
def test_at_any_pace(gap_ms: int) -> None:
    """Many events a tick, or a few an hour: what falls due within a minute is another each time."""
    records = written(thin("plain", 2, gap_ms))
    assert told(records) == told_at_once(records)


def test_a_healthy_model_is_read_seldom_and_put_back_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick would cost a millisecond again, and nobody would notice but by the clock."""
    read: list[bool] = []
    flush_if_quiet = ModelMonitor.flush_if_quiet

    def noted(monitor: ModelMonitor, *until: Any) -> bool:
        read.append(flush_if_quiet(monitor, *until))
        return read[-1]

    monkeypatch.setattr(ModelMonitor, "flush_if_quiet", noted)
    told(written(thin("plain")))
    assert 5 <= len(read) <= EVENTS // 40
    assert set(read) == {True, False}


def test_a_model_with_targets_is_read_at_each_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target is missed on a tick: read later, it would be missed later."""
    plan = ModelPlan(warm_up=200, targets={"feature:a": TargetPlan(max=1.0)})
    shard = Shard(0, Settings(defaults=plan), summaries=None)
    shard.apply(Records.of(written(thin("plain"))), more=True)
    assert not shard.models["m"].watch._ticks
