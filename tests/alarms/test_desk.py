"""What the desk says of an incident, and when."""

import json
from dataclasses import replace
from math import nan

import pytest
from msgspec import structs

from driftline.detectors import Moments, Since
from driftline.schemas import Alert, Ended, Kind, encode_alert
from driftline.stream_app.alarms.incident import Evidence
from driftline.stream_app.config import AlertsPlan, ModelPlan, SignalPlan
from driftline.stream_app.config.units import Amount
from tests.alarms.desks import COVERAGE, HOUR_MS, START_MS, Desk, change
from tests.alarms.evidence import ARMED, MINUTE_MS
from tests.alerts_truth import check


def told(alerts: list[Alert]) -> list[tuple[str, str]]:
    return [(alert.status, alert.labels.severity) for alert in alerts]


def condition(kind: Kind, now: float = 0.0, **fields: object) -> Evidence:
    """A condition that began with the start."""
    made = change("volume:predictions", after=Moments(now, 0.0, 10))
    return structs.replace(made, kind=kind, **fields)


def test_what_one_event_shows_is_one_alert_about_its_cause() -> None:
    """Firing and updated in the same second are two pages for one change."""
    late, early = change("error:intent", minutes=0.5), change("feature:x", effect=-9.0)
    late = structs.replace(late, arrived_ms=early.arrived_ms)
    [alert] = Desk().found(late, early)
    assert (alert.annotations.signal, alert.drift.kind) == ("feature:x", "data_drift")
    assert alert.labels.severity == "critical"
    assert [signal.signal for signal in alert.drift.signals] == ["feature:x", "error:intent"]
    same = [change("feature:x"), change("error:intent"), change("rate:click")]
    assert Desk().found(*same)[0].annotations.signal == "error:intent"  # the gravest of equals


def test_the_cause_stays_whatever_joins() -> None:
    """50 ms of latency that join an incident of wrong labels would become "Concept drift: latency"."""
    desk = Desk()
    [first] = desk.found(change("error:intent", effect=0.8, unit="share", share=True))
    desk.found(change("serving:latency_ms", effect=5.0, minutes=3, unit="ms"))
    [grown] = desk.at(5)
    assert grown.status == "updated"
    assert grown.labels == first.labels
    assert grown.drift.signals[0].signal == grown.annotations.signal == "error:intent"
    assert (grown.drift.before, grown.drift.began_at) == (first.drift.before, first.drift.began_at)
    assert grown.annotations.summary.startswith("Concept drift: errors of intent rose")
    assert "latency_ms rose" in grown.annotations.description
    latency = grown.drift.signals[1]
    assert (latency.unit, latency.began_at) == ("ms", "2026-09-21T14:16:20.000Z")


def test_severity_rises_at_once_but_not_within_a_second_and_never_falls() -> None:
    """A pager would get two pages in one second, or hear that the trouble is smaller while it lasts."""
    desk = Desk()
    assert told(desk.found(change("feature:x"))) == [("firing", "info")]
    sooner = structs.replace(change("output:y"), arrived_ms=START_MS + MINUTE_MS + 900)
    assert desk.found(sooner) == []
    assert told(desk.at(1.1)) == [("updated", "warning")]
    assert told(desk.found(change("error:y", minutes=3))) == [("updated", "critical")]
    assert told(desk.found(change("feature:z", minutes=4))) == []
    assert told(desk.at(6)) == [("updated", "critical")]


def test_what_lasts_is_repeated_less_and_less_often() -> None:
    """15,589 of 15,644 records of one run of 19 months were repetitions."""
    desk = Desk(ModelPlan(alerts=AlertsPlan(group_within_ms=1000)))
    desk.signal = replace(ARMED, effect_size_sd=2.0, block_effects=(2.0,) * 8, away=True)
    desk.found(change())
    said = [minute for minute in range(2, 6 * 24 * 60, 10) if desk.at(minute)]
    hours = [round((later - earlier) / 60) for earlier, later in zip([1, *said], said, strict=False)]
    assert hours == [4, 8, 16, 24, 24, 24, 24]
    seldom = Desk(ModelPlan(alerts=AlertsPlan(repeat_every_ms=48 * HOUR_MS)))
    seldom.signal = desk.signal
    seldom.found(change())
    assert [minute for minute in range(2, 3 * 24 * 60, 60) if seldom.at(minute)] == [2882]


