"""What jumps at the same time every day: told on the first days, then known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, Finding, Transform
from driftline.detectors.season.daily import daily_steps
from driftline.detectors.state.fields import SLOTS
from tests.detectors.streams import feed, single

SPACING_MS = 20_000
HOUR = 180  # values
DAY = 24 * HOUR
OPEN, CLOSED = 8, 20  # hours


def is_open(count: int) -> NDArray[np.bool_]:
    """Whether the shop is open at each of so many days' values."""
    hour = np.arange(count * DAY) // HOUR % 24
    return (hour >= OPEN) & (hour < CLOSED)


def load(count: int, seed: int, jump: float = 10.0) -> NDArray[np.float64]:
    """A number [values, 1] that is higher by day."""
    noise = np.random.default_rng(seed).standard_normal(count * DAY)
    return (10.0 + jump * is_open(count) + noise)[:, None]


def rises(findings: list[Finding]) -> set[int]:
    """The days on which it was told that something is higher than it should be."""
    return {f.detected_offset // DAY for f in findings if f.direction == "up" and f.effect_size_sd > 1}


def watched(
    values: NDArray[np.float64], transform: Transform = Transform.VALUE
) -> tuple[Bank, list[Finding]]:
    """A bank after these values, and what it found."""
    bank = single(transform)
    return bank, feed(bank, values, [DAY // 3], spacing_ms=SPACING_MS)


def test_an_opening_is_told_on_the_first_days_alone() -> None:
    """A shop that opens at eight made an incident every morning of the first two weeks."""
    bank, findings = watched(load(16, 1))
    assert rises(findings) <= {0, 1, 2}
    state = bank.state_of("x")
    assert state is not None and not state.away


@pytest.mark.parametrize("day", [4, 9])
def test_another_jump_at_that_time_is_told(day: int) -> None:
    """A fault at the hour of the opening must not hide behind it."""
    values = load(day + 1, 2)
    values[day * DAY + OPEN * HOUR :] += 30.0
    assert day in rises(watched(values)[1])


@pytest.mark.parametrize("day", [4, 9])
def test_the_jump_at_another_time_is_told(day: int) -> None:
    """The load of the day at three in the morning is news."""
    values = load(day + 1, 3)
    night = slice(day * DAY + 3 * HOUR, day * DAY + 5 * HOUR)
    values[night] += 10.0
    assert day in rises(watched(values)[1])


def test_categories_of_the_time_of_day_are_told_on_the_first_days_alone() -> None:
    """Who is asked by day and who by night was told every morning of the first week."""
    random = np.random.default_rng(4)
    by_day = random.choice([1.0, 2.0], 14 * DAY, p=[0.1, 0.9])
    by_night = random.choice([1.0, 2.0], 14 * DAY, p=[0.9, 0.1])
    _, findings = watched(np.where(is_open(14), by_day, by_night)[:, None], Transform.CATEGORY)
    assert rises([found for found in findings if found.began_offset // HOUR % 24 in (OPEN - 1, OPEN)]) <= {
        0,
        1,
    }


def test_steps_are_those_that_most_days_share() -> None:
    """On Sunday the shop is closed: a step there would be news each week."""
    day = np.where((np.arange(48) >= 2 * OPEN) & (np.arange(48) < 2 * CLOSED), 4.0, 0.0)
    week = np.concatenate([*[day] * 6, np.zeros(48)]) + np.random.default_rng(5).normal(0, 0.05, SLOTS)
    steps = daily_steps(week)
    assert np.allclose(steps[: 6 * 48], np.tile(day - day.mean(), 6), atol=0.3)
    assert not steps[6 * 48 :].any()


def test_a_smooth_cycle_has_no_steps() -> None:
    """Waves are followed by waves; steps in them would be jumps of their own."""
    turns = np.arange(SLOTS) / 48 * 2 * np.pi
    assert not daily_steps(3 * np.sin(turns) + np.random.default_rng(6).normal(0, 0.05, SLOTS)).any()


def test_half_hours_that_no_day_has_seen_have_no_steps() -> None:
    """Of a signal that is heard in office hours alone nothing is known of the night."""
    week = np.where(np.tile(np.arange(48) < 20, 7), np.nan, 1.0)
    assert not daily_steps(week).any()
