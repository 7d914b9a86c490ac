"""What falls silent is told while it is, and nothing else is."""

import random
from typing import Any

import pytest

from driftline.stream_app.config import Settings
from tests.pipeline.traffic import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    START_MS,
    Timed,
    alerts_of,
    every,
    hours,
    prediction,
    told,
    written,
)

STEP_MS = 25 * SECOND_MS
REPORT_MS = 30 * SECOND_MS
OTHER = {"model": "other"}


def feedback(at_ms: int, **more: Any) -> Timed:
    event = {"type": "feedback", "model": "m", "prediction_id": f"m-{at_ms // STEP_MS * STEP_MS}"}
    return START_MS + at_ms, event | {"time": START_MS + at_ms} | more


@pytest.mark.parametrize("stamped", [False, True], ids=["file", "kafka"])
def test_a_model_that_stops_is_told_while_another_goes_on(stamped: bool) -> None:
    """An outage raised nothing: time stood still with the model."""
    events = every(STEP_MS, 0, 30 * HOUR_MS) + every(MINUTE_MS, 0, 40 * HOUR_MS, **OTHER)
    found = alerts_of(written(events, stamped))
    first = found[0]
    status, signal, detected_h = told(found)[0]
    assert (status, signal) == ("firing", "volume:predictions")
    assert 30 < detected_h < 30 + 10 / 60
    assert first["drift"]["kind"] == "silence"
    assert hours(first["drift"]["began_at"]) == pytest.approx(30, abs=0.02)
    assert (
        "no predictions since 2026-11-17 05:59 UTC; usually one every 25 s" in first["annotations"]["summary"]
    )
    assert {status for status, _, _ in told(found)} == {"firing"}, "it is open, and said again, while silent"
    assert len(told(found)) > 1
    assert not told(found, "other")


def test_an_outage_is_one_incident_that_ends_with_traffic() -> None:
    """Two hours of zeros would be an incident of throughput as well."""
    events = every(STEP_MS, 0, 30 * HOUR_MS) + every(STEP_MS, 32 * HOUR_MS, 36 * HOUR_MS)
    found = alerts_of(written(events + every(MINUTE_MS, 0, 36 * HOUR_MS, **OTHER)))
    assert [status for status, _, _ in told(found)] == ["firing", "resolved"]
    assert told(found)[1][2] == pytest.approx(32, abs=0.1)
    assert "are heard again since 2026-11-17 08:00 UTC" in found[1]["annotations"]["description"]
    assert "reference" not in found[1]["annotations"]["description"]


def test_a_gap_that_only_its_own_next_event_shows_is_told_and_over() -> None:
    """Of one model in a file an outage would leave no trace."""
    events = every(STEP_MS, 0, 30 * HOUR_MS) + every(STEP_MS, 32 * HOUR_MS, 34 * HOUR_MS)
    found = alerts_of(written(events))
    assert [status for status, _, _ in told(found)] == ["firing", "resolved"]
    assert hours(found[0]["drift"]["began_at"]) == pytest.approx(30, abs=0.02)
    assert hours(found[0]["drift"]["detected_at"]) == pytest.approx(32, abs=0.02)


def test_heartbeats_move_time_when_every_model_stops() -> None:
    """Nothing would be told of a partition whose only model is out."""
    beats = [
        (START_MS + at_ms, {"type": "heartbeat", "time": START_MS + at_ms})
        for at_ms in range(30 * HOUR_MS + 40_000, 31 * HOUR_MS, 50_000)
    ]
    found = alerts_of(written(every(STEP_MS, 0, 30 * HOUR_MS) + beats, stamped=True))
    assert [status for status, _, _ in told(found)] == ["firing"]
    assert told(found)[0][2] < 30 + 10 / 60


def test_a_batch_of_a_clock_that_is_ahead_silences_nobody() -> None:
    """Five events two hours ahead would make all others look silent for two hours."""
    events = every(STEP_MS, 0, 30 * HOUR_MS) + every(MINUTE_MS, 0, 30 * HOUR_MS, **OTHER)
    for number in range(15):
        at_ms = 26 * HOUR_MS + 1 + number
        events.append((START_MS + at_ms, prediction(at_ms + 2 * HOUR_MS)[1]))
    assert not alerts_of(written(events))


