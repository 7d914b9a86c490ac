"""What jumps at the same time every day: a shop opens at eight, a batch runs at two.

Only after a week can a cycle be told from drift (`learning.py`), what takes a signal away from its level
teaches nothing about it, and waves (`cycle.py`) are no jumps. But the half hours of the last days are written
down, healthy or not (`kernels/weeks.py`). So the third time is no news (`comes_daily`), and once a week is
known the jumps that its days share become steps of the cycle (`daily_steps`).
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.scratch import SLOT_MS
from driftline.detectors.season.cycle import DAY_SLOTS, DAYS
from driftline.detectors.season.weekly import SURE, scores_of
from driftline.detectors.signals import NUMERIC
from driftline.detectors.state.arrays import Row
from driftline.detectors.state.fields import SLOTS

DAYS_BEFORE = (1, 2)
JUMP_MIN = 1.0  # judged: sd; a mean of two half hours of few values may be off by half of that
ALIKE = 1.4  # judged: a jump of half as much again is another one,
IN_PART = 3.0  # judged: and the first values show but a part of it
BESIDE = np.array([1, 2])  # half hours before and after that in which it jumps, which is of both
STEP_MIN = 0.5  # judged: sd
SEEN_MIN = 0.1  # judged: of the squares of the steps, else the day says nothing of them
MEDIAN_OF_WEEK = sqrt(2) * 1.25 / sqrt(DAYS)  # what the difference of two medians of days varies by
STANDS_OUT = 6.0  # judged: times what the profile of a day moves by from one half hour to the next


def comes_daily(row: Row, began_ms: int, score: float) -> bool:
    """Whether a number or its categories jumped by as much (a mean score since then) at the same time of the
    last two days.
    """
    signal = row.signal
    if signal["transform"] not in NUMERIC or abs(score) < JUMP_MIN:
        return False
    half_hour = int(signal["half_hour"]) - int(signal["last_ms"]) // SLOT_MS + began_ms // SLOT_MS
    week = scores_of(row.season["weeks"])[0]
    for days in DAYS_BEFORE:
        then = half_hour - days * DAY_SLOTS
        jump = float((week[(then + BESIDE) % SLOTS] - week[(then - BESIDE) % SLOTS]).mean())
        if not 1 / ALIKE <= jump / score <= IN_PART:
            return False
    return True


def daily_steps(week: NDArray[np.float64]) -> NDArray[np.float64]:
    """The steps [336] that most days of a week [336; nan: not seen] share, on the days that have them.

    They are the jumps of the median day, without what is left of them after a day: a smooth cycle has that.
    """
    days = week.reshape(DAYS, DAY_SLOTS)
    if np.isnan(days).all(axis=0).any():
        return np.zeros(SLOTS)
    profile = np.nanmedian(days, axis=0)
    jumps = profile - np.roll(profile, 1)
    usual, by_chance = np.median(np.abs(jumps)), np.nanstd(days - profile) * MEDIAN_OF_WEEK
    jumps[np.abs(jumps) < max(STEP_MIN, STANDS_OUT * usual, SURE * by_chance)] = 0.0
    day = np.cumsum(jumps - jumps.mean())
    day -= day.mean()
    if not jumps.any():
        return np.zeros(SLOTS)
    has_them = [has_steps(of_day, day) for of_day in days]
    return np.where(np.array(has_them)[:, None], day, 0.0).ravel()


def has_steps(of_day: NDArray[np.float64], day: NDArray[np.float64]) -> bool:
    """Whether a day [48; nan: not seen] has about these steps, as far as it was seen: by least squares."""
    seen = np.isfinite(of_day)
    if not seen.any():
        return True
    expected = day[seen] - day[seen].mean()
    square = float((expected**2).sum())
    return square < SEEN_MIN * float((day**2).sum()) or 1 / ALIKE <= of_day[seen] @ expected / square <= ALIKE