def test_what_is_left_when_the_level_is_back_is_said() -> None:
    """An incident would be over while values still vary three times as much, or open and not say why."""
    before, after = Moments(50.0, 2.0, 5000), Moments(54.0, 6.0, 100)
    desk = Desk()
    desk.signal = replace(ARMED, block_effects=(2.0,) * 8, away=True)
    desk.found(change(effect=2.0, before=before, after=after))
    desk.found(change(effect=1.1, minutes=1, of="variance", before=before, after=after))
    desk.at(5)
    desk.lately = Moments(50.0, 6.0, 400)
    desk.signal = replace(ARMED, seen=9000, differs_in=frozenset({"variance"}))
    told = desk.at(60)
    assert [alert.status for alert in told] == ["updated"]
    story = "x rose from 50 to 54, now 50, and varies more: sd from 2 to 6, sd now 6"
    assert told[0].annotations.summary == f"Data drift: {story} (search version 1)"
    desk.lately = Moments(50.0, 2.0, 400)
    desk.signal = replace(ARMED, seen=12_000)
    [over] = [*desk.at(120), *desk.at(200)]
    assert over.status == "resolved"


def test_an_incident_beside_another_names_it() -> None:
    """Two pages about one night, and nobody sees that they may have to do with each other."""
    desk = Desk()
    [first] = desk.found(change("error:intent", unit="share", share=True))
    [second] = desk.found(change("feature:x", minutes=120))
    assert (first.related, second.related) == ([], [first.labels.incident])
    assert "Open beside it: concept drift, errors of intent rose" in second.annotations.description
    desk.found(change("rate:click", minutes=1))
    [again] = desk.at(125)
    assert again.related == [second.labels.incident]
    assert "data drift, x rose" in again.annotations.description


def test_features_that_moved_in_another_incident_have_moved() -> None:
    """ "No feature moved" sends people to the labels while the data are broken."""
    desk = Desk()
    desk.found(change("feature:x"))
    [alert] = desk.found(change("error:intent", minutes=120))
    assert alert.drift.features_moved is True
    assert "Features moved too: x." in alert.annotations.description
    [alone] = Desk().found(change("error:intent"))
    assert alone.drift.features_moved is False
    assert "No feature moved." in alone.annotations.description


@pytest.mark.parametrize("kind", [Kind.TARGET, Kind.SILENCE, Kind.SERVICE])
def test_a_condition_is_an_incident_of_its_own_until_it_ends(kind: Kind) -> None:
    """It would be closed because nothing is heard, swallow findings, or be told at every tick."""
    desk = Desk()
    [firing] = desk.report(condition(kind, 5.0, told="5 of 10 answered"), COVERAGE)
    assert "5 of 10 answered" in firing.annotations.summary
    assert desk.report(condition(kind, 6.0), COVERAGE) == []
    assert desk.tick(START_MS + 2 * HOUR_MS, COVERAGE) == []  # nothing is heard, and it stays open
    desk.report(condition(kind, 7.0), COVERAGE, news=True)
    [updated] = desk.tick(START_MS + 3 * HOUR_MS, COVERAGE)
    assert updated.drift.now is not None
    assert (updated.drift.after.mean, updated.drift.now.mean) == (5.0, 7.0)
    [other] = desk.found(change("volume:predictions", minutes=1))
    assert other.labels.incident != firing.labels.incident
    assert other.fingerprint != firing.fingerprint
    [over] = desk.end(condition(kind, 9.0, told="10 of 10 answered"), START_MS + 4 * HOUR_MS, COVERAGE)
    assert over.ended is (Ended.MET if kind is Kind.TARGET else Ended.OVER)
    assert "10 of 10 answered" in over.annotations.description
    assert desk.end(condition(kind), START_MS + 5 * HOUR_MS, COVERAGE) == []


