"""Reports: the right incident is held against the right change, and only a stranger is a false alarm."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from driftline.schemas import rfc3339
from driftline.stream_app.simulator import Report, Truth, WallClock, incidents_of, render, report

NOON_MS = 1_793_620_800_000
MINUTE_MS = 60_000


def truth(change: str, began_min: int, ended_min: int | None, kind: str, **other: Any) -> Truth:
    """A change that begins and ends so many minutes after noon."""
    fields: dict[str, Any] = {
        "scenario": "test",
        "seed": 1,
        "change": change,
        "model": "voice-search",
        "version": "v1",
        "role": "live",
        "kind": kind,
        "signals": ("feature:volume_dbfs", "feature:silence_before_ms"),
        "began_ms": NOON_MS + began_min * MINUTE_MS,
        "ended_ms": None if ended_min is None else NOON_MS + ended_min * MINUTE_MS,
        "gradual": False,
        "alarm_due": True,
        "first_prediction": began_min,
    }
    return Truth(**(fields | other))


def alert(detected_min: float, kind: str = "data_drift", **other: Any) -> dict[str, Any]:
    """An alert detected so many minutes after noon, begun half a minute earlier."""
    detected_ms = NOON_MS + round(detected_min * MINUTE_MS)
    began_at = rfc3339(other.get("began_ms", detected_ms - 30_000))
    return {
        "id": other.get("id", f"a-{detected_min}"),
        "status": other.get("status", "firing"),
        "fingerprint": other.get("fingerprint", f"f-{kind}"),
        "sequence": other.get("sequence", 0),
        "startsAt": other.get("starts_at", began_at),
        "labels": {"model": other.get("model", "voice-search"), "version": other.get("version", "v1")},
        "annotations": {"summary": "volume_dbfs moved"},
        "drift": {
            "kind": kind,
            "began_at": began_at,
            "detected_at": rfc3339(detected_ms),
            "signals": [
                {"signal": name, "effect_size_sd": 1.0}
                for name in other.get("signals", ("feature:volume_dbfs",))
            ],
        },
    }


MICROPHONE = truth("microphone", 10, 30, "data_drift")
WORDS = truth("words", 60, None, "concept_drift", signals=("error:intent", "rate:redo_search"))


def test_delays_are_counted_in_time_predictions_and_on_the_clock() -> None:
    """The figures that a reader compares detectors by."""
    minutes = [NOON_MS + minute * MINUTE_MS for minute in range(60)]
    clock = WallClock(injected_s={"microphone": 100.0}, received_s={"a-14": 103.5})
    (row,) = report([alert(14)], [MICROPHONE], minutes, clock).rows
    assert row.delay_s == 240.0
    assert row.delay_predictions == 5  # those of minutes 10, 11, 12, 13 and 14
    assert row.delay_wall_s == 3.5
    assert row.right_kind


def test_without_clock_and_predictions_those_delays_are_unknown() -> None:
    """An unknown delay must not read as zero."""
    (row,) = report([alert(14)], [MICROPHONE]).rows
    assert row.delay_predictions is None
    assert row.delay_wall_s is None


@pytest.mark.parametrize("detected_min", [5, 46, 55])
def test_an_incident_before_a_change_or_long_after_it_is_false(detected_min: int) -> None:
    """Otherwise an always-firing detector would score perfectly."""
    result = report([alert(detected_min)], [MICROPHONE])
    assert [incident.id for incident in result.false_alarms] == [f"a-{detected_min}"]
    assert result.missed == (MICROPHONE,)


def test_an_incident_that_began_in_time_counts_when_detected_late() -> None:
    """Labels come late: what began during the change belongs to it."""
    late = alert(58, began_ms=MICROPHONE.began_ms + 1)
    assert report([late], [MICROPHONE]).false_alarms == ()


@pytest.mark.parametrize("other", [{"model": "ocr"}, {"version": "v0"}])
def test_an_incident_of_another_model_or_version_is_false(other: dict[str, str]) -> None:
    """An alarm about the wrong thing is not a finding."""
    assert len(report([alert(14, **other)], [MICROPHONE]).false_alarms) == 1


def test_any_version_matches_a_truth_that_names_none() -> None:
    """Traffic that moves between versions shows in both."""
    moving = truth("moves", 10, 30, "data_drift", version=None)
    assert report([alert(14, version="v0")], [moving]).false_alarms == ()


def test_updates_and_republished_alerts_are_one_incident_and_resolved_is_no_alarm() -> None:
    """After a crash alerts are published again: they must not count as further alarms."""
    began = {"starts_at": rfc3339(NOON_MS + 13 * MINUTE_MS)}
    alerts = [
        alert(18, sequence=1, id="update", **began),
        alert(14, id="first", **began),
        alert(14, id="first", **began),
        alert(50, sequence=2, id="resolved", status="resolved", **began),
        alert(40, id="gone", status="resolved", fingerprint="never seen firing"),
    ]
    result = report(alerts, [MICROPHONE])
    (row,) = result.rows
    assert row.incident is not None
    assert row.incident.id == "first"
    assert row.further_incidents == 0
    assert result.false_alarms == ()


def test_a_second_incident_of_a_change_is_counted_with_it() -> None:
    """One change, one alert is the promise: the second must be visible."""
    (row,) = report([alert(14), alert(20, kind="data_quality")], [MICROPHONE]).rows
    assert row.further_incidents == 1
    assert row.repetitions == 1


def test_what_else_a_change_moves_is_told_of_it_later_and_repeats_nothing() -> None:
    """Labels come hours after features: their incident tells something new, the one after it does not."""
    other = {"signals": ("feature:silence_before_ms",)}
    later = alert(25, kind="behavior", **other)
    again = alert(28, kind="concept_drift", **other)
    (row,) = report([alert(14), later, again], [MICROPHONE]).rows
    assert row.further_incidents == 2
    assert row.repetitions == 1


def test_an_incident_goes_to_the_change_whose_kind_it_has() -> None:
    """When one change follows another closely, the later must not claim the earlier's alarm."""
    follows = truth("words", 35, None, "concept_drift", signals=("error:intent",))
    rows = report([alert(36), alert(37, kind="concept_drift")], [follows, MICROPHONE]).rows
    assert [row.truth.change for row in rows] == ["microphone", "words"]
    assert [row.incident.id if row.incident else None for row in rows] == ["a-36", "a-37"]


