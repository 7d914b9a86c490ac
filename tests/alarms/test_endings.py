"""Why an incident is over: what is said must be so."""

from dataclasses import replace
from math import nan
from typing import Any

import pytest
from msgspec import structs

from driftline.detectors import Moments
from driftline.schemas import Alert, Ended
from driftline.stream_app.monitoring.stream_key import StreamKey
from tests.alarms.desks import COVERAGE, HOUR_MS, START_MS, Desk, change
from tests.alarms.evidence import ARMED

BEFORE, AFTER = Moments(0.05, 0.2, 5000), Moments(0.2, 0.4, 200)


def life(desk: Desk, now: float, **at_the_end: Any) -> Alert:
    """The last word about errors that rose from 5 to 20 % and are at ``now`` when they count as normal."""
    desk.found(change("error:y", before=BEFORE, after=AFTER, share=True, unit="share"))
    desk.lately = Moments(now, 0.4, 400)
    desk.signal = replace(desk.signal, effect_size_sd=2.0, block_effects=(2.0,) * 8, away=True)
    for minute in (2, 10, 30):
        assert desk.at(minute) == []
    settled = {"effect_size_sd": 0.0, "block_effects": (0.0,) * 8, "away": False}
    desk.signal = replace(desk.signal, seen=9000, **(settled | at_the_end))
    told = desk.at(600)
    # What is not back may be values of before the recovery: a window later none of them is left.
    desk.signal = replace(desk.signal, seen=12_000)
    told += desk.at(602)
    [alert] = [each for each in told if each.status == "resolved"]
    return alert


def test_back_is_said_when_the_values_are_back() -> None:
    """The good news is what people wait for."""
    alert = life(Desk(), 0.06)
    assert alert.ended is Ended.BACK_AT_REFERENCE
    assert "It is back at its reference." in alert.annotations.description
    start = "Resolved. Concept drift: errors of y rose from 5 % to 20 %, now 6 %"
    assert alert.annotations.summary.startswith(start)


def test_a_level_that_was_followed_is_not_healthy() -> None:
    """Errors that rose for good were told as back at their reference after half a day."""
    alert = life(Desk(), 0.21)
    assert alert.ended is Ended.FOLLOWED
    description = alert.annotations.description
    assert "back at its reference" not in description
    assert "Not healthy: the change lasted 10 h and is followed as the new level" in description
    assert alert.annotations.summary.startswith("Closed, not healthy. ")


def test_what_is_back_at_a_level_that_was_followed_is_not_healthy_either() -> None:
    """The third small change after a large one that nobody saw to would end with "at its reference"."""
    desk = Desk()
    desk.signal = replace(ARMED, followed=1.5)
    alert = life(desk, 0.06)
    assert alert.ended is Ended.FOLLOWED
    assert "only back at a level that was followed" in alert.annotations.description


@pytest.mark.parametrize(
    ("at_the_end", "ended"),
    [({}, Ended.BACK_AT_REFERENCE), ({"followed": 2.0}, Ended.FOLLOWED)],
)
def test_where_the_clock_moves_a_signal_its_level_decides(at_the_end: dict[str, Any], ended: Ended) -> None:
    """A value of the evening says nothing about a change of the morning."""
    desk = Desk()
    desk.signal = replace(ARMED, seasonal=True)
    assert life(desk, 0.5, **at_the_end).ended is ended


def test_nothing_heard_is_no_recovery() -> None:
    """An outage would close every incident with good news."""
    desk = Desk()
    desk.found(change("error:y"))
    desk.hear(START_MS + HOUR_MS)
    [alert] = [
        each
        for hours in range(2, 30)
        for each in desk.tick(START_MS + hours * HOUR_MS, COVERAGE)
        if each.status == "resolved"
    ]
    assert alert.ended is Ended.NO_TRAFFIC
    assert "nothing was heard since 2026-09-21 15:13 UTC" in alert.annotations.description
    assert "back" not in alert.annotations.description


def test_a_version_that_is_gone_is_said_to_be_gone() -> None:
    """Nobody would know whether the roll-back helped or the monitor looked away."""
    desk = Desk()
    desk.found(change("error:y"))
    alerts = []
    for hours in range(1, 30):
        desk.monitor.streams[StreamKey("*", "live")].presence.hear(START_MS + hours * HOUR_MS)
        alerts += desk.tick(START_MS + hours * HOUR_MS, COVERAGE)
    over = [alert for alert in alerts if alert.status == "resolved"]
    assert [alert.ended for alert in over] == [Ended.VERSION_GONE]
    assert "Version 1 is gone" in over[0].annotations.description


def test_a_segment_that_is_gone_is_not_the_model() -> None:
    """ "There is no traffic any more" would be said of a model that is busy, or that its version is gone."""
    desk, key = Desk(), StreamKey("1", "live", "country=DE")
    desk.monitor.streams.new(key).presence.hear(START_MS)
    desk.found(structs.replace(change("error:y"), segment=key.segment))
    alerts = []
    for hours in range(1, 30):
        desk.monitor.streams[key.whole].presence.hear(START_MS + hours * HOUR_MS)
        alerts += desk.tick(START_MS + hours * HOUR_MS, COVERAGE)
    over = [alert for alert in alerts if alert.status == "resolved"]
    assert [alert.ended for alert in over] == [Ended.NO_TRAFFIC]
    assert "There is no traffic of country=DE any more" in over[0].annotations.description


def test_without_a_level_before_nothing_is_compared() -> None:
    """A change that only the time of the day shows has no number to be back at."""
    desk = Desk()
    [first] = desk.found(change("feature:x", before=Moments(nan, nan, 0), after=Moments(8.3, 1.0, 90)))
    assert first.annotations.summary == (
        "Data drift: x is higher than usual for the time of day, at 8.3 (search version 1)"
    )
