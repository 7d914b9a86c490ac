"""An incident whose stream only pauses stays open."""

import random

from tests.pipeline.traffic import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    START_MS,
    Timed,
    alerts_of,
    prediction,
    told,
    written,
)


def reports(shift_at_ms: int, end_ms: int) -> list[Timed]:
    """One host's figures, once a minute, without a version, and nothing else."""
    chance = random.Random(3)
    found: list[Timed] = []
    for at_ms in range(0, end_ms, MINUTE_MS):
        load = chance.gauss(0.5, 0.05) + (0.4 if at_ms >= shift_at_ms else 0.0)
        event = {"type": "serving", "model": "m", "host": "a", "values": {"cpu": load}}
        found.append((START_MS + at_ms, event | {"time": START_MS + at_ms}))
    return found


def test_reports_without_predictions_keep_their_incident() -> None:
    """One lasting change was three incidents in four minutes, each over before it began."""
    found = [
        each for each in told(alerts_of(written(reports(40 * HOUR_MS, 60 * HOUR_MS)))) if "cpu" in each[1]
    ]
    assert [status for status, _, _ in found if status != "updated"][:1] == ["firing"]
    assert not [status for status, _, at_h in found if status == "resolved" and at_h < 42]


def test_daily_scoring_keeps_its_incident_over_night() -> None:
    """Each morning would resolve yesterday's incident and raise it anew."""
    chance = random.Random(4)
    events = [
        prediction(day * DAY_MS + number * 1000, features={"x": chance.gauss(0, 1) + (2 if day >= 3 else 0)})
        for day in range(6)
        for number in range(1500)
    ]
    alerts = [alert for alert in alerts_of(written(events)) if "feature:x" in str(alert["drift"]["signals"])]
    assert len({alert["id"].rsplit("-", 1)[0] for alert in alerts}) == 1
    for alert in alerts:
        if alert["status"] == "resolved":
            assert alert["endsAt"] >= alert["startsAt"]


def test_a_version_that_was_replaced_is_gone_and_says_since_when() -> None:
    """Its incident would stay open for ever, or be worded as recovery."""
    chance = random.Random(4)
    events = []
    for number in range(24 * 360):
        at_ms = number * 10_000
        version, shift = ("1", 2.0 * (at_ms >= 8 * HOUR_MS)) if at_ms < 9 * HOUR_MS else ("2", 2.0)
        events.append(prediction(at_ms, version=version, features={"x": chance.gauss(0, 1) + shift}))
    ended = [
        alert["annotations"]["description"]
        for alert in alerts_of(written(events))
        if alert["status"] == "resolved" and alert["labels"]["version"] == "1"
    ]
    assert ended
    assert "nothing was heard since 2026-11-16 08:59" in ended[0]