def working_days(days: int, step_ms: int) -> list[Timed]:
    """Nine to six, Monday to Friday, beginning a few minutes early or late."""
    chance = random.Random(3)
    events: list[Timed] = []
    for day in range(days):
        if day % 7 < 5:
            begin = day * DAY_MS + 9 * HOUR_MS + chance.randint(-5, 5) * MINUTE_MS
            events += every(step_ms, begin, day * DAY_MS + 18 * HOUR_MS)
    return events


def test_office_hours_are_learned_within_a_week() -> None:
    """Every night and every weekend would page somebody."""
    found = alerts_of(written(working_days(22, MINUTE_MS) + every(10 * MINUTE_MS, 0, 22 * DAY_MS, **OTHER)))
    fired = [at_h for status, _, at_h in told(found) if status == "firing"]
    assert not [at_h for at_h in fired if at_h > 8 * 24]
    assert len({alert["id"].rsplit("-", 1)[0] for alert in found}) <= 1


@pytest.mark.parametrize("step_ms", [15 * SECOND_MS, 2 * MINUTE_MS])
def test_a_monday_on_which_nobody_comes_is_told_in_the_morning(step_ms: int) -> None:
    """The first night and the first weekend counted as gaps in which much had been missing, so that for weeks
    no silence of a model with office hours was long enough. Nor is its first Saturday a silence.
    """
    open_days = working_days(14, step_ms)
    found = alerts_of(written(open_days + every(10 * MINUTE_MS, 0, 15 * DAY_MS, **OTHER)))
    assert {status for status, _, _ in told(found)} == {"firing"}
    assert len({alert["labels"]["incident"] for alert in found}) == 1
    assert 14 * 24 + 9 < told(found)[0][2] < 14 * 24 + 11


def test_a_nightly_job_and_bursts_are_no_silences() -> None:
    """What comes in portions is silent most of the time."""
    chance = random.Random(5)
    nightly: list[Timed] = []
    for day in range(12):
        begin = day * DAY_MS + 2 * HOUR_MS + chance.randint(0, 50) * MINUTE_MS
        nightly += every(5 * SECOND_MS, begin, begin + 10 * MINUTE_MS)
    bursts: list[Timed] = []
    at_ms = 0
    while at_ms < 12 * DAY_MS:
        bursts += every(10 * SECOND_MS, at_ms, at_ms + 3 * MINUTE_MS, model="bursts")
        at_ms += 4 * MINUTE_MS + int(chance.expovariate(1 / (3 * HOUR_MS)))
    found = alerts_of(written(nightly + bursts + every(10 * MINUTE_MS, 0, 12 * DAY_MS, **OTHER)))
    assert not told(found)
    assert not told(found, "bursts")


def test_a_nightly_job_that_does_not_come_is_told_that_night() -> None:
    """By its rates it was silent only once it had failed to come twice, a day later."""
    chance = random.Random(6)
    events: list[Timed] = []
    for day in range(9):
        begin = day * DAY_MS + 2 * HOUR_MS + chance.randint(-10, 10) * MINUTE_MS
        events += every(5 * SECOND_MS, begin, begin + 2 * MINUTE_MS)
    found = alerts_of(written(events + every(10 * MINUTE_MS, 0, 11 * DAY_MS, **OTHER)))
    assert {alert["drift"]["kind"] for alert in found} == {"silence"}
    assert len({alert["labels"]["incident"] for alert in found}) == 1
    assert 9 * 24 + 3 < told(found)[0][2] < 9 * 24 + 6


@pytest.mark.parametrize("per_day", [20, 100])
def test_a_thin_model_is_told_later_but_surely(per_day: int) -> None:
    """Nobody would hear of a thin model that stopped, or hear of it every night."""
    chance = random.Random(per_day)
    events = [prediction(int(chance.random() * 14 * DAY_MS)) for _ in range(per_day * 14)]
    found = alerts_of(written(events + every(10 * MINUTE_MS, 0, 20 * DAY_MS, **OTHER)))
    fired = [at_h for status, _, at_h in told(found) if status == "firing"]
    assert fired
    assert 14 * 24 < fired[0] < 14 * 24 + 40 * 24 / per_day + 24


