"""The cycle of what comes in office hours alone: the course of a day, at the times at which values come.

Most of the week is never seen, so no waves of it can be fitted; and without a cycle every morning would be a
jump from where the evening before had ended. The half hours of a day that are seen are taken apart into
cosines (a discrete cosine transform, which needs no evening that leads to the morning). How far days differ
from each other says how strong noise is in each, by which they are kept and shrunk as waves are (`cycle.py`).
"""

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.state.fields import SLOTS

DAYS = 7
# Judged: office hours show within a working week, and less than four hours a day have no cycle.
DAYS_MIN, TIMES_MIN = 5, 8
COVERED_MIN = 0.6  # share of the half hours of such days at such times that must have been seen
SLOW = 4  # cosines: half a period over the day, up to two
EXPECTED = 4.0  # one of them counts when it has this many times the power of noise,
UNEXPECTED = 14.0  # a faster one when it has this many


def fit_office_hours(
    means: NDArray[np.float64], covered: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], int]:
    """The cycle [336] that mean scores [336] show where they are known, and how many cosines it took.

    Zeros and 0 where these are no office hours: too few days or times, or too few of their half hours.
    """
    seen, values = covered.reshape(DAYS, -1), means.reshape(DAYS, -1)
    days, times = seen.any(axis=1), seen.any(axis=0)
    if days.sum() < DAYS_MIN or times.sum() < TIMES_MIN:
        return np.zeros(SLOTS), 0
    known, values = seen[np.ix_(days, times)].astype(np.float64), values[np.ix_(days, times)]
    if known.mean() < COVERED_MIN:
        return np.zeros(SLOTS), 0
    levels = (known * values).sum(axis=1) / known.sum(axis=1)  # as a whole a day may be higher than another
    left = known * (values - levels[:, np.newaxis])
    course: NDArray[np.float64] = left.sum(axis=0) / known.sum(axis=0)
    freedom = known.sum() - days.sum() - times.sum() + 1
    noise = float((known * (left - course) ** 2).sum() / freedom / days.sum())
    cosines = cosines_of(course.size)
    strengths = cosines @ course
    needed = np.where(np.arange(course.size) <= SLOW, EXPECTED, UNEXPECTED) * noise
    kept = strengths**2 > needed
    kept[0] = False
    strengths = np.where(kept, strengths * (1.0 - noise / np.where(kept, strengths**2, 1.0)), 0.0)
    places, day = np.flatnonzero(times), np.arange(times.size)
    return np.tile(np.interp(day, places, strengths @ cosines), DAYS), int(kept.sum())


def cosines_of(count: int) -> NDArray[np.float64]:
    """The orthonormal cosines [count, count] of a discrete cosine transform (type II), the slowest first."""
    middles = (np.arange(count) + 0.5) / count
    cosines = np.cos(np.pi * np.arange(count)[:, np.newaxis] * middles) * np.sqrt(2.0 / count)
    cosines[0] /= np.sqrt(2.0)
    return np.asarray(cosines)
