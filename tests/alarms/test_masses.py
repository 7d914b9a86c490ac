"""A value that takes part of a number, and what it does to that number, are one incident about the value."""

from dataclasses import replace

from msgspec import structs

from driftline.detectors import Moments
from driftline.schemas import CategoryShare
from driftline.stream_app.alarms.incident import Evidence, Member
from driftline.stream_app.alarms.words.changes import change_of, present_of
from tests.alarms.desks import Desk, change

HEALTHY, NOW = Moments(0.0, 0.0, 2000), Moments(0.05, 0.22, 300)


def taken(minutes: float = 0.0, signal: str = "spike1:x") -> Evidence:
    """-999 takes 5 % of x."""
    made = change(signal, minutes=minutes, unit="share", before=HEALTHY, after=NOW, share=True)
    return structs.replace(made, categories=[CategoryShare("-999", 0.0, 0.05)])


def test_what_it_does_to_the_number_belongs_to_its_incident() -> None:
    """An hour later x "fell from 35.5 to 0", which was a second page about another thing."""
    desk = Desk()
    (first,) = desk.found(taken())
    assert first.drift.kind == "data_quality"
    assert desk.found(change("feature:x", minutes=90)) == []
    (later,) = desk.at(92)
    assert later.labels.incident == first.labels.incident
    assert [each.signal for each in later.drift.signals] == ["spike1:x", "feature:x"]


def test_a_value_that_is_found_after_its_number_belongs_to_it() -> None:
    """With one value a minute the spread of x was told hours before the value was."""
    desk = Desk()
    (first,) = desk.found(change("feature:x"))
    (later,) = desk.found(taken(minutes=240))
    assert later.labels.incident == first.labels.incident
    (other,) = Desk().found(taken(minutes=240))
    assert other.labels.incident != first.labels.incident


def test_a_value_of_long_after_is_news() -> None:
    """What has been wrong with x for days is not what is wrong since this morning."""
    desk = Desk()
    (first,) = desk.found(change("feature:x"))
    (second,) = desk.found(taken(minutes=3 * 24 * 60))
    assert second.labels.incident != first.labels.incident


def test_another_number_is_another_incident() -> None:
    """A value of x does not explain what y does."""
    desk = Desk()
    (first,) = desk.found(taken())
    (second,) = desk.found(change("feature:y", minutes=90))
    assert second.labels.incident != first.labels.incident


def test_a_number_that_nobody_has_heard_of_is_told_as_its_value() -> None:
    """The mean is found a moment earlier, and "x fell from 50 to -480" sends people the wrong way."""
    desk = Desk()
    assert desk.found(change("feature:x", needs=10_000)) == []
    (told,) = desk.found(taken(minutes=0.5))
    assert told.annotations.signal == "spike1:x"
    assert (told.labels.alertname, told.sequence) == ("DataQuality", 1)
    assert [each.signal for each in told.drift.signals] == ["spike1:x", "feature:x"]
    assert len(desk.state.incidents) == 1


def test_what_was_told_keeps_its_cause() -> None:
    """The labels of an incident never change: a pager would not know it again."""
    desk = Desk()
    (first,) = desk.found(change("feature:x"))
    (later,) = desk.found(taken(minutes=1))  # which is graver
    assert later.labels.incident == first.labels.incident
    assert later.annotations.signal == "feature:x"


def test_it_stays_open_while_the_value_comes() -> None:
    """It was resolved, and fired again."""
    desk = Desk()
    desk.found(taken())
    desk.signal = replace(desk.signal, away=True, effect_size_sd=2.0, block_effects=(2.0,) * 8)
    assert all(alert.status != "resolved" for minute in range(2, 600, 2) for alert in desk.at(minute))


def test_it_is_told_in_words() -> None:
    """A person reads the value and its share, without quotes: it is a number."""
    member = Member(taken(), ["e_detector"], "warning", now=Moments(0.06, 0.2, 500))
    assert change_of(member) == "x: -999 rose from 0 % to 5 % of values"
    assert present_of(member.evidence, member) == "-999 now 6 %"