def test_feeds_beside_predictions_are_told() -> None:
    """Labels that stop, or one country that is gone, would look like health."""
    events: list[Timed] = []
    for at_ms in range(0, 40 * HOUR_MS, STEP_MS):
        before = at_ms < 30 * HOUR_MS
        country = "DE" if before and at_ms % (3 * STEP_MS) == 0 else "FR"
        events.append(prediction(at_ms, segments={"country": country}))
        if before:
            events.append(feedback(at_ms + 1, kind="label", labels={"y": "a"}))
            events.append(feedback(at_ms + 2, kind="behavior", behavior="click"))
        if before or at_ms < 35 * HOUR_MS:
            report = {"type": "serving", "model": "m", "version": "1", "host": "a", "values": {"cpu": 0.5}}
            events.append((START_MS + at_ms, report | {"time": START_MS + at_ms}))
    found = [each for each in told(alerts_of(written(events))) if each[1].startswith("silence:")]
    fired = {signal: at_h for status, signal, at_h in found if status == "firing"}
    assert set(fired) == {
        "silence:labels",
        "silence:behavior click",
        "silence:host a",
        "silence:segment country=DE",
    }
    assert fired["silence:labels"] == pytest.approx(30, abs=0.3)
    assert fired["silence:host a"] == pytest.approx(35, abs=0.3)


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_that_clicks_fell_to_nothing_pages_once(share: float) -> None:
    """It would be two pages: that none comes any more, and that their rate fell to 0 %, in either order."""
    events: list[Timed] = []
    rng = random.Random(1)
    for at_ms in range(0, 60 * HOUR_MS, STEP_MS):
        events.append(prediction(at_ms))
        if at_ms < 40 * HOUR_MS and rng.random() < share:
            events.append(feedback(at_ms + 1, kind="behavior", behavior="click"))
    found = alerts_of(written(events))
    assert {signal for _, signal, _ in told(found)} == {"rate:click", "silence:behavior click"}
    assert found[0]["labels"]["severity"] == "critical"
    critical = {alert["labels"]["incident"] for alert in found if alert["labels"]["severity"] == "critical"}
    assert len(critical) == 1


