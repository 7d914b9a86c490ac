"""A change in one country is told as one in that country, and what is everywhere is told once."""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import orjson
import pytest

from driftline.schemas import fingerprint_of
from driftline.stream_app.config import Limits, Settings
from driftline.stream_app.config.plan import ModelPlan
from driftline.stream_app.config.targets import TargetPlan
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.pipeline import Record, Records, Shard
from tests.pipeline.crashes import crashing, state_of
from tests.pipeline.traffic import SECOND_MS, START_MS, Timed, alerts_of, prediction, written

SETTINGS = Settings(models={"m": ModelPlan(warm_up=200, segments=("country", "device"))})
COUNTRIES = {"US": 0.4, "DE": 0.25, "FR": 0.2, "GB": 0.15}
STEP_MS = 2 * SECOND_MS
CHANGE, END = 2800, 4800
Rate = Callable[[str, str], float]


def judged(at: int, country: str, device: str, *, wrong: bool, **more: Any) -> Iterator[Timed]:
    """A prediction, and its label a second later."""
    at_ms = at * STEP_MS
    more = {"outputs": {"y": "a"}, "segments": {"country": country}, "features": {"device": device}} | more
    yield prediction(at_ms, **more)
    label = {"type": "feedback", "kind": "label", "prediction_id": f"m-{at_ms}", "model": "m"}
    later_ms = START_MS + at_ms + SECOND_MS
    yield later_ms, label | {"time": later_ms, "labels": {"y": "b" if wrong else "a"}}


@cache
def world(rate: Rate, *, seed: int = 1, end: int = END, version: str = "1") -> list[Record]:
    """Predictions of which 5 % are wrong, and from the change on so many as the rate of their place says."""
    random = Random(seed)
    events: list[Timed] = []
    for at in range(end):
        (country,) = random.choices(list(COUNTRIES), list(COUNTRIES.values()))
        device = random.choice(("ios", "android"))
        errors = rate(country, device) if at >= CHANGE else 0.05
        wrong = random.random() < errors
        events += judged(at, country, device, wrong=wrong, version=version if at >= CHANGE else "1")
    return written(events, stamped=True)


def in_germany(country: str, _: str) -> float:
    return 0.4 if country == "DE" else 0.05


def everywhere(*_: str) -> float:
    return 0.25


def on_ios(_: str, device: str) -> float:
    return 0.25 if device == "ios" else 0.05


def nowhere(*_: str) -> float:
    return 0.05


@cache
def told(rate: Rate) -> list[Any]:
    """All alerts of a world."""
    return alerts_of(world(rate), settings=SETTINGS)


def about(alerts: list[Any], signal: str) -> list[Any]:
    return [alert for alert in alerts if alert["annotations"]["signal"] == signal]


@pytest.mark.parametrize(
    ("rate", "segment", "others"), [(in_germany, "country=DE", 2), (on_ios, "device=ios", 1)]
)
def test_one_segment(rate: Rate, segment: str, others: int) -> None:
    """All predictions show a quarter of it, later, and nobody would know where to look."""
    alerts = told(rate)
    assert len({alert["labels"]["incident"] for alert in alerts}) == 1
    first = alerts[0]
    assert first["labels"]["segment"] == segment
    assert first["fingerprint"] == fingerprint_of(
        model="m", version="1", role="live", signal="error:y", segment=segment
    )
    assert f", only in {segment} (m version 1)" in alerts[-1]["annotations"]["summary"]
    where = alerts[-1]["drift"]["where"]
    assert where["segments"] == [segment]
    assert where["looked_at"] - where["showing"] >= others


def test_everywhere_is_one_incident() -> None:
    """Twenty segments show what all predictions show: twenty pages for one bad release."""
    alerts = told(everywhere)
    assert len({alert["labels"]["incident"] for alert in alerts}) == 1
    assert any(", everywhere (" in alert["annotations"]["summary"] for alert in alerts)
    assert any("values of country show it" in alert["annotations"]["description"] for alert in alerts)