def test_a_number_with_a_long_tail_is_told_from_enough_values() -> None:
    """The mean of five amounts was 15 where it had become 33; the first word waits, the finding does not."""
    desk = Desk()
    early = change(effect=-4.0, needs=50, after=Moments(15.0, 9.0, 5), before=Moments(3300.0, 1e4, 8000))
    assert desk.found(early) == []
    desk.lately = Moments(33.0, 90.0, 60)
    desk.signal = replace(ARMED, seen=20)
    assert desk.at(1.5) == []
    desk.signal = replace(ARMED, seen=60)
    [alert] = desk.at(2)
    assert alert.annotations.summary == "Data drift: x fell from 3,300 to 33 (search version 1)"
    assert alert.drift.detected_at == "2026-09-21T14:14:20.000Z"
    patient = Desk()
    patient.found(early)
    patient.signal = replace(ARMED, seen=20)
    assert [len(patient.at(minute)) for minute in (1.5, 3.9, 4.0)] == [0, 0, 1]
    [paged] = Desk().found(structs.replace(early, kind=Kind.CONCEPT_DRIFT))
    assert paged.labels.severity == "critical"


@pytest.mark.parametrize(
    ("signal", "bound", "unit", "size", "silent"),
    [
        ("serving:latency_ms", Amount(5, "ms"), "ms", 4.0, True),
        ("serving:latency_ms", Amount(5, "ms"), "ms", 6.0, False),
        ("serving:latency_ms", Amount(0.005, "s"), "ms", 4.0, True),
        ("serving:latency_s", Amount(5, "ms"), "s", 0.004, True),
        ("serving:latency_s", Amount(5, "ms"), "s", 0.006, False),
        ("serving:latency_ms", Amount(5), "ms", 4.0, True),
    ],
)
def test_changes_below_a_floor_are_nobodys_business(
    signal: str, bound: Amount, unit: str, size: float, silent: bool
) -> None:
    """A tenth of a millisecond, found beyond doubt, would wake somebody."""
    name = signal.partition(":")[2]
    desk = Desk(ModelPlan(serving={name: SignalPlan(ignore_below=bound)}))
    assert (desk.found(change(signal, unit=unit, size=size)) == []) is silent
    assert desk.held["below_floor"] == silent


def test_every_word_of_a_life_passes_the_checks() -> None:
    """The checks must accept what is right, or they say nothing about what is wrong."""
    desk = Desk()
    said = desk.found(change(after=Moments(2.0, 1.0, 100)))
    desk.found(change("feature:y", minutes=2, after=Moments(2.0, 1.0, 100)))
    for minute in range(2, 900, 7):
        if minute > 600:
            desk.signal = replace(ARMED, seen=5000 + minute)
        said += desk.at(minute)
    check(json.loads(encode_alert(alert)) for alert in said)
    assert [alert.status for alert in said][-1] == "resolved"


@pytest.mark.parametrize(
    ("delay_minutes", "gap_minutes", "waits_minutes"),
    [(1, 0.1, 60), (600, 0.1, 1200), (1, 9, 6 * 32 * 9)],
    ids=["usual", "slow change", "thin traffic"],
)
def test_a_finding_waits_as_long_as_its_confirmation_takes(
    delay_minutes: int, gap_minutes: float, waits_minutes: int
) -> None:
    """A rate of a few labels an hour takes a day to be found twice; a value every nine minutes 29 hours."""
    desk = Desk()
    detected_ms = START_MS + delay_minutes * MINUTE_MS
    found = change(effect=0.15, gap_ms=gap_minutes * MINUTE_MS, detected_ms=detected_ms)
    desk.found(found)
    desk.at(1 + waits_minutes)
    assert desk.state.pending
    desk.at(2 + waits_minutes)
    assert not desk.state.pending


def test_a_finding_is_confirmed_by_the_values_after_it_as_soon_as_these_are_certain() -> None:
    """What five values showed would be told after 128 more, a day later where traffic is thin."""
    desk = Desk()
    few = Moments(2.0, 1.0, 5)
    desk.found(change(effect=2.0, after=few))
    desk.later = Since(Moments(2.1, 1.0, 4), effect_sd=2.1, step_sd=nan)
    assert desk.at(2) == []
    desk.later = Since(Moments(2.1, 1.0, 9), effect_sd=2.1, step_sd=nan)
    (alert,) = desk.at(3)
    assert alert.drift is not None and alert.drift.after.count == 9


def test_values_after_a_finding_that_say_otherwise_confirm_nothing() -> None:
    """A handful of lucky values would page somebody."""
    desk = Desk()
    desk.found(change(effect=2.0, after=Moments(2.0, 1.0, 5)))
    for effect_sd in (0.3, -2.1):
        desk.later = Since(Moments(effect_sd, 1.0, 500), effect_sd, step_sd=nan)
        assert desk.at(2) == []
