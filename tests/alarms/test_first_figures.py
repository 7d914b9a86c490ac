"""The first figures of a change: a handful of lucky values must not stay the headline."""

from dataclasses import replace

import pytest

from driftline.detectors import Moments, Since
from driftline.schemas import Alert
from driftline.stream_app.alarms.first_figures import is_of_few
from tests.alarms.desks import Desk, change
from tests.alarms.evidence import evidence

BEFORE = Moments(0.004, 0.06, 7000)


def share(mean: float, count: int) -> Moments:
    return Moments(mean, (mean * (1 - mean)) ** 0.5, count)


@pytest.mark.parametrize(
    ("after", "few"),
    [
        (share(3 / 17, 17), True),
        (share(29 / 484, 484), True),
        (share(31 / 484, 484), False),
        (share(0.98, 400), True),
        (share(1.0, 29), True),
        (share(1.0, 30), False),
        (share(0.0, 96), False),
    ],
)
def test_what_few_values_say_of_a_share(after: Moments, few: bool) -> None:
    """ "17.6 %" of three ones says less than it looks like; "0 %" of a hundred says it all."""
    assert is_of_few(replace(evidence().finding, share=True, after=after)) is few
    assert not is_of_few(replace(evidence().finding, after=after))


def told(desk: Desk, after: Moments, minutes: float, seen: int) -> list[Alert]:
    """What is said of null results that went from 0.4 to 17.6 % of 17, after so many values more."""
    desk.signal = replace(desk.signal, away=True, effect_size_sd=0.4, block_effects=(0.4,) * 8, seen=seen)
    desk.later, desk.lately = Since(after, 0.4, 0.4), after
    return desk.at(minutes)


def first(desk: Desk) -> Alert:
    """The first word."""
    figures = {"before": BEFORE, "after": share(3 / 17, 17), "seen": desk.signal.seen, "share": True}
    [alert] = desk.found(change("rate:null_result", effect=2.8, unit="share", **figures))
    return alert


def test_lucky_figures_give_way_to_those_of_the_values_after_them() -> None:
    """Null results of 3 % were "0.4 to 17.6 %" for as long as the incident was open."""
    desk = Desk()
    assert "rose from 0.4 % to 17.6 % (3 of 17)" in first(desk).annotations.summary
    seen = desk.signal.seen
    assert told(desk, share(3 / 100, 100), 2, seen + 100) == [], "three ones are no better than three"
    [update] = told(desk, share(12 / 400, 400), 4, seen + 400)
    assert update.status == "updated"
    assert "rose from 0.4 % to 3 % (12 of 400)" in update.annotations.summary
    assert update.drift.after.count == 400
    assert update.drift.effect_size_sd == pytest.approx(2.8 * (0.03 - 0.004) / (3 / 17 - 0.004))
    assert told(desk, share(40 / 900, 900), 6, seen + 900) == [], "once: what it is now stands beside it"


def test_a_repetition_does_not_change_figures() -> None:
    """Who is told the same once more would read another change, and nothing says that it was corrected."""
    desk = Desk()
    first(desk)
    seen = desk.signal.seen
    assert told(desk, share(3 / 100, 100), 240.8, seen + 100) == []
    [again] = told(desk, share(12 / 400, 400), 241.2, seen + 400)
    assert again.status == "firing"
    assert "rose from 0.4 % to 17.6 % (3 of 17)" in again.annotations.summary
    [update] = told(desk, share(12 / 400, 400), 242, seen + 400)
    assert update.status == "updated"
    assert "rose from 0.4 % to 3 % (12 of 400)" in update.annotations.summary


def test_figures_that_were_right_are_no_news() -> None:
    """Nobody has to read twice that it is what it was said to be."""
    desk = Desk()
    first(desk)
    assert told(desk, share(0.15, 200), 4, desk.signal.seen + 200) == []
    [again] = told(desk, share(0.15, 900), 60 * 5, desk.signal.seen + 700)
    assert "rose from 0.4 % to 17.6 % (3 of 17), now 15 %" in again.annotations.summary


@pytest.mark.parametrize("after", [share(0.002, 9000), share(0.03, 5000)])
def test_values_of_before_and_of_the_other_side_correct_nothing(after: Moments) -> None:
    """Those of before would make the change smaller than it is, those of the other side turn it round."""
    desk = Desk()
    first(desk)
    seen = desk.signal.seen + (9000 if after.mean < BEFORE.mean else 400)
    desk.signal = replace(desk.signal, away=True, effect_size_sd=0.4, block_effects=(0.4,) * 8, seen=seen)
    desk.lately = after
    desk.at(4)
    [again] = desk.at(60 * 5)
    assert "rose from 0.4 % to 17.6 % (3 of 17)" in again.annotations.summary
