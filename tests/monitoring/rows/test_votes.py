import json
import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.notices import Notice
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.pipeline import Record, Records, Shard
from driftline.stream_app.pipeline.codec import pack, unpack

START_MS = 1_790_000_000_000
WARM_UP = 100


def predictions(values: Iterable[Any], section: str = "features", name: str = "x") -> list[dict[str, Any]]:
    """A prediction every second with each of the values; ``...`` for none."""
    return [
        {
            "type": "prediction",
            "id": f"p-{number}",
            "model": "m",
            "version": "v1",
            "time": START_MS + number * 1000,
            section: {"other": 1.0} | ({} if value is ... else {name: value}),
        }
        for number, value in enumerate(values)
    ]


def read(
    events: list[dict[str, Any]],
    plan: dict[str, Any] | None = None,
    batch: int = 5000,
    *,
    restart: bool = False,
) -> Shard:
    """A shard that has read the events; with ``restart`` each batch is read by one restored from a state."""
    configured = Settings.model_validate({"defaults": {"warm_up": WARM_UP} | (plan or {})})
    shard = Shard(0, configured, summaries=None)
    lines = [json.dumps(event).encode() for event in events]
    records = [Record("t", 0, place, None, b"m", line) for place, line in enumerate(lines)]
    for start in range(0, len(records), batch):
        shard.apply(Records.of(records[start : start + batch]))
        if restart:
            stream = shard.models["m"].watch.monitor.streams[StreamKey("v1", "live")]
            stream.predictions.restore(unpack(pack(stream.predictions.snapshot())))
    return shard


def signals(shard: Shard) -> dict[str, bool]:
    """The signals of the one stream, and whether they are armed."""
    bank = shard.models["m"].watch.monitor.streams[StreamKey("v1", "live")].predictions.bank
    return {state.name: state.armed for state in bank.states() if not state.name.endswith(":other")}


def notices(shard: Shard) -> list[Notice]:
    return shard.models["m"].watch.monitor.notices.all()


def numbers(count: int, mean: float = 0.0) -> list[float]:
    chance = random.Random(count)
    return [chance.gauss(mean, 1.0) for _ in range(count)]


NUMERIC = {"feature:x": True, "missing:x": True, "type:x": True}


@pytest.mark.parametrize(
    "odd",
    [
        ["n/a"],
        ["n/a"] * 20,
        [None] * 20 + ["n/a"] * 20,
        [True, "n/a", [1.0], ""],
        [{"a": 1}] * 50,
        ["n/a", 1.0, "n/a", "n/a"],
        [[]],
        [[0.0] * 100] * 3,
    ],
)
def test_a_column_is_what_most_of_its_values_are(odd: list[Any]) -> None:
    """The first value decided: one "n/a" made a column of numbers one of text, with every number a misfit."""
    shard = read(predictions(odd + numbers(400)))
    assert signals(shard) == NUMERIC
    assert not [notice for notice in notices(shard) if notice.why == "type_misfit"]


@pytest.mark.parametrize("values", [[True, False], ["a", "b", "c"], [[1.0, 2.0], [2.0, 1.0]], [[0.0] * 100]])
@pytest.mark.parametrize("section", ["features", "outputs"])
def test_so_it_is_for_every_type(values: list[Any], section: str) -> None:
    """A number among booleans, or a default among lists, would blind a signal for good."""
    odd: list[Any] = [-1.0, -1.0, -1.0]
    late = read(predictions(odd + values * 300, section))
    alone = read(predictions(values * 300, section))
    assert signals(late).keys() == signals(alone).keys()
    assert all(signals(late).values()) and all(signals(alone).values())


def test_a_type_that_was_wrong_for_long_is_put_right() -> None:
    """An upstream job that is repaired after its first day would stay unwatched until the next version."""
    shard = read(predictions(["n/a"] * 90 + numbers(300)))
    assert signals(shard) == NUMERIC


def test_once_armed_a_column_stays_what_it_is() -> None:
    """Numbers that become text are an incident, not a new column."""
    values: list[Any] = [*numbers(300), *["broken"] * 3000]
    shard = read(predictions(values))
    assert signals(shard) == NUMERIC
    [alert] = [json.loads(output.value or b"") for output in shard.take_alerts()][:1]
    assert alert["labels"]["alertname"] == "DataQuality"
    assert {"type:x", "missing:x"} & {each["signal"] for each in alert["drift"]["signals"]}


def test_a_feature_that_becomes_an_object_is_data_quality() -> None:
    """After a deployment every event was refused, and nobody was told."""
    shard = read(predictions([*numbers(300), *[{"value": 1}] * 200]))
    [alert] = [json.loads(output.value or b"") for output in shard.take_alerts()][:1]
    assert alert["drift"]["signals"][0]["signal"] == "type:x"
    [notice] = notices(shard)
    assert (notice.why, notice.count, notice.since_ms) == ("value_unusable", 200, START_MS + 300_000)
    assert "m: feature 'x' is an object in some events" in notice.sentence