def test_right_kind_by_signals_alone() -> None:
    """Behaviours that a concept drift moves may fire before any label has come."""
    by_signals = alert(62, kind="behavior", signals=("rate:redo_search",))
    beside = alert(62, kind="behavior", signals=("rate:redo_search", "rate:share"))
    assert report([by_signals], [WORDS]).rows[0].right_kind
    assert not report([beside], [WORDS]).rows[0].right_kind


def test_a_side_effect_explains_its_own_kind_and_is_never_missed() -> None:
    """A side effect must neither excuse any alarm nor demand one."""
    moves = truth("moves", 10, None, "volume", signals=("volume:predictions",), alarm_due=False)
    result = report([alert(14), alert(15, kind="volume", signals=("volume:predictions",))], [moves])
    assert [incident.kind for incident in result.false_alarms] == ["data_drift"]
    assert result.rows[0].incident is not None
    unheard = report([], [moves, MICROPHONE])
    assert unheard.missed == (MICROPHONE,)
    assert "0 of 1 injected changes found" in rendered(unheard)


def rendered(result: Report) -> str:
    """The closing table as text."""
    console = Console(width=80, file=StringIO(), record=True)
    console.print(render(result))
    return console.export_text()


def test_table_says_what_was_found_and_what_was_not() -> None:
    """What the demo closes with is all that most people will ever read."""
    text = rendered(report([alert(14), alert(50, kind="volume")], [MICROPHONE, WORDS]))
    assert "microphone" in text
    assert "data drift" in text
    assert "Mon 12:10:00" in text
    assert "feature:volume_dbfs" in text
    assert "4 min" in text
    assert "nothing" in text
    assert "1 of 2 injected changes found; 1 false alarm." in text


def test_table_of_a_healthy_run_counts_false_alarms_only() -> None:
    """In a week without change the false alarms are the result."""
    assert "no change was injected; 0 false alarms." in rendered(report([], []))


def test_an_incident_has_the_signals_of_all_its_alerts() -> None:
    """A signal that joined later would be called quiet, and its change missed."""
    told = [
        alert(14, starts_at="a", signals=["feature:x"], sequence=1),
        alert(14, starts_at="a", signals=["feature:y", "feature:x"], sequence=2, status="updated"),
        alert(14, starts_at="a", signals=["feature:y"], sequence=3),
    ]
    (incident,) = incidents_of(told)
    assert incident.all_signals == ("feature:x", "feature:y")
    assert incident.signals == ("feature:x",)
