"""0/1 signals: what never happened is seen as soon as it does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Transform
from tests.detectors.streams import feed, numbered, single


@pytest.mark.parametrize("usual", [0.0, 1.0])
@pytest.mark.parametrize("healthy", [4_000, 30_000])
def test_a_flag_that_never_changed_is_seen_within_values(usual: float, healthy: int) -> None:
    """It looked perfectly autocorrelated, and half of all answers being wrong took 600 values to be told."""
    random = np.random.default_rng(healthy)
    values = np.where(np.arange(healthy + 1_000) < healthy, usual, random.random(healthy + 1_000) < 0.5)
    found = feed(single(Transform.BINARY, warm_up=1_000, false_alarm_every=1e6), values[:, None])
    assert found
    assert healthy <= found[0].detected_offset < healthy + 40


@pytest.mark.parametrize("rate", [0.003, 0.01, 0.1])
def test_weeks_of_a_steady_rate_raise_no_more_alarms_than_asked_for(rate: float) -> None:
    """A half hour with an event among many without one was a step of the week: at a rate of 0.003 there were
    four times as many false alarms as asked for, which only tables of an hour showed.
    """
    columns, minutes, every = 8, 70 * 1440, 1e5
    values = np.random.default_rng(3).random((minutes, columns)) < rate
    bank = numbered(columns, Transform.BINARY, warm_up=20_000, false_alarm_every=every)
    found = feed(bank, values.astype(float), [5_000], spacing_ms=60_000)
    assert len(found) <= 2 * minutes * columns / every


@pytest.mark.parametrize(("before", "after"), [(0.02, 0.08), (0.02, 0.3), (0.3, 0.05)])
def test_a_rate_that_was_followed_to_another_level_is_quiet_there(before: float, after: float) -> None:
    """Page-Hinkley went on in the sd of the rate before: 200 to 1,100 findings of a level that had stayed."""
    columns, day, every = 8, 8_640, 1e5
    rate = np.where(np.arange(4 * day) < day // 2, before, after)[:, None]
    values = np.random.default_rng(1).random((4 * day, columns)) < rate
    bank = numbered(columns, Transform.BINARY, warm_up=2_000, false_alarm_every=every)
    found = feed(bank, values.astype(float), [5_000], spacing_ms=10_000)
    assert len({each.signal for each in found if each.began_offset < day}) == columns
    late = [each for each in found if each.detected_offset > 1.3 * day]
    assert len(late) <= 4 * 2.7 * day * columns / every


def by_the_day(days: int, spacing_s: int, rate: float, moves: float) -> NDArray[np.float64]:
    """Probabilities [values, 1] of a 1 that go up and down by `moves` within each day."""
    times_s = np.arange(days * 86_400 // spacing_s) * spacing_s
    return np.asarray(rate + moves * np.sin(2 * np.pi * times_s / 86_400))[:, None]


@pytest.mark.parametrize(
    ("spacing_s", "rate", "moves"), [(30, 0.2, 0.1), (20, 0.4, 0.2), (30, 0.1, 0.04), (30, 0.05, 0.03)]
)
def test_the_first_week_of_a_rate_with_a_daily_cycle_is_quiet(
    spacing_s: int, rate: float, moves: float
) -> None:
    """A local level is that of half a day where a value comes every half minute: clicks of 10 % by night and
    30 % at noon were two changes a day, and the cycle that was learned between them was none.
    """
    chances = by_the_day(10, spacing_s, rate, moves)
    values = np.random.default_rng(2).random((len(chances), 8)) < chances
    found = feed(numbered(8, Transform.BINARY, false_alarm_every=1e7), values.astype(float), [5_000],
                 spacing_ms=spacing_s * 1000)  # fmt: skip
    day = 86_400 // spacing_s
    late = [each for each in found if each.detected_offset >= day or moves < 0.2]
    assert len(late) <= 3  # of 80 days; nobody expects on the first one that odds move by six


@pytest.mark.parametrize("day", [1.5, 4.2])
def test_a_rate_that_leaves_its_day_is_found_in_the_first_week(day: float) -> None:
    """Four fifths of the clicks gone are more than a night."""
    chances, change = by_the_day(6, 30, 0.2, 0.08), int(day * 2880)
    chances[change:] /= 5.0
    values = np.random.default_rng(3).random((len(chances), 8)) < chances
    found = feed(numbered(8, Transform.BINARY, false_alarm_every=1e7), values.astype(float), [5_000],
                 spacing_ms=30_000)  # fmt: skip
    first = {each.signal: each for each in reversed(found)}
    assert len(first) >= 7  # of one the level was faster
    assert all(each.direction == "down" for each in first.values())
    assert all(change <= each.detected_offset < change + 2_160 for each in first.values())
