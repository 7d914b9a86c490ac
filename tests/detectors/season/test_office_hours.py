"""What comes in office hours alone has a cycle, too: without one every morning would be a change."""

import numpy as np
import pytest

from driftline.detectors.season.cycle import fit_cycle
from driftline.detectors.state.fields import SLOTS

HOURS = np.arange(SLOTS) % 48 / 2
DAYS = np.arange(SLOTS) // 48
OPEN = (DAYS < 5) & (HOURS >= 7) & (HOURS < 17)
COURSE = 0.5 * np.sin(2 * np.pi * HOURS / 24)
VALUES = 180.0


def week(course: np.ndarray, seen: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean scores of half hours with so many values each, and how many these are."""
    noise = np.random.default_rng(seed).normal(size=SLOTS) / np.sqrt(VALUES)
    return np.where(seen, course + noise, 0.0), np.where(seen, VALUES, 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_course_of_a_working_day_is_learned(seed: int) -> None:
    """A model that is used from 8 to 18 h was told to have changed every morning, for weeks."""
    fit = fit_cycle(*week(COURSE, OPEN, seed))
    left = (COURSE - fit.knots)[OPEN]
    assert np.abs(left - left.mean()).max() < 0.12


def test_noise_is_no_course() -> None:
    """A cycle made of noise is noise that comes back every day."""
    fits = [fit_cycle(*week(np.zeros(SLOTS), OPEN, seed)) for seed in range(20)]
    assert sum(fit.freedom for fit in fits) < 20
    assert np.mean([np.sqrt(np.mean(fit.knots[OPEN] ** 2)) for fit in fits]) < 0.02


@pytest.mark.parametrize("seen", [OPEN & (DAYS < 4), OPEN & (HOURS < 10)], ids=["four days", "three hours"])
def test_too_little_is_no_office_hours(seen: np.ndarray) -> None:
    """A nightly job, or a week in which most days are missing, says nothing about a day."""
    assert not fit_cycle(*week(COURSE, seen, 1)).knots.any()