def test_half_text_half_numbers_does_not_change_for_ever() -> None:
    """Each change begins the warm-up anew: a column that is both would never be armed."""
    chance = random.Random(1)
    shard = read(predictions([chance.choice(["a", 1.0]) for _ in range(3000)]))
    assert all(signals(shard).values())
    changes = [notice.count for notice in notices(shard) if "most values are" in notice.sentence]
    assert sum(changes) < 5


def test_a_declared_type_stays() -> None:
    """What the configuration says is not put to the vote; that it is wrong is said."""
    shard = read(predictions(["a", "b"] * 200), {"features": {"x": {"type": "numeric"}}})
    assert signals(shard)["feature:x"] is False
    [notice] = notices(shard)
    assert notice.why == "type_misfit"
    assert "of 394 values are no numbers" in notice.sentence


def test_numbers_as_text_are_said() -> None:
    """Ten thousand prices as text are a hundred categories and the rest: nothing of them is watched."""
    shard = read(predictions([f"{value:.3f}" for value in numbers(400)]))
    [notice] = notices(shard)
    assert "can be read as numbers" in notice.sentence and "type: numeric" in notice.sentence
    assert not notices(read(predictions(["a1", "b2", "c3", "d4"] * 100)))


def test_an_heir_may_be_of_another_type() -> None:
    """A version whose answers are numbers where they were classes would not be watched at all."""
    events = predictions(["yes", "no"] * 200, "outputs") + predictions(numbers(400), "outputs")
    for number, event in enumerate(events):
        event |= {"id": f"p-{number}", "time": START_MS + number * 1000}
        event["version"] = "v1" if number < 400 else "v2"
    shard = read(events, {"outputs": {"x": {"new_version": "fresh"}}})
    bank = shard.models["m"].watch.monitor.streams[StreamKey("v2", "live")].predictions.bank
    armed = {state.name: state.armed for state in bank.states() if state.name.endswith(":x")}
    assert armed["output:x"] and "class:x" not in armed


VALUES = st.sampled_from([1.0, 2.5, "a", "b", True, None, ..., [1.0, 2.0], [0.0] * 70, {"a": 1}, ""])
STRETCHES = st.tuples(VALUES, st.integers(1, 60))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(VALUES, st.integers(1, 60)), min_size=1, max_size=8), st.integers(1, 80), st.booleans()
)
def test_batches_and_restarts_decide_nothing(
    stretches: list[tuple[Any, int]], batch: int, restart: bool
) -> None:
    """The same records would give other alerts after a crash."""
    values = [value for value, count in stretches for _ in range(count)]
    plan = {"warm_up": 20}
    once, often = read(predictions(values), plan), read(predictions(values), plan, batch, restart=restart)
    tables = [
        shard.models["m"].watch.monitor.streams[StreamKey("v1", "live")].predictions
        for shard in (once, often)
    ]
    states = [[(state.name, state.armed, state.seen) for state in table.bank.states()] for table in tables]
    assert states[0] == states[1]
    sections = [[section.snapshot() for section in table.sections] for table in tables]
    assert sections[0] == sections[1]
    assert notices(once) == notices(often)


def test_null_for_good_and_back_is_told() -> None:
    """A column that nobody fills any more is the most common incident there is."""
    values: list[Any] = [*numbers(2000), *[None] * 600, *numbers(2000)]
    alerts = [json.loads(output.value or b"") for output in read(predictions(values)).take_alerts()]
    assert [alert["status"] for alert in alerts] == ["firing", "resolved"]
    assert {each["signal"] for each in alerts[0]["drift"]["signals"]} == {"missing:x"}


@pytest.mark.parametrize("restart", [False, True])
def test_a_new_version_asks_no_more_of_what_was_left_out(restart: bool) -> None:
    """Dates have no signal that could be armed: each later version would put its columns to the vote, and
    read a batch at a time, for ever.
    """
    events = predictions([f"2026-11-{10 + number // 60:02d}" for number in range(600)])
    for number, event in enumerate(events):
        event["version"] = "v1" if number < 400 else "v2"
    shard = read(events, batch=100, restart=restart)
    table = shard.models["m"].watch.monitor.streams[StreamKey("v2", "live")].predictions
    assert "feature:x" not in table.bank and "missing:x" in table.bank
    assert not [section.votes for section in table.sections if section.votes]
    assert len([notice for notice in notices(shard) if "'x' is text of dates" in notice.sentence]) == 1
