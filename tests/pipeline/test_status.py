"""The record of a model's state: what it says, and that it depends on nothing but the events."""

import json
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from driftline.schemas.json_schemas import json_schema
from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.config import ModelPlan, Settings
from driftline.stream_app.monitoring.notices import Why
from driftline.stream_app.outputs import MemorySink
from driftline.stream_app.pipeline import Record, Records, Shard, recover
from driftline.stream_app.pipeline.status import LISTED
from tests.streams import CONTROL, PREDICTIONS, START_MS, Stream, control

SETTINGS = Settings(defaults=ModelPlan(warm_up=300))


def applied(records: list[Record], batch_size: int = 10_000, settings: Settings = SETTINGS) -> Shard:
    """A worker's shard that has absorbed records in batches of a size."""
    shard = Shard(0, settings, 1, summaries="latest")
    for start in range(0, len(records), batch_size):
        shard.apply(Records.of(records[start : start + batch_size]))
    return shard


def status_of(shard: Shard) -> dict[str, Any]:
    """What is said of the model search now."""
    return dict(orjson.loads(shard.models["search"].watch.status().value))


def test_a_status_says_what_is_watched_and_what_is_open() -> None:
    """An operator would have to read the logs of the right worker."""
    status = status_of(applied(list(Stream(count=4000, error_rate=0.5).records())))
    (everything, version) = sorted(status["versions"], key=lambda each: str(each["version"]))
    assert (everything["version"], everything["last_event_at"]) == ("*", None)
    assert (version["version"], version["role"], version["compared_with"]) == ("1", "live", None)
    assert version["events_per_s"] == pytest.approx(1.0, rel=0.1)
    assert status["armed"] == sum(each["armed"] for each in status["versions"])
    kept = 1  # the version's own throughput is summarised, not watched
    assert status["signals"] - status["armed"] - kept == status["unarmed_count"]
    assert (status["labels"]["joined"], status["labels"]["join_rate"]) == (4000, 1.0)
    (incident,) = status["incidents"]
    assert (incident["kind"], incident["severity"]) == ("concept_drift", "critical")
    assert "error:intent" in incident["signals"]
    assert incident["summary"]
    assert status["budget"]["asked_per_30d"] == pytest.approx(1.0)
    assert status["coverage"]["seen"] > 8000


def test_what_is_not_armed_says_what_it_waits_for() -> None:
    """A signal that never fires looks like a healthy one."""
    status = status_of(applied(list(Stream(count=100, change_at=100).records())))
    unarmed = {each["signal"]: each for each in status["unarmed"]}
    assert (unarmed["feature:x"]["seen"], unarmed["feature:x"]["needed"]) == (100, 300)
    assert unarmed["feature:x"]["ready_at"] > status["time"]
    assert len(status["unarmed"]) <= LISTED <= status["unarmed_count"]


def test_a_thin_model_is_told_that_it_is_not_watched() -> None:
    """Three weeks of learning look like three weeks of health."""
    thin = list(Stream(count=60, change_at=60, step_ms=900_000).records())
    shard = applied(thin, settings=Settings(defaults=ModelPlan(warm_up=2000)))
    (notice, *_) = [each for each in status_of(shard)["notices"] if each["why"] == Why.NOT_ARMED]
    assert "more days at this rate (9" in notice["sentence"]
    assert any("more days at this rate" in said for said in shard.take_notices())


def test_refused_records_are_counted_by_reason() -> None:
    """A deployment that writes another type is seen by nothing else."""
    records = list(Stream(count=50, change_at=50).records())
    last = max(record.offset for record in records if record.topic == PREDICTIONS)
    bad = Record(PREDICTIONS, 0, last + 1, START_MS + 60_000, b"search", b'{"type":"prediction"}')
    assert status_of(applied([*records, bad]))["refused"] == {"missing_field": 1}


@pytest.mark.parametrize("batch_size", [1, 97, 2048])
def test_a_status_does_not_depend_on_batches(batch_size: int) -> None:
    """What is remembered for it is part of the state, and a state that depends on fetches is not restored."""
    records = list(Stream(count=1500, change_at=700, error_rate=0.5).records())
    assert status_of(applied(records, batch_size)) == status_of(applied(records))


def test_a_status_survives_a_restart() -> None:
    """Events a second and the words of open incidents would be gone until the next alert."""
    shard = applied(list(Stream(count=1500, change_at=700, error_rate=0.5).records()))
    (cut,) = shard.cut(["search"])
    restored = recover(0, SETTINGS, [(record.key, record.value) for record in cut.records]).shard
    assert status_of(restored) == status_of(shard)


def test_one_record_a_round_and_a_model() -> None:
    """A worker that catches up with a day would write 8,640 of each model."""
    shard = applied(list(Stream(count=1000, change_at=1000).records()))
    (record,) = shard.take_statuses()
    assert record.key == b"status|search"
    assert shard.take_statuses() == []
    Draft202012Validator(json_schema("model-status")).validate(json.loads(record.value))


def test_readers_of_signals_meet_summaries_only() -> None:
    """Whoever reads `signal` of every line of `replay --signals` would stumble."""
    sink = MemorySink("signals")
    summary = replay(batches(Stream(count=400, change_at=400).records()), SETTINGS, sink, summaries="every")
    summaries = sink.decoded("signals")
    assert all("signal" in each for each in summaries)
    waiting = [each["waits_for"] for each in summaries if not each["armed"] and each["signal"] == "feature:x"]
    assert waiting[0]["of"] == 300
    assert all(each["waits_for"] is None for each in summaries if each["armed"])
    assert {each.model for each in summary.not_watched} <= {"search"}


def test_what_an_operator_has_accepted_is_open_no_longer() -> None:
    """Who stands at the screen would read for minutes that what was just accepted is open."""
    shard = applied(list(Stream(count=4000, error_rate=0.5).records()))
    (record,) = shard.take_statuses()
    (incident,) = orjson.loads(record.value)["incidents"]
    event = control("c1", START_MS + 4_000_000, action="accept", alert_id=incident["id"])
    shard.apply(Records.of([Record(CONTROL, 0, 0, None, b"search", orjson.dumps(event))]))
    (record,) = shard.take_statuses()
    assert orjson.loads(record.value)["incidents"] == []


def test_events_of_one_moment_are_counted_all_the_same() -> None:
    """A table of predictions with one time for all of them would say that it still learns."""
    stream = list(Stream(count=400, change_at=400, step_ms=0).records())
    spaced = [
        record._replace(timestamp=START_MS + place * 1000)
        for place, record in enumerate(stream)
        if record.topic == PREDICTIONS
    ]
    shard = Shard(0, SETTINGS, 1, summaries="latest")
    seen = []
    for start in range(0, len(spaced), 40):
        shard.apply(Records.of(spaced[start : start + 40]))
        seen += [orjson.loads(record.value)["coverage"]["seen"] for record in shard.take_statuses()]
    assert len(seen) >= 4 and seen[-1] >= 300
