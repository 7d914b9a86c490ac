"""What operators say, through the whole pipeline."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
import pytest

from driftline.stream_app.config import ModelPlan, Settings, WorkerSettings
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.pipeline import Record, Records, Shard
from driftline.stream_app.pipeline.codec import pack
from tests.pipeline.crashes import crashing, state_of
from tests.streams import CONTROL, START_MS, Stream, control, with_control

SECOND_MS = 1000
# Of each minute, not of every ten seconds: they took half of the time.
SETTINGS = Settings(defaults=ModelPlan(warm_up=500), worker=WorkerSettings(summaries_every_s=60.0))
SHIFTED = list(Stream(count=3000, change_at=1000, shift=1.5).records())


@dataclass
class Outputs:
    """What a shard said."""

    alerts: list[dict[str, Any]]
    audit: list[dict[str, Any]]
    summaries: list[dict[str, Any]]
    letters: list[dict[str, Any]]
    state: bytes
    shard: Shard


def run(records: list[Record], batch_size: int = 10_000, settings: Settings = SETTINGS) -> Outputs:
    shard = Shard(0, settings)
    taken: list[list[Any]] = [[], [], [], []]
    for start in range(0, len(records), batch_size):
        shard.apply(Records.of(records[start : start + batch_size]))
        takes = (shard.take_alerts, shard.take_audit, shard.take_summaries, shard.take_dead_letters)
        for outputs, take in zip(taken, takes, strict=True):
            outputs += [orjson.loads(record.value) for record in take()]
    return Outputs(*taken, state=state_of(shard), shard=shard)


@cache
def silent() -> Outputs:
    """The shifted stream, about which nobody says anything."""
    return run(SHIFTED)


def said(alert_id: str, after_s: int, **fields: Any) -> dict[str, Any]:
    return control(f"c-{after_s}", START_MS + after_s * SECOND_MS, alert_id=alert_id, **fields)


@pytest.mark.parametrize(
    "words",
    [{"action": "accept"}, {"action": "verdict", "verdict": "expected_change", "comment": "new microphones"}],
)
def test_an_accepted_change_is_over_and_the_next_one_is_measured_from_there(words: dict[str, Any]) -> None:
    """A wanted change would be repeated every four hours, and the way back would not be seen."""
    stream = Stream(count=3000, change_at=1000, recover_at=2300, shift=1.5)
    records = list(stream.records())
    alert = silent().alerts[0]  # the same: until then the streams are the same
    outputs = run(with_control(records, [said(alert["id"], 1200, **words)]))
    same = [each for each in outputs.alerts if each["id"].startswith(alert["id"][:-2] + "-")]
    assert same[-1]["status"] == "resolved"
    assert same[-1]["endsAt"] < "2026-09-21T14:37", same[-1]["endsAt"]
    comment = " (new microphones)" if "comment" in words else ""
    assert f"Accepted as the new normal by anna{comment}." in same[-1]["annotations"]["description"]
    assert {record["action"] for record in outputs.audit} == {"accepted"}
    assert "feature:x" in {record["signal"] for record in outputs.audit}
    back = outputs.alerts[len(same) :]
    assert back[0]["annotations"]["signal"] == "feature:x"
    assert back[0]["drift"]["direction"] == "down"
    assert back[0]["drift"]["before"]["mean"] == pytest.approx(1.5, abs=0.2)
    state = outputs.shard.models["search"].watch.monitor.state(
        StreamKey("1", "live"), "predictions", "feature:x"
    )
    assert state is not None
    assert state.reference is not None
    assert state.reference.mean == pytest.approx(1.5, abs=0.2)


def test_signals_are_accepted_by_name_in_the_streams_that_are_meant() -> None:
    """A version that nobody spoke of would forget what is normal for it."""
    words = control("c-1", START_MS + 1200 * SECOND_MS, action="accept", signals=["feature:x", "feature:z"])
    outputs = run(with_control(SHIFTED, [words]))
    assert [(record["action"], record["signal"]) for record in outputs.audit] == [
        ("ignored", None),
        ("accepted", "feature:x"),
    ]
    assert outputs.audit[0]["reason"] == "Not watched: feature:z."
    other = run(with_control(SHIFTED, [words | {"version": "2"}]))
    assert {record["action"] for record in other.audit} == {"ignored"}
    assert other.audit[0]["reason"] == "Not watched in version 2: feature:x, feature:z."


@cache
def judged() -> Outputs:
    """The shifted stream, whose first alert is called noise."""
    alert = silent().alerts[0]
    return run(with_control(SHIFTED, [said(alert["id"], 1200, action="verdict", verdict="noise")]))


def test_a_verdict_moves_the_budget() -> None:
    """What people say would be written down and change nothing."""
    asked, before = (
        each.shard.models["search"].watch.monitor.streams[StreamKey("1", "live")].asked["predictions"]
        for each in (judged(), silent())
    )
    assert asked["feature:x"] > 1.5 * before["feature:x"]
    assert judged().audit[0]["old_weight"] == 1.0
    assert judged().audit[0]["new_weight"] == 0.5
    assert judged().audit[0]["alert_id"] == silent().alerts[0]["id"]


def test_bad_words_are_dead_letters_and_unknown_alerts_are_audited() -> None:
    """A mistake would vanish, or stop the worker."""
    outputs = run(
        with_control(
            SHIFTED[:500],
            [said("a-1-1", 10, action="verdict"), said("a-1-1", 20, action="verdict", verdict="noise")],
        )
    )
    assert [letter["reason"] for letter in outputs.letters] == ["missing_field"]
    assert outputs.letters[0]["source"]["topic"] == CONTROL
    assert [record["action"] for record in outputs.audit] == ["ignored"]
    assert outputs.shard.models["search"].watch.control.outcomes == {"unknown_alert": 1}


@cache
def history() -> list[Record]:
    """A change that is judged, accepted and followed by another, and words about nothing."""
    stream = Stream(count=3000, change_at=1000, recover_at=2300, shift=1.5, error_rate=0.3)
    records = list(stream.records())
    alert = run(records[: len(records) // 2]).alerts[0]
    return with_control(
        records,
        [
            said(alert["id"], 1150, action="verdict", verdict="useful"),
            said(alert["id"], 1150, action="verdict", verdict="useful"),
            said("0123456789abcdef", 1151, action="verdict", verdict="noise"),
            said(alert["id"], 1200, action="verdict", verdict="expected_change"),
            said(alert["fingerprint"], 2500, action="verdict", verdict="noise"),
            control("c-9", START_MS + 2600 * SECOND_MS, action="accept", signals=["missing:y"]),
        ],
    )


@cache
def calm() -> Outputs:
    """The same, read at once by a worker that does not die."""
    return run(history(), len(history()))


def test_batches_change_nothing() -> None:
    """What an operator said would count from another moment on in a replay, or after a crash."""
    records, whole = history(), calm()
    assert {record["action"] for record in whole.audit} == {"weighed", "accepted", "ignored"}
    for size in (1, 97):
        outputs = run(records, size)
        assert outputs.alerts == whole.alerts
        assert outputs.audit == whole.audit
        assert outputs.summaries == whole.summaries
        assert outputs.state == whole.state


def test_crashes_change_nothing() -> None:
    """A crash would lose a verdict, count it twice, or publish its audit record under another id."""
    for seed in range(3):
        outcome = crashing(seed, SETTINGS, history())
        alerts = {each["id"]: each for each in map(orjson.loads, (record.value for record in outcome.alerts))}
        audit = {each["id"]: each for each in map(orjson.loads, (record.value for record in outcome.audit))}
        assert list(alerts.values()) == calm().alerts
        assert list(audit.values()) == calm().audit
        assert state_of(outcome.shard) == calm().state


def test_summaries_say_what_was_requested_and_what_came_of_it() -> None:
    """A budget that nobody can compare with what happened is a wish."""
    latest = {(each["version"], each["signal"]): each for each in judged().summaries}
    shifted = latest["1", "feature:x"]
    assert shifted["realised_alerts_per_30d"] == pytest.approx(30.0)
    assert shifted["watch_only"] is False
    requested = [each["requested_false_alarms_per_30d"] for each in latest.values()]
    assert sum(each for each in requested if each is not None) <= 1.3
    assert shifted["requested_false_alarms_per_30d"] > 0
    assert judged().shard.models["search"].watch.desk.tally.per_day() == pytest.approx(1.0)


def test_the_state_is_plain() -> None:
    """A checkpoint that holds an object of this program could not be read by the next one."""
    watch = calm().shard.models["search"].watch
    assert pack(watch.snapshot())


def test_who_comes_late_summarises_only_what_is() -> None:
    """A worker that catches up with a day would publish, and first hold in memory, 8,640 of every signal."""
    shard = Shard(0, SETTINGS, summaries="latest")
    shard.apply(Records.of(SHIFTED))
    keys = [record.key for record in shard.take_summaries()]
    assert len(keys) == len(set(keys)) > 10
    assert not shard.take_summaries()
