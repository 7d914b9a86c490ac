from collections import Counter
from itertools import chain

import orjson
import pytest

from driftline.stream_app.config import ModelPlan, Settings, WorkerSettings
from driftline.stream_app.pipeline import OutputRecord, Records, Shard, SourceRecord
from tests.streams import Stream

# Of each minute, not of every ten seconds: they took half of the time.
SETTINGS = Settings(defaults=ModelPlan(warm_up=500), worker=WorkerSettings(summaries_every_s=60.0))
COUNT, CHANGE_AT = 1200, 700
CHANGES = {
    "features": Stream(COUNT, CHANGE_AT, shift=1.5),
    "labels": Stream(COUNT, CHANGE_AT, error_rate=0.3),
    "quality": Stream(COUNT, CHANGE_AT, missing_rate=0.3),
}


Outputs = tuple[list[OutputRecord], list[OutputRecord], list[OutputRecord]]
"""Alerts, dead letters and summaries."""


def run(records: list[SourceRecord], batch_size: int) -> Outputs:
    shard = Shard(0, SETTINGS)
    alerts: list[OutputRecord] = []
    letters: list[OutputRecord] = []
    summaries: list[OutputRecord] = []
    for start in range(0, len(records), batch_size):
        shard.apply(Records.of(records[start : start + batch_size]))
        alerts += shard.take_alerts()
        letters += shard.take_dead_letters()
        summaries += shard.take_summaries()
    return alerts, letters, summaries


@pytest.mark.parametrize("name", CHANGES)
def test_batches_change_nothing(name: str) -> None:
    """Alerts that depend on fetch sizes could not be replayed, and would differ after a crash."""
    records: list[SourceRecord] = list(CHANGES[name].records())
    # A record that cannot be used in the middle of a batch counts at its place.
    records[2000] = records[2000]._replace(value=b"not json")  # type: ignore[attr-defined]
    whole = run(records, len(records))
    assert whole[0], "the change must be found for this test to compare anything"
    assert run(records, 1) == whole
    assert run(records, 97) == whole


def test_several_models_alert_in_the_order_of_their_records() -> None:
    """The same file would give the same alerts in another order."""
    streams = [
        list(Stream(COUNT, CHANGE_AT, model=model, shift=1.5, seed=seed).records())
        for seed, model in enumerate("abc")
    ]
    records: list[SourceRecord] = []
    offsets: dict[str, int] = {}
    for rows in zip(*(stream[:2600] for stream in streams), strict=True):
        for record in rows:
            offset = offsets.get(record.topic, 0)
            offsets[record.topic] = offset + 1
            records.append(record._replace(offset=offset))
    whole = run(records, len(records))
    assert {orjson.loads(alert.value)["labels"]["model"] for alert in whole[0]} == {"a", "b", "c"}
    assert run(records, 501) == whole


def interleaved(models: str, count: int) -> list[SourceRecord]:
    """The same traffic of several models, one record of each in turn, in which each of them changes."""
    streams = [
        list(Stream(model=model, count=count, change_at=count // 2, shift=2.0, seed=seed).records())
        for seed, model in enumerate(models)
    ]
    records: list[SourceRecord] = []
    offsets: Counter[str] = Counter()
    for record in chain(*zip(*streams, strict=False)):
        records.append(record._replace(offset=offsets[record.topic]))
        offsets[record.topic] += 1
    return records


@pytest.mark.parametrize("batch_size", [64, 1000])
def test_rows_that_wait_for_more_change_nothing(batch_size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that catches up would give other alerts, and other checkpoints, than one that keeps up."""
    monkeypatch.setattr("driftline.stream_app.pipeline.shard.HELD_RECORDS", 3 * batch_size + 1)
    records = interleaved("abc", 1600)
    settings = Settings(defaults=ModelPlan(warm_up=400))
    prompt, patient = Shard(0, settings, summaries=None), Shard(0, settings, summaries=None)
    for start in range(0, len(records), batch_size):
        batch = Records.of(records[start : start + batch_size])
        prompt.apply(batch)
        patient.apply(batch, more=start + batch_size < len(records))
    assert [cut.records for cut in patient.cut("abc")] == [cut.records for cut in prompt.cut("abc")]
    alerts = prompt.take_alerts()
    assert {orjson.loads(alert.value)["labels"]["model"] for alert in alerts} == {"a", "b", "c"}
    assert sorted(patient.take_alerts()) == sorted(alerts)


def test_a_checkpoint_takes_in_what_waits() -> None:
    """What was read before a checkpoint and waits for more would be lost in a crash after it."""
    records = interleaved("ab", 300)
    prompt, patient = Shard(0, Settings(), summaries=None), Shard(0, Settings(), summaries=None)
    prompt.apply(Records.of(records))
    patient.apply(Records.of(records), more=True)
    assert patient.models["a"].watch.waiting
    (cut,) = patient.cut(["a"])
    assert not patient.models["a"].watch.waiting
    assert [cut.records] == [cut.records for cut in prompt.cut(["a"])]


def test_records_below_the_position_are_skipped() -> None:
    """A re-delivered batch would be counted twice."""
    records: list[SourceRecord] = list(Stream(count=100).records())
    shard = Shard(0, Settings())
    shard.apply(Records.of(records))
    shard.apply(Records.of(records))
    assert shard.counters.skipped == len(records)
    assert shard.counters.events["prediction"] == 100
