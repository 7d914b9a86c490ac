from collections.abc import Sequence

import orjson

from driftline.stream_app.adapters.memory import records_of_messages
from driftline.stream_app.config import Limits, ModelPlan, Settings
from driftline.stream_app.pipeline import OutputRecord, Records, Shard, SourceRecord, recover
from driftline.stream_app.simulator import scenarios
from tests.pipeline.crashes import StateLog, crashing, state_of
from tests.streams import PREDICTIONS, Stream

SETTINGS = Settings(defaults=ModelPlan(warm_up=500))
RECORDS: list[SourceRecord] = list(Stream(count=2600, change_at=1400, shift=1.0, error_rate=0.3).records())


def undisturbed(
    settings: Settings = SETTINGS, records: Sequence[SourceRecord] = RECORDS
) -> tuple[dict[str, bytes], bytes]:
    """Alerts and final state of a run to which nothing happens."""
    shard = Shard(0, settings, summaries=None)
    shard.apply(Records.of(records))
    return by_id(shard.take_alerts()), state_of(shard)


def by_id(alerts: list[OutputRecord]) -> dict[str, bytes]:
    return {orjson.loads(alert.value)["id"]: alert.value for alert in alerts}


def test_crashes_change_no_alert() -> None:
    """A crash would lose an alarm, invent one, or change its content."""
    expected, state = undisturbed()
    assert len(expected) >= 2
    for seed in range(4):
        outcome = crashing(seed, SETTINGS, RECORDS)
        assert by_id(outcome.alerts) == expected
        assert state_of(outcome.shard) == state
        assert outcome.shard.epoch > 0


def test_crashes_change_no_alert_of_the_demo() -> None:
    """A kind of incident that only a whole scenario has could not be written to a checkpoint, or not be read
    back: the worker would die of it, again and again.
    """
    records = list(records_of_messages(scenarios()["demo-mix"].scaled(0.5).events(1)))
    expected, state = undisturbed(Settings(), records)
    statuses = {orjson.loads(alert)["status"] for alert in expected.values()}
    assert statuses >= {"firing", "updated", "resolved"}
    outcome = crashing(1, Settings(), records, batch_size=1000)
    assert by_id(outcome.alerts) == expected
    assert state_of(outcome.shard) == state
    assert outcome.shard.epoch > 5


def test_state_larger_than_a_record_is_split() -> None:
    """A model with many signals would be refused by the broker and never be checkpointed."""
    settings = SETTINGS.model_copy(update={"limits": Limits(record_bytes=5000)})
    assert by_id(crashing(1, settings, RECORDS).alerts) == undisturbed(settings)[0]
    shard = Shard(0, settings, summaries=None)
    shard.apply(Records.of(RECORDS[:3000]))
    (cut,) = shard.cut(shard.dirty)
    assert max(len(record.value or b"") for record in cut.records[:-1]) <= 5000


def test_a_checkpoint_writes_what_changed() -> None:
    """The whole join store in every checkpoint would be megabytes a second for nothing."""
    shard = Shard(0, Settings(), summaries=None)
    shard.apply(Records.of(RECORDS[:6000]))
    first = bytes_of(shard)
    shard.apply(Records.of(RECORDS[6000:6010]))
    second = bytes_of(shard)
    shard.apply(Records.of(RECORDS[6010:6020]))
    assert bytes_of(shard) <= second * 1.5
    assert second < first / 2


def bytes_of(shard: Shard) -> int:
    (cut,) = shard.cut(shard.dirty)
    shard.confirm(cut)
    return sum(len(record.value or b"") for record in cut.records)


def test_a_stale_owner_cannot_win() -> None:
    """A worker that was paused and wakes up late would turn the state back."""
    log: StateLog = []
    old = Shard(0, Settings(), epoch=1)
    old.apply(Records.of(RECORDS[:1000]))
    log += writes(old)
    new = recover(0, Settings(), log).shard
    assert new.epoch == 2
    new.apply(Records.of(RECORDS[1000:2000]))
    log += writes(new)
    old.apply(Records.of(RECORDS[1000:1500]))
    log += writes(old)
    recovered = recover(0, Settings(), log).shard
    assert recovered.epoch == 3
    assert recovered.positions[PREDICTIONS] == new.acknowledgeable()[PREDICTIONS] or (
        recovered.models["search"].absorbed == new.positions
    )
    assert recovered.models["search"].watch.monitor.sequence == new.models["search"].watch.monitor.sequence


def writes(shard: Shard) -> StateLog:
    log: StateLog = []
    for cut in shard.cut(shard.dirty):
        log += [(record.key, record.value) for record in cut.records]
        shard.confirm(cut)
        log += [(key, None) for key in cut.obsolete]
    return log


def test_an_unreadable_checkpoint_is_said_and_does_not_stop_the_worker() -> None:
    """A checkpoint of a later version would keep every worker from starting."""
    recovery = recover(0, Settings(), [(b"head|4|search", b"\xc1"), (b"what is this", b"x")])
    assert recovery.shard.epoch == 5
    assert len(recovery.unreadable) == 1
    assert "search" in recovery.unreadable[0]
    assert not recovery.shard.models


def test_a_dead_letter_is_written_again_when_its_record_is_read_again() -> None:
    """The model's checkpoint can be durable before the letter is: a crash in between would lose it."""
    bad = RECORDS[500]._replace(value=b"not json")  # type: ignore[attr-defined]
    records = [*RECORDS[:500], bad]
    shard = Shard(0, Settings())
    shard.apply(Records.of(records))
    recovered = recover(0, Settings(), writes(shard)).shard
    recovered.positions.clear()
    recovered.apply(Records.of(records))
    assert len(recovered.take_dead_letters()) == 1
    assert recovered.models["search"].watch.rejected == 1


def test_nothing_is_acknowledged_that_is_not_durable() -> None:
    """Acknowledged events would be lost with the worker."""
    shard = Shard(0, Settings())
    shard.apply(Records.of(RECORDS[:500]))
    first = {record.topic: 0 for record in RECORDS[:500]}
    assert shard.acknowledgeable() == first
    (cut,) = shard.cut(shard.dirty)
    assert shard.acknowledgeable() == first
    shard.apply(Records.of(RECORDS[500:600]))
    shard.confirm(cut)
    assert shard.acknowledgeable() == cut.positions