def test_a_target_is_one_of_all_predictions() -> None:
    """A limit of 10 % for all would be missed by every small country now and then, under one name."""
    plan = SETTINGS.models["m"].model_copy(update={"targets": {"error:y": TargetPlan(max=0.1)}})
    alerts = alerts_of(world(everywhere), settings=Settings(models={"m": plan}))
    missed = [alert for alert in alerts if alert["drift"]["kind"] == "target"]
    assert len({alert["labels"]["incident"] for alert in missed}) == 1
    assert all("segment" not in alert["labels"] for alert in missed)


def test_healthy_segments_say_nothing() -> None:
    """Seven streams beside each other must not alarm seven times as often."""
    assert alerts_of(world(nowhere, end=8_000, seed=5), settings=SETTINGS) == []


@pytest.mark.parametrize("rate", [in_germany, everywhere])
def test_batches_and_crashes_change_nothing(rate: Rate) -> None:
    """Alerts that depend on fetch sizes could not be replayed, and would differ after a crash."""
    records = world(rate, end=CHANGE + 500)
    whole, parts = Shard(0, SETTINGS, summaries=None), Shard(0, SETTINGS, summaries=None)
    whole.apply(Records.of(records))
    alerts = whole.take_alerts()
    assert alerts, "the change must be found for this test to compare anything"
    for begin in range(0, len(records), 173):
        parts.apply(Records.of(records[begin : begin + 173]))
    assert parts.take_alerts() == alerts
    assert state_of(parts) == state_of(whole) == state_of(crashing(3, SETTINGS, records).shard)


def test_a_new_version_is_held_against_its_predecessor_in_each_segment() -> None:
    """A roll-out that is bad in one country only would be its new normal there."""
    alerts = alerts_of(world(in_germany, version="2"), settings=SETTINGS)
    first = about(alerts, "error:y")[0]
    assert first["labels"]["version"] == "2"
    assert first["labels"]["segment"] == "country=DE"
    assert first["drift"]["compared_with"] == "1"


def test_the_most_frequent_values_have_places() -> None:
    """A name with many values would take all memory; the first that come are not the ones that count."""
    random = Random(2)
    events = [
        prediction(at * STEP_MS, segments={"shop": f"rare{at}" if at < 3 else random.choice("ABCA")})
        for at in range(8000)
    ]
    settings = Settings(limits=Limits(segments=2), models={"m": ModelPlan(warm_up=200, segments=("shop",))})
    shard = Shard(0, settings, summaries=None)
    shard.apply(Records.of(written(events, stamped=True)))
    monitor = shard.models["m"].watch.monitor
    streams = {stream.segment for stream in monitor.streams.segments_of(StreamKey("1", "live"))}
    assert "shop=A" in streams
    assert "shop=other" in streams
    assert len(streams) == 3
    (notice,) = [each for each in monitor.notices.all() if each.subject == "segment shop"]
    assert "more than 2 values" in notice.sentence


def test_what_is_accepted_is_accepted_in_its_segments() -> None:
    """An operator who accepts a change of all predictions would be told of it by each country next."""
    (incident,) = {alert["labels"]["incident"] for alert in told(everywhere)}
    at_ms = START_MS + (CHANGE + 1000) * STEP_MS
    word = {"type": "control", "action": "accept", "model": "m", "id": "c", "alert_id": incident}
    accept: Timed = (at_ms, word | {"time": at_ms})
    events = written([*_timed(world(everywhere)), accept], stamped=True)
    alerts = alerts_of(events, settings=SETTINGS)
    assert "accepted" in {alert["ended"] for alert in alerts}
    assert {alert["labels"]["incident"] for alert in alerts} == {incident}


def _timed(records: list[Record]) -> list[Timed]:
    return [(record.timestamp or 0, orjson.loads(record.value or b"")) for record in records]