def labelled(broken_h: tuple[float, float], until_h: float, matching: int = 1) -> list[Timed]:
    """Predictions for 40 hours with labels, of which one in so many matches; for a time none does."""
    events: list[Timed] = []
    for step in range(40 * HOUR_MS // STEP_MS):
        at_ms = step * STEP_MS
        events.append(prediction(at_ms))
        if at_ms < until_h * HOUR_MS:
            is_broken = broken_h[0] * HOUR_MS <= at_ms < broken_h[1] * HOUR_MS or step % matching
            names = {"prediction_id": f"v2/{at_ms}"} if is_broken else {}
            events.append(feedback(at_ms + 1, kind="label", labels={"y": "a"}, **names))
    return events


@pytest.mark.parametrize("matching", [1, 4])
def test_labels_that_match_no_prediction_any_more_are_told(matching: int) -> None:
    """A deployment that writes other ids was said nowhere but under what is not watched."""
    found = alerts_of(written(labelled((30, 35), 40, matching)))
    (told_at, *_, over_at), (first, *_, last) = told(found), found
    assert {alert["labels"]["incident"] for alert in found} == {first["labels"]["incident"]}
    assert told_at == ("firing", "silence:joined labels", pytest.approx(30, abs=0.15 * matching))
    assert over_at == ("resolved", "silence:joined labels", pytest.approx(35, abs=0.1))
    assert "labels come, but none matches a prediction since" in first["annotations"]["summary"]
    assert "same ids" in first["annotations"]["description"]
    assert "that match a prediction are heard again since" in last["annotations"]["description"]


def test_labels_that_stop_are_not_told_as_labels_that_match_nothing() -> None:
    """One outage of labels would be two incidents."""
    found = alerts_of(written(labelled((99, 99), 30)))
    assert {signal for _, signal, _ in told(found)} == {"silence:labels"}


def test_labels_that_never_matched_are_no_incident() -> None:
    """What has not been known to work is said as what is not watched, not as what has broken."""
    assert not told(alerts_of(written(labelled((0, 40), 40))))


REPORT = {"type": "serving", "model": "m", "version": "1", "values": {"cpu": 0.5}}


def reports(host: str, from_h: float, until_h: float) -> list[Timed]:
    """Reports of a host, one every half minute."""
    times = range(START_MS + round(from_h * HOUR_MS), START_MS + round(until_h * HOUR_MS), REPORT_MS)
    return [(time_ms, {**REPORT, "host": host, "time": time_ms}) for time_ms in times]


def hosts_told(events: list[Timed]) -> list[tuple[str, str, float, str]]:
    """What is told of hosts beside predictions for 60 hours: status, host, hour, severity.

    Predictions come with reports: each moment of its own would cost a tick.
    """
    alerts = [
        alert
        for alert in alerts_of(written(every(REPORT_MS, 0, 60 * HOUR_MS) + events))
        if alert["annotations"]["signal"].startswith("silence:host ")
    ]
    return [
        (status, signal.removeprefix("silence:host "), at_h, alert["labels"]["severity"])
        for (status, signal, at_h), alert in zip(told(alerts), alerts, strict=True)
    ]


@pytest.mark.parametrize(("gap_h", "apart_h"), [(-1.0, 0.02), (-0.1, 0.02), (0.1, 0.02), (0.4, 0.5)])
def test_hosts_that_are_replaced_are_not_missed(gap_h: float, apart_h: float) -> None:
    """Each deployment on Kubernetes was a critical page for each pod, open for ever, as no name comes again.

    The new ones begin an hour before the old ones stop, or some minutes after; together, or one by one.
    """
    events: list[Timed] = []
    for number in range(3):
        late = number * apart_h
        events += reports(f"a{number}", 0, 30 + late) + reports(f"b{number}", 30 + gap_h + late, 56 + late)
        events += reports(f"c{number}", 56 + gap_h + late, 60)
    assert hosts_told(events) == []


def test_a_host_that_vanishes_is_a_warning_with_how_many_are_left() -> None:
    """One of many pods that is scaled in woke somebody up, and for ever: it is over when it was replaced."""
    events = reports("a", 0, 60) + reports("b", 0, 30) + reports("c", 0, 60)
    found = alerts_of(written(every(REPORT_MS, 0, 60 * HOUR_MS) + events + reports("d", 35, 60)))
    first, last = found[0], found[-1]
    assert "no reports of host b since" in first["annotations"]["summary"]
    assert "2 of 3 hosts still report" in first["annotations"]["summary"]
    assert first["labels"]["severity"] == "warning"
    assert hours(first["drift"]["detected_at"]) == pytest.approx(30.5, abs=0.1)
    assert (last["status"], hours(last["time"])) == ("resolved", pytest.approx(35, abs=0.1))
    assert "was replaced: as many report as the day before (3)" in last["annotations"]["description"]
    assert {alert["labels"]["incident"] for alert in found} == {first["labels"]["incident"]}


def test_fewer_hosts_are_usual_after_a_day() -> None:
    """A host that was taken away on purpose would be an open incident for ever."""
    found = hosts_told(reports("a", 0, 60) + reports("b", 0, 30))
    assert {host for _, host, _, _ in found} == {"b"}
    status, _, at_h, severity = found[-1]
    assert (status, severity) == ("resolved", "warning")
    assert at_h == pytest.approx(54, abs=0.2)


def test_hosts_that_stop_together_are_one_incident() -> None:
    """A rack that loses its power would be a page for each of its hosts."""
    events = [each for number in range(6) for each in reports(f"h{number}", 0, 30 if number < 4 else 40)]
    found = alerts_of(written(every(REPORT_MS, 0, 40 * HOUR_MS) + events))
    assert {alert["labels"]["incident"] for alert in found} == {found[0]["labels"]["incident"]}
    assert "2 of 6 hosts still report" in found[0]["annotations"]["summary"]


def test_that_no_host_reports_any_more_is_critical_and_told_once() -> None:
    """What hosts report says nothing any more, good or bad; when one is back, the others are missed."""
    events = [each for number in range(3) for each in reports(f"h{number}", 0, 30)]
    found = hosts_told(events + reports("h0", 40, 60))
    assert {(status, severity) for status, _, at_h, severity in found if at_h < 40} == {
        ("firing", "critical")
    }
    assert len({host for _, host, at_h, _ in found if at_h < 40}) == 1
    assert min(at_h for _, _, at_h, _ in found) == pytest.approx(30.2, abs=0.1)
    after = [each for each in found if each[2] >= 40]
    assert after[0][0] == "resolved"
    assert {severity for status, _, _, severity in after if status == "firing"} == {"warning"}


def test_of_a_model_that_stops_only_that_is_told() -> None:
    """One outage would be a page for each of its feeds."""
    events: list[Timed] = []
    for at_ms in range(0, 30 * HOUR_MS, STEP_MS):
        events.append(prediction(at_ms, segments={"country": "DE"}))
        events.append(feedback(at_ms + 1, kind="label", labels={"y": "a"}))
    found = alerts_of(written(events + every(MINUTE_MS, 0, 36 * HOUR_MS, **OTHER)))
    assert {signal for _, signal, _ in told(found)} == {"volume:predictions"}


def test_the_newest_version_that_stops_is_told_and_an_older_one_is_not() -> None:
    """A roll-out would be an incident, and a new version that gets no traffic would be none."""
    events = every(MINUTE_MS, 0, 70 * HOUR_MS)
    events += [prediction(at_ms + 1, version="2") for at_ms in range(5 * HOUR_MS, 40 * HOUR_MS, MINUTE_MS)]
    fired = [signal for status, signal, _ in told(alerts_of(written(events))) if status == "firing"]
    assert set(fired) == {"silence:version 2"}
    replaced = every(MINUTE_MS, 0, 40 * HOUR_MS) + every(MINUTE_MS, 40 * HOUR_MS, 70 * HOUR_MS, version="2")
    assert not [each for each in told(alerts_of(written(replaced))) if "silence" in each[1]]


def test_a_version_that_was_rolled_back_pages_nobody() -> None:
    """Nobody is without predictions while another version answers, and it would be open for ever."""
    events = every(MINUTE_MS, 0, 70 * HOUR_MS)
    events += [prediction(at_ms + 1, version="2") for at_ms in range(5 * HOUR_MS, 40 * HOUR_MS, MINUTE_MS)]
    found = [alert for alert in alerts_of(written(events)) if alert["drift"]["signals"]]
    assert {alert["labels"]["severity"] for alert in found} == {"warning"}
    assert "version 2" in found[0]["annotations"]["summary"]
    assert "other versions are heard" in found[0]["annotations"]["summary"]
    assert (found[-1]["status"], found[-1]["ended"]) == ("resolved", "version_gone")


def test_of_a_version_that_stops_with_its_role_only_that_is_told() -> None:
    """A shadow that goes on would make of an outage a version that others stand in for."""
    events = every(MINUTE_MS, 0, 5 * HOUR_MS)
    events += [prediction(at_ms, version="2") for at_ms in range(5 * HOUR_MS, 40 * HOUR_MS, MINUTE_MS)]
    events += [prediction(at_ms + 1, role="shadow") for at_ms in range(0, 70 * HOUR_MS, MINUTE_MS)]
    found = alerts_of(written(events))
    assert {signal for _, signal, _ in told(found)} == {"volume:predictions"}
    assert {alert["labels"]["severity"] for alert in found} == {"critical"}


def test_a_shadow_that_stops_pages_nobody() -> None:
    """It answers nobody."""
    events = every(MINUTE_MS, 0, 70 * HOUR_MS)
    events += [prediction(at_ms + 1, role="shadow") for at_ms in range(0, 40 * HOUR_MS, MINUTE_MS)]
    found = alerts_of(written(events))
    assert found and {alert["labels"]["severity"] for alert in found} == {"warning"}


def test_a_producer_that_writes_every_hour_is_not_damaged_by_time_that_goes_on() -> None:
    """Its events are an hour old when they come: nothing of it may be closed before."""
    late = [
        (START_MS + (at_ms // HOUR_MS + 1) * HOUR_MS, event)
        for at_ms, event in ((at_ms, prediction(at_ms)[1]) for at_ms in range(0, 60 * HOUR_MS, MINUTE_MS))
    ]
    found = alerts_of(written(late + every(MINUTE_MS, 0, 61 * HOUR_MS, **OTHER), stamped=True))
    assert not told(found)


def test_silence_can_be_turned_off() -> None:
    """A model that is used now and then would have to be renamed."""
    events = every(STEP_MS, 0, 30 * HOUR_MS) + every(MINUTE_MS, 0, 36 * HOUR_MS, **OTHER)
    settings = Settings.model_validate({"models": {"m": {"silence": {"ignore": True}}}})
    assert not told(alerts_of(written(events), settings=settings))
