"""Data quality by the time of the day: guests have no age, and come at night."""

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, Finding, Transform
from tests.detectors.streams import feed, single

SPACING_MS = 20_000
HOUR = 180  # values
DAY = 24 * HOUR


def guests(days: int, seed: int, at_night: float = 0.4, by_day: float = 0.05) -> NDArray[np.float64]:
    """Values [count, 1] that are missing more often from ten at night to six in the morning."""
    random = np.random.default_rng(seed)
    hour = np.arange(days * DAY) // HOUR % 24
    share = np.where((hour >= 22) | (hour < 6), at_night, by_day)
    return np.where(random.random(days * DAY) < share, np.nan, 1.0)[:, None]


def watched(values: NDArray[np.float64]) -> tuple[Bank, list[Finding]]:
    """A bank that counts what is missing of these values, and what it found."""
    bank = single(Transform.MISSING)
    return bank, feed(bank, values, [DAY // 4], spacing_ms=SPACING_MS)


def days_told(findings: list[Finding]) -> set[int]:
    """The days on which more was missing than should."""
    return {found.detected_offset // DAY for found in findings if found.direction == "up"}


@pytest.mark.parametrize("by_day", [0.0, 0.05, 0.2])
def test_nights_are_told_twice_at_the_most(by_day: float) -> None:
    """Data quality knew no time: a field that guests do not fill in was an incident every night."""
    _, findings = watched(guests(16, 1, by_day=by_day))
    assert days_told(findings) <= {0, 1, 2}


@pytest.mark.parametrize(("day", "share"), [(1, 0.6), (4, 0.9), (9, 0.3), (15, 0.2)])
def test_a_fault_by_day_is_told(day: int, share: float) -> None:
    """What is usual at night is none at noon."""
    values = guests(day + 1, 2)
    noon = slice(day * DAY + 11 * HOUR, day * DAY + 14 * HOUR)
    values[noon, 0] = np.where(np.random.default_rng(3).random(3 * HOUR) < share, np.nan, 1.0)
    _, findings = watched(values)
    assert any(found.began_offset > day * DAY + 10 * HOUR for found in findings if found.direction == "up")


def test_a_fault_stays_a_fault() -> None:
    """No hole in the data becomes the level after half a day because no cycle is known yet."""
    values = guests(4, 4, at_night=0.1, by_day=0.1)
    values[DAY + 12 * HOUR :] = guests(3, 5, at_night=0.5, by_day=0.5)[: len(values) - DAY - 12 * HOUR]
    bank, findings = watched(values)
    state = bank.state_of("x")
    assert findings and state is not None and state.away and state.followed == 0.0


def test_what_was_never_missing_costs_no_season() -> None:
    """There are two or three such signals for every feature: each would have 3,360 bytes more."""
    bank, _ = watched(np.ones((2 * DAY, 1)))
    assert len(bank._arrays.seasons) == 1


def test_a_rate_is_back_with_the_values_that_are() -> None:
    """After two hours of a rare fault a signal was away for a day, and the next one no news."""
    values = np.ones(2 * DAY)
    values[DAY : DAY + 2 * HOUR : 2] = np.nan
    bank, _ = watched(values[: DAY + 3 * HOUR, None])
    state = bank.state_of("x")
    assert state is not None and not state.away


def test_a_new_version_takes_up_the_season() -> None:
    """The first night of a release would be told again."""
    values = guests(12, 6)
    old, _ = watched(values[: 10 * DAY])
    new = single(Transform.MISSING)
    new.inherit(old, ["x"])
    assert not days_told(feed(new, values[10 * DAY :], [DAY], first=10 * DAY, spacing_ms=SPACING_MS))
