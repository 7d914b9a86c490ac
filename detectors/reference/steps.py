"""A step in what a number learns from: a reference of two levels would let pass any change between them.

The best single step beside a smooth course and cycles of day and week is fitted to the values' normal scores
by ranks, which no spike moves: what rises every morning is no step. It counts when it explains much more than
chance would with the autocorrelation that is left (a CUSUM of ranks: A. N. Pettitt, Appl. Statist. 28, 1979),
and is sharp. What comes after it is looked at again, so a stretch of another level is two steps.
"""

from functools import lru_cache
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.forecast.whitening import PHI_MAX
from driftline.detectors.kernels.scratch import DAY_MS, WEEK_MS
from driftline.detectors.reference.table_ends import scores_by_rank

SIDE_MIN = 30  # values; on either side of a step
SURE = 22.0  # judged: squared standard errors, which one in some 200 healthy references reaches
LARGE = 1.5  # judged: sd of what is left; a smaller step makes a reference wider by a fifth at most
SHARP_SHARE, SHARP_PARTS = 0.5, 16  # judged: so much of a step lies between the neighbouring sixteenths
OFTEN = 4  # what steps so often in what it is learned from does so by nature
WAVES = 2  # of a day, and of a week


class Fitted(NamedTuple):
    """The best step: before the value at `at`; the sum of squares it explains, its height in scores."""

    at: int
    explains: float
    height: float


def settled_from(values: NDArray[np.float64], span_ms: int) -> int:
    """From which of the values [count] in the order of time, evenly over that time, there is no step.

    0 when there is none, or so many that they are what the signal is like.
    """
    steps = steps_in(values, span_ms)
    return steps[-1] if 0 < len(steps) < OFTEN else 0


def steps_in(values: NDArray[np.float64], span_ms: int) -> list[int]:
    """Before which of the values [count] steps lie: the best one, then those in either part of them."""
    if len(values) < 4 * SIDE_MIN:
        return []
    at = step_in(values, span_ms)
    if not at:
        return []
    earlier = steps_in(values[:at], span_ms * at // len(values))
    later = steps_in(values[at:], span_ms * (len(values) - at) // len(values))
    return [*earlier, at, *(at + step for step in later)]


def step_in(values: NDArray[np.float64], span_ms: int) -> int:
    """Before which of the values [count] a step lies, 0 for none."""
    if not np.ptp(values):
        return 0
    scores = scores_by_rank(values)
    courses = smooth_courses(len(values), span_ms)
    around = scores - courses @ (courses.T @ scores)
    step = best_step(around, courses)
    rise = np.where(np.arange(len(values)) < step.at, 0.0, step.height)
    left = around - (rise - courses @ (courses.T @ rise))
    is_sure = step.explains > SURE * long_run_variance(left, courses.shape[1] + 1)
    is_large = abs(step.height) > LARGE * left.std()
    return step.at if is_sure and is_large and is_sharp(scores, step) else 0


@lru_cache(maxsize=1)  # the signals of a model arm one after the other; 0.4 MB for 4,000 values
def smooth_courses(count: int, span_ms: int) -> NDArray[np.float64]:
    """A cubic [count, 4 and more], with waves of a day and a week if it spans half of one: orthonormal."""
    time = np.linspace(-1.0, 1.0, count)
    courses = [np.ones_like(time), time, time**2, time**3]
    for period_ms in (DAY_MS, WEEK_MS):
        if 2 * span_ms >= period_ms:
            turns = pi * span_ms / period_ms * time
            courses += [wave(n * turns) for n in range(1, WAVES + 1) for wave in (np.cos, np.sin)]
    orthonormal = np.asarray(np.linalg.qr(np.column_stack(courses))[0])
    orthonormal.flags.writeable = False
    return orthonormal


def best_step(around: NDArray[np.float64], courses: NDArray[np.float64]) -> Fitted:
    """The step that explains most beside the smooth courses [count, number], of what these leave [count]."""
    sums = np.cumsum(around[::-1])[::-1][SIDE_MIN:-SIDE_MIN]
    shared = np.cumsum(courses[::-1], axis=0)[::-1][SIDE_MIN:-SIDE_MIN]
    own = len(around) - SIDE_MIN - np.arange(len(sums)) - (shared**2).sum(axis=1)
    explained = sums**2 / np.maximum(own, 1.0)
    best = int(explained.argmax())
    return Fitted(SIDE_MIN + best, float(explained[best]), float(sums[best] / max(own[best], 1.0)))


def is_sharp(scores: NDArray[np.float64], step: Fitted) -> bool:
    """Whether most of a step lies between the values just before and just after it."""
    near = max(len(scores) // SHARP_PARTS, SIDE_MIN)
    rise = scores[step.at : step.at + near].mean() - scores[max(step.at - near, 0) : step.at].mean()
    return bool(rise * step.height > SHARP_SHARE * step.height**2)


def long_run_variance(left: NDArray[np.float64], fitted: int) -> float:
    """The variance of a sum of residuals, for each of them, as a process of first order has it.

    What was fitted took slow movements with it: phi seems smaller by about (1 + phi) / count for each course.
    """
    squares = float((left**2).sum())
    phi = float((left[1:] * left[:-1]).sum()) / squares if squares else 0.0
    phi = min(max(phi + (1 + phi) * (fitted + 1) / len(left), 0.0), PHI_MAX)
    return squares / len(left) * (1 + phi) / (1 - phi)
