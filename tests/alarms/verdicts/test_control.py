"""What operators say, and what it does to signals; accepted levels are in tests/pipeline."""

from typing import Any

import pytest

from driftline.schemas import Control, Coverage
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.stages import Case, run
from driftline.stream_app.alarms.standing import HALF_LIFE_MS
from driftline.stream_app.alarms.verdicts.control import ControlDesk
from driftline.stream_app.config import Limits, ModelPlan
from driftline.stream_app.monitoring.model import ModelMonitor
from tests.alarms.evidence import ARMED, MINUTE_MS, evidence

COVERAGE = Coverage(seen=1, rejected=0, sampled=1.0, lost=0)
DAY_MS = 86_400_000
TIME_MS = 1_790_000_000_000


class Office:
    """A desk of alerts and the one where people say what they think of them."""

    def __init__(self) -> None:
        self.monitor = ModelMonitor("search", ModelPlan(), Limits())
        self.desk = AlarmDesk(self.monitor)
        self.control = ControlDesk(self.monitor, self.desk)
        self.number = 0

    def incident(self, *signals: str, at_ms: int = 0) -> str:
        """An incident that these signals show; its alert's id."""
        for signal in signals:
            found = evidence(signal, began_ms=at_ms)
            run(Case(found, self.desk.plan, self.desk.state, lambda _: ARMED))
        incident = self.desk.state.incidents[-1]
        return f"{incident.fingerprint}-{incident.episode}-1"

    def over(self) -> None:
        """Everything is back to normal."""
        for incident in list(self.desk.state.incidents):
            self.desk.close(incident, TIME_MS, COVERAGE)

    def say(self, verdict: Any, alert_id: str, **fields: Any) -> list[str]:
        """A verdict by anna; the actions that the audit trail has of it."""
        self.number += 1
        defaults = {"id": f"c-{self.number}", "by": "anna"}
        control = Control(
            action="verdict", model="search", time_ms=TIME_MS, alert_id=alert_id, verdict=verdict,
            **(defaults | fields),
        )  # fmt: skip
        self.control.take(control, COVERAGE)
        self.records = self.control.trail.take()
        return [record.action for record in self.records]

    def factor(self, signal: str, now_ms: int = 0) -> float:
        return self.desk.state.factors_at(now_ms)(signal)


def test_noise_takes_and_use_gives_weight_to_all_signals_of_the_incident() -> None:
    """The next alert would be as useless as this one."""
    office = Office()
    assert office.say("noise", office.incident("feature:x", "feature:y")) == ["weighed", "weighed"]
    assert office.factor("feature:x") == office.factor("feature:y") == 0.5
    assert office.factor("feature:z") == 1.0
    office.over()
    assert office.say("useful", office.incident("feature:x", at_ms=DAY_MS)) == ["weighed"]
    assert office.factor("feature:x") == 0.75
    record = office.records[0]
    assert (record.old_weight, record.new_weight, record.by) == (0.5, 0.75, "anna")
    assert record.reason == (
        "Its alert was judged useful: its weight in the false-alarm budget goes from 0.5 to 0.75."
    )
    assert record.id == "search-3"


def test_a_verdict_counts_once_per_incident() -> None:
    """Three people who agree would demote a signal in a morning, and so would a producer that tries again."""
    office = Office()
    alert = office.incident("feature:x")
    office.say("noise", alert)
    assert office.say("noise", alert) == ["ignored"]
    assert office.say("noise", alert.partition("-")[0]) == ["ignored"]
    assert office.factor("feature:x") == 0.5
    office.over()
    again = office.incident("feature:x", at_ms=DAY_MS)
    office.say("noise", again, id="c-77")
    assert office.say("useful", again, id="c-77") == ["ignored"]
    assert office.factor("feature:x") == 0.25
    assert office.control.outcomes == {"judged": 2, "repeated": 3}


def test_a_verdict_may_come_when_the_incident_is_over() -> None:
    """People judge an alert the next morning."""
    office = Office()
    alert = office.incident("feature:x")
    office.over()
    later = office.incident("feature:x", at_ms=DAY_MS)
    assert office.say("noise", alert) == ["weighed"]
    assert office.say("useful", later.partition("-")[0]) == ["weighed"]
    assert office.factor("feature:x") == 0.75
    assert office.say("expected_change", alert) == ["weighed", "ignored"]
    assert "is over" in office.records[1].reason


def test_an_unknown_alert_is_said_and_counted() -> None:
    """A mistyped id would look as if it had been heard."""
    office = Office()
    assert office.say("noise", "0123456789abcdef-1-1") == ["ignored"]
    assert "There is no alert 0123456789abcdef-1-1" in office.records[0].reason
    assert office.control.outcomes == {"unknown_alert": 1}


def noisy(office: Office, signal: str) -> None:
    """Three incidents of a signal, all of them noise."""
    for number in range(3):
        alert = office.incident(signal, at_ms=number * DAY_MS)
        office.over()
        office.say("noise", alert)


def test_a_signal_that_only_ever_made_noise_is_demoted() -> None:
    """Whoever says the same thing three times would have to mute the tool instead."""
    office = Office()
    noisy(office, "feature:x")
    assert [record.action for record in office.records] == ["weighed", "demoted"]
    assert "proposed for removal" in office.records[1].reason
    assert office.factor("feature:x") == 0.0
    run(
        Case(evidence("feature:x", began_ms=9 * DAY_MS), office.desk.plan, office.desk.state, lambda _: ARMED)
    )
    assert office.desk.state.incidents == []


@pytest.mark.parametrize(("minutes", "action"), [(5, "promoted"), (60, "weighed"), (-1, "weighed")])
def test_a_demoted_signal_comes_back_when_it_saw_a_useful_incident_first(minutes: int, action: str) -> None:
    """The signal that would have warned would be silent for ever, or every chance finding bring it back."""
    office = Office()
    noisy(office, "feature:x")
    seen_ms = 9 * DAY_MS
    run(Case(evidence("feature:x", began_ms=seen_ms), office.desk.plan, office.desk.state, lambda _: ARMED))
    alert = office.incident("error:intent", at_ms=seen_ms + minutes * MINUTE_MS)
    assert office.say("useful", alert)[-1] == action
    assert office.factor("feature:x") == (1.0 if action == "promoted" else 0.0)


def test_a_late_word_of_praise_brings_a_signal_back() -> None:
    """It was demoted because it only ever made noise, which is not true any more."""
    office = Office()
    good = office.incident("feature:x", at_ms=-9 * DAY_MS)
    office.over()
    noisy(office, "feature:x")
    assert office.say("useful", good) == ["weighed", "promoted"]
    assert office.factor("feature:x") == 1.0


def test_verdicts_fade_and_that_is_written_down() -> None:
    """A feature of last year's pipeline would be distrusted for what nobody remembers."""
    office = Office()
    office.say("noise", office.incident("feature:x"))
    actions: list[str] = []
    for hour in range(30 * 24 * 12):
        office.control.tick(hour * 3_600_000)
        actions += [record.action for record in office.control.trail.take()]
    assert actions == ["decayed"]
    assert office.factor("feature:x", 5 * HALF_LIFE_MS) == 1.0
    assert office.desk.state.standings["feature:x"].noise == 1


def test_standings_are_bounded() -> None:
    """Names that change every day would fill the checkpoint."""
    office = Office()
    office.control._verdicts._standings_max = 3
    for number in range(6):
        alert = office.incident(f"feature:{number}", at_ms=number * DAY_MS)
        office.over()
        office.say("noise", alert)
    assert list(office.desk.state.standings) == ["feature:3", "feature:4", "feature:5"]
