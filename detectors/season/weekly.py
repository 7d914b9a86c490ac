"""What two weeks share beyond the waves of the cycle: weekends for one.

A weekend is new only once. What the last week and the one before both show at the same half hours, with the
signal back at its level between them (`kernels/weeks.py`), becomes part of the cycle, although it was told
both times. The level of a step is what both weeks show at least: an outage on one weekend has none.

A single week says what stands out of its days, but not whether it comes again: that is kept out of the waves.
"""

from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.season.arcs import NOTHING, median_variance, over_arcs, steps_of
from driftline.detectors.season.cycle import DAYS, Fit, fit_cycle, folded
from driftline.detectors.state.fields import SLOTS, TALLY, UNKNOWN

SURE = 4.0  # standard errors of each week: so far off twice by chance, 2 in a billion
SMALLEST = 0.1  # sd: less is never told
SURE_OF_ONE = 6.0  # standard errors of a single week, of half hours that may depend on each other
VALUES_OFF_MIN = 3  # judged: two of three values in each of two half hours come together by chance
STANDS_OUT = 0.5  # sd
NUMBERS_OF_AN_ARC = 3  # where it begins and ends, and its level
HALF_HOURS_MIN = 14  # that both weeks have seen, such as one morning and evening a day


class Grain(NamedTuple):
    """What the mean of a half hour of a week owes to single values: the variance that they give it
    [336 or 1], and how far one of them moves it.
    """

    variance: NDArray[np.float64]
    jump: float


SMOOTH = Grain(np.zeros(1), 0.0)
"""Of normal scores, of which none counts for much: how much half hours vary is all that there is to know.

Not so of a rare rate: nearly all its half hours are the same, and a single 1 would surely stand out of them.
"""


def scores_of(weeks: NDArray[np.int16]) -> NDArray[np.float64]:
    """What is known of two weeks [2, 336] as scores; nan where nothing is."""
    return np.where(weeks == UNKNOWN, np.nan, weeks * TALLY)


def tallies(scores: NDArray[np.float64]) -> NDArray[np.int16]:
    """Scores as they are kept, the inverse of `scores_of`."""
    whole = np.clip(np.rint(np.nan_to_num(scores) / TALLY), UNKNOWN + 1, -UNKNOWN - 1)
    return np.where(np.isnan(scores), UNKNOWN, whole).astype(np.int16)


def seen_twice(week: NDArray[np.float64], grain: Grain) -> float:
    """The farthest that half hours of a week [336; nan: not seen] were off at the same time of two days,
    surely and by more than a few values.
    """
    days = week.reshape(DAYS, -1)
    off = [np.sort(np.where(sign * days > 0, sign * days, 0.0), axis=0)[-2] for sign in (1, -1)]
    farthest, spread = float(np.max(off)), float(np.sqrt(grain.variance).max())
    return farthest if farthest > max(SURE * spread, VALUES_OFF_MIN * grain.jump) else 0.0


def shared_steps(
    left: NDArray[np.float64],
    weights: NDArray[np.float64],
    smallest: float = SMALLEST,
    grain: Grain = SMOOTH,
) -> NDArray[np.float64]:
    """The steps [336] that two weeks share in what a cycle leaves of them, [2, 336], nan where unknown.

    weights [336]: how many values a half hour has.
    """
    seen = np.isfinite(left).all(axis=0)
    if seen.sum() < HALF_HOURS_MIN:
        return np.zeros(SLOTS)
    weight, left = np.where(seen, _trust(weights), 0.0), np.where(seen, left, 0.0)
    variance = _variance(left[0] - left[1], weight)
    return steps_of(left, weight, _height(SURE, variance, weight, grain), smallest)


def fit_waves(
    means: NDArray[np.float64], weights: NDArray[np.float64], grain: Grain = SMOOTH
) -> tuple[Fit, float]:
    """The waves of the cycle that mean scores [336] of so many values show, without what stands out of the
    days; and the mean of the scores around them.
    """
    steps = _outlying(means, weights, grain)
    plain = _around(np.zeros(SLOTS), means, weights)
    return min(plain, _around(steps, means, weights), key=itemgetter(2))[:2] if steps.any() else plain[:2]


def _around(
    steps: NDArray[np.float64], means: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[Fit, float, float]:
    """Waves beside steps, the mean of what they leave, and how well they explain it for so many numbers as
    they take: the criterion of G. Schwarz (Ann. Statist. 6, 1978), smaller is better.
    """
    fit = fit_cycle(means - steps, weights)
    left = means - steps - fit.knots
    level = float(np.average(left, weights=weights))
    square = float(np.average((left - level) ** 2, weights=weights))
    numbers = fit.freedom + NUMBERS_OF_AN_ARC * np.count_nonzero(np.diff(steps)) / 2
    return fit, level, float(SLOTS * np.log(max(square, NOTHING)) + numbers * np.log(SLOTS))


def _outlying(means: NDArray[np.float64], weights: NDArray[np.float64], grain: Grain) -> NDArray[np.float64]:
    """Steps [336] by which a single week stands out of what its half hours of the day mostly are."""
    days = np.where(weights > 0, means, np.nan).reshape(DAYS, -1)
    if np.isnan(days).all(axis=0).any():
        return np.zeros(SLOTS)
    left = means - np.tile(np.nanmedian(days, axis=0), DAYS)
    if not (abs(left[weights > 0]) > STANDS_OUT).any():  # the mean over no arc is larger than all of it
        return np.zeros(SLOTS)
    weight = np.where(weights > 0, _trust(weights), 0.0)
    variance = median_variance((weight * left**2)[weight > 0]) / np.maximum(over_arcs(weight), NOTHING)
    return steps_of(left[np.newaxis], weight, _height(SURE_OF_ONE, variance, weight, grain), STANDS_OUT)


def _height(
    sure: float, variance: NDArray[np.float64], weight: NDArray[np.float64], grain: Grain
) -> NDArray[np.float64]:
    """What means over arcs of such a variance [336, ARC_MAX] hardly ever reach by chance, either way.

    So many standard errors of normal means; of coarse ones what the inequality of S. Bernstein (1924) says of
    sums of bounded values. The variance is no less than that of single values.
    """
    known = np.maximum(over_arcs(weight), NOTHING)
    own = over_arcs(weight * grain.variance) / known**2
    coarse = sure**2 / 6 * grain.jump / known
    return np.asarray(coarse + np.sqrt(coarse**2 + sure**2 * np.maximum(variance, own)))


def _trust(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much the half hours [336] count, by how many values the same ones of other days have."""
    _, day = folded(np.zeros(SLOTS), weights)
    usual = float(np.median(day[day > 0])) if day.any() else 1.0
    return np.tile(np.where(day > 0, np.minimum(day / usual, 1.0), 1.0), DAYS)


def _variance(difference: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the mean of a week over arcs of each length [336, ARC_MAX], half that of differences between weeks.

    By that they may differ by chance or because days are not alike. No less than independent half hours let
    expect, for there are few long arcs that do not overlap.
    """
    known = np.maximum(over_arcs(weight), NOTHING)
    squares = np.where(known > NOTHING, (over_arcs(weight * difference) / known) ** 2, np.inf)
    single = float(median_variance((weight * difference**2)[weight > 0]))
    return np.maximum(median_variance(squares), single / known) / 2
