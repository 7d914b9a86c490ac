"""Words of operators that change no reference, and the one that takes an accept back."""

from functools import cache
from typing import Any

import orjson
import pytest

from driftline.schemas import Control, Rejection, decode, rfc3339
from driftline.stream_app.config import AlertsPlan, ModelPlan, Settings, WorkerSettings
from driftline.stream_app.pipeline import Record
from tests.pipeline.crashes import crashing
from tests.pipeline.test_control import Outputs
from tests.pipeline.test_control import run as run_with
from tests.streams import START_MS, Stream, control, with_control

# Repeated after 90 minutes, not four hours, and summarised seldom: hours and summaries took the time.
SPARING = Settings(
    defaults=ModelPlan(warm_up=500, alerts=AlertsPlan(repeat_every_ms=5_400_000)),
    worker=WorkerSettings(summaries_every_s=600.0),
)
STEP_MS = 10_000
CHANGED = list(Stream(count=2500, change_at=900, shift=1.5, step_ms=STEP_MS).records())  # seven hours
DAY_MS = 86_400_000


def word(after: int, **fields: Any) -> dict[str, Any]:
    """What an operator says after so many predictions."""
    return control(f"c-{after}", START_MS + after * STEP_MS, **fields)


def run(records: list[Record], batch_size: int = 10_000) -> Outputs:
    return run_with(records, batch_size, SPARING)


@cache
def whole() -> Outputs:
    """The changed world, about which nobody says anything."""
    return run(CHANGED)


def repetitions(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [alert for alert in alerts if alert["status"] == "firing" and alert["sequence"] > 1]


def test_an_acknowledged_incident_is_not_repeated() -> None:
    """Who is at it already would be paged again every four hours."""
    calm = whole().alerts
    assert len(repetitions(calm)) == 1
    said = word(1050, alert_id=calm[0]["id"], action="acknowledge", until=START_MS + DAY_MS, by="anna")
    outputs = run(with_control(CHANGED, [said]))
    assert repetitions(outputs.alerts) == []
    told = [alert for alert in calm if alert not in repetitions(calm)]
    assert [alert["status"] for alert in outputs.alerts] == [alert["status"] for alert in told]
    (record,) = outputs.audit
    assert record["action"] == "acknowledged" and record["by"] == "anna"
    assert record["reason"].startswith("anna looks after it: it is not repeated until 2026-09-22")


def test_an_acknowledgement_runs_out() -> None:
    """An incident that was acknowledged once and forgotten would never be heard of again."""
    calm = whole().alerts
    until_ms = START_MS + 1700 * STEP_MS
    said = word(1050, alert_id=calm[0]["id"], action="acknowledge", until=until_ms)
    outputs = run(with_control(CHANGED, [said]))
    assert 1 <= len(repetitions(outputs.alerts)) <= len(repetitions(calm))
    assert outputs.audit[0]["until"] == rfc3339(until_ms)
    silent = [each for each in outputs.summaries if each["time"] < rfc3339(until_ms) and each["firing"]]
    assert silent, "it was open all the time"


@cache
def accepted_and_undone() -> list[Record]:
    """A change that is accepted, and taken back later."""
    alert = whole().alerts[0]
    accept = word(1200, alert_id=alert["id"], action="accept")
    undo = word(1500, accept_id="c-1200", action="undo", by="ben")
    return with_control(CHANGED, [accept, undo, word(1550, accept_id="c-1200", action="undo")])


@cache
def taken_back() -> Outputs:
    """What came of it, read at once."""
    return run(accepted_and_undone())


def test_an_accept_is_taken_back() -> None:
    """One wrong click would make a broken level the normal one for good."""
    outputs = taken_back()
    actions = [record["action"] for record in outputs.audit]
    assert actions == ["accepted", "undone", "ignored"]
    assert outputs.audit[1]["reason"] == "c-1200 was taken back by ben: the reference before it holds again."
    assert "or it was undone already" in outputs.audit[2]["reason"]
    ended = next(alert for alert in outputs.alerts if alert["status"] == "resolved")
    again = [alert for alert in outputs.alerts[outputs.alerts.index(ended) :] if alert["status"] == "firing"]
    assert again, "the level that was accepted by mistake is a change again"
    assert "x rose from 0 to 1." in again[0]["annotations"]["summary"]
    assert again[0]["time"] < rfc3339(START_MS + 1600 * STEP_MS)
    before = [summary for summary in outputs.summaries if summary["signal"] == "feature:x"]
    assert abs(before[-1]["reference"]["mean"]) < 0.3


def test_undoing_does_not_depend_on_batches_or_crashes() -> None:
    """What was kept for it must be part of the state, or a restart would lose the way back."""
    records, calm = accepted_and_undone(), taken_back()
    assert run(records, 97).alerts == calm.alerts
    outcome = crashing(1, SPARING, records)
    alerts = {each["id"]: each for each in map(orjson.loads, (record.value for record in outcome.alerts))}
    assert list(alerts.values()) == calm.alerts


def test_a_remark_is_written_down() -> None:
    """What one shift knew the next would not."""
    alert = whole().alerts[0]
    said = word(1200, alert_id=alert["id"], action="comment", comment="asked the mobile team", by="anna")
    outputs = run(with_control(CHANGED[:3000], [said]))
    (record,) = outputs.audit
    assert (record["action"], record["comment"]) == ("commented", "asked the mobile team")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"action": "acknowledge", "alert_id": "a-1-1"}, "until is missing"),
        ({"action": "acknowledge", "alert_id": "a-1-1", "until": "soon"}, "until is 'soon'"),
        ({"action": "undo"}, "accept_id is missing"),
        ({"action": "comment", "alert_id": "a-1-1"}, "comment is missing"),
    ],
)
def test_what_is_missing_is_said(fields: dict[str, Any], sentence: str) -> None:
    """A word that cannot be understood would vanish."""
    rejection = decode(orjson.dumps(word(1, **fields)), None)
    assert isinstance(rejection, Rejection) and rejection.sentence.startswith(sentence), rejection


def test_until_may_be_written_both_ways() -> None:
    """All times of the wire may be RFC 3339 or epoch milliseconds."""
    ways = [START_MS, "2026-09-21T14:00:00Z"]
    events = [
        decode(orjson.dumps(word(1, action="acknowledge", alert_id="a", until=way)), None) for way in ways
    ]
    assert all(isinstance(event, Control) and isinstance(event.until_ms, int) for event in events)
