"""What two weeks share, from the means of their half hours."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.detectors.season.cycle import fit_cycle
from driftline.detectors.season.weekly import Grain, fit_waves, scores_of, shared_steps, tallies
from driftline.detectors.state.fields import SLOTS

NOISE = 0.2
MANY = np.full(SLOTS, 60.0)
VALUES = 30  # of a half hour: one a minute


def weeks_of(rate: float | np.ndarray, seed: int) -> np.ndarray:
    """What two weeks [2, 336] show of a rate, in its sd."""
    ones = np.random.default_rng(seed).binomial(VALUES, np.broadcast_to(rate, (2, SLOTS)))
    usual = float(np.median(rate))
    return np.asarray((ones / VALUES - usual) / np.sqrt(usual * (1 - usual)))


def grain_of(rate: float) -> Grain:
    """Of scores in the sd of a rate."""
    return Grain(np.array([1.0 / VALUES]), max(rate, 1 - rate) / np.sqrt(rate * (1 - rate)) / VALUES)


def arc(first: int, length: int, level: float) -> np.ndarray:
    """A week [336] that is at a level for some half hours, perhaps over its end."""
    week = np.zeros(SLOTS)
    week[(first + np.arange(length)) % SLOTS] = level
    return week


@settings(max_examples=25, deadline=None)
@given(
    first=st.integers(0, SLOTS - 1),
    length=st.integers(4, 240),
    level=st.floats(0.8, 20) | st.floats(-20, -0.8),
    seed=st.integers(0, 2**16),
)
def test_what_comes_twice_is_found_where_it_is(first: int, length: int, level: float, seed: int) -> None:
    """A weekend would be news for ever: whenever it is, however long, up or down."""
    weeks = arc(first, length, level) + NOISE * np.random.default_rng(seed).standard_normal((2, SLOTS))
    off = abs(shared_steps(weeks, MANY) - arc(first, length, level))
    sure = max(0.25, 5.0 * NOISE / sqrt(2 * length))  # of the mean of a few half hours in two weeks
    assert np.count_nonzero(off > sure) <= 2  # half hours at its edges


@settings(max_examples=25, deadline=None)
@given(level=st.floats(-20, 20), seed=st.integers(0, 2**16), latest=st.booleans())
def test_what_comes_once_is_no_step(level: float, seed: int, latest: bool) -> None:
    """An outage on one weekend would be expected on the next."""
    weeks = NOISE * np.random.default_rng(seed).standard_normal((2, SLOTS))
    weeks[int(latest)] += arc(240, 96, level)
    assert not shared_steps(weeks, MANY).any()


def test_days_that_are_not_alike_are_no_steps() -> None:
    """Two warm Tuesdays would be a cycle: what weeks differ by is asked for arcs of each length."""
    random = np.random.default_rng(1)
    found = 0
    for _ in range(20):
        days = np.repeat(0.3 * random.standard_normal((2, 7)), SLOTS // 7, axis=1)
        weeks = days + NOISE * random.standard_normal((2, SLOTS))
        found += bool((abs(shared_steps(weeks, MANY)) > 0.3).any())
    assert found <= 2


def test_half_hours_that_nobody_has_seen_are_no_part_of_a_step() -> None:
    """A weekend would reach back to Friday in a stream that began on one."""
    weeks = arc(240, 96, -2.0) + NOISE * np.random.default_rng(1).standard_normal((2, SLOTS))
    weeks[1, 192:240] = np.nan
    assert not shared_steps(weeks, MANY)[192:240].any()


def test_a_single_weekend_does_not_bend_the_waves() -> None:
    """All days would be off by what the waves of a box are, and an outage of the first week be a cycle."""
    hours = np.arange(SLOTS) / 2
    daily = np.sin(2 * np.pi * hours / 24)
    noise = NOISE * np.random.default_rng(2).standard_normal(SLOTS)
    fit, level = fit_waves(daily + arc(240, 96, -2.0) + noise, MANY)
    assert abs(level) < 0.1
    assert abs(fit.knots - daily).max() < 0.25


def test_a_smooth_week_stays_one_of_waves() -> None:
    """It would be news in its second week, though one shows it."""
    hours = np.arange(SLOTS) / 2
    weekly = np.sin(2 * np.pi * hours / 168)
    noise = NOISE * np.random.default_rng(3).standard_normal(SLOTS)
    assert abs(fit_waves(weekly + noise, MANY)[0].knots - weekly).max() < 0.25


@pytest.mark.parametrize("rate", [0.001, 0.003, 0.01, 0.03, 0.1, 0.5, 0.9, 0.997])
def test_single_events_of_a_rare_rate_are_no_steps(rate: float) -> None:
    """Nearly all its half hours are the same, so the few with an event would be a cycle: four times as many
    false alarms as were asked for.
    """
    for seed in range(5):
        weeks, grain = weeks_of(rate, seed), grain_of(rate)
        assert not shared_steps(weeks, MANY, grain=grain).any()
        for week in weeks:
            fit, _ = fit_waves(week, MANY, grain)
            assert np.array_equal(fit.knots, fit_cycle(week, MANY).knots)


@pytest.mark.parametrize("rate", [0.003, 0.03, 0.5])
def test_a_weekend_of_many_events_is_one_of_a_rare_rate(rate: float) -> None:
    """Twenty times the odds would be news every weekend."""
    odds = 20 * rate / (1 - rate)
    weekend = odds / (1 + odds)
    weeks = weeks_of(np.where(arc(240, 96, 1.0) > 0, weekend, rate), seed=1)
    steps = shared_steps(weeks, MANY, grain=grain_of(rate)) * np.sqrt(rate * (1 - rate))
    assert steps[240:].mean() == pytest.approx(weekend - rate, rel=0.3)
    assert not steps[2:238].any()


@given(st.lists(st.floats(-31, 31) | st.just(float("nan")), min_size=1))
def test_what_is_kept_of_a_half_hour_is_its_score(scores: list[float]) -> None:
    """Rounded weeks would disagree by more than their noise, or nothing known be a 0."""
    kept = scores_of(tallies(np.array(scores)))
    assert kept == pytest.approx(scores, abs=1 / 2048, nan_ok=True)
