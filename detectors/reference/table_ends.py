"""What is not known well of a number's quantile table: its steps where few independent values made it, its
ends.

The values of an autocorrelated signal say as much as fewer independent ones, and only a few of these lie near
the ends. There a table goes on by what the whole of the values says of its tails: without that, the largest
of a few values would stand for all quantiles beyond, and an amount that is skewed would seem to leave its
reference every other day.
"""

from math import exp, expm1, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.forecast.whitening import PHI_MAX
from driftline.detectors.state.fields import GRID_LOW, GRID_POINTS, GRID_STEP

TAIL_VALUES = 3
MIDDLE = GRID_POINTS // 2
SLOPE_MIN = 1e-100  # between equal quantiles: what lies beyond is as far as can be
SURE = 3.0  # standard errors
GROWTH_MAX = 10.0  # judged: no tail is 22,000 times as long for each score, only numbers of no meaning
# Derived: the error of a growth seen at 1.5 sd, times the root of the count; and of one seen at the end of
# what is sure, which three values beyond it tell.
SKEW_SCORE, SKEW_ERROR, BENT_ERROR = 1.5, 1.2, 1.25 / sqrt(TAIL_VALUES)
SURE_COUNT_MIN = 45.0  # derived: three of so many lie beyond 1.5 sd
SMOOTHED, SMOOTHED_MAX = 11.0, 0.5  # judged: the slope of a table is known to a third; sd of its scores
SCORES = GRID_LOW + GRID_STEP * np.arange(GRID_POINTS)
GRID = np.array([NormalDist().cdf(score) for score in SCORES])  # probabilities of the quantile table


class Tails(NamedTuple):
    """What is known of the tails of a reference: from how many independent values, and the sd of its lower
    and its upper half. of_less_than_a_day: a cycle may take the signal where none of its values have been.
    """

    independent: float
    sds: tuple[float, float]
    of_less_than_a_day: bool


class Growth(NamedTuple):
    """By how much the logarithm of a tail's slope grows for a score of 1, and the standard error of that."""

    growth: float
    error: float


def half_sds(values: NDArray[np.float64]) -> tuple[float, float]:
    """The sd of the values below and of those above the median, around it: of skewed ones two.

    Where most are the median itself (0 of what is mostly nothing) they say nothing of how far others come: it
    is the sd of those among each other.
    """
    deviations = values - np.median(values)
    if 2 * np.count_nonzero(deviations) < len(values):
        lower, upper = deviations[deviations < 0], deviations[deviations > 0]
        return others_sd(lower, values), others_sd(upper, values)
    lower, upper = deviations[deviations <= 0], deviations[deviations >= 0]
    return sqrt(float((lower**2).mean())), sqrt(float((upper**2).mean()))


def others_sd(others: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """The sd of others [others] than most of the values [values]; where they show none, that of all."""
    return float(others.std() if len(others) > 1 and np.ptp(others) else values.std())


def lengthen_tails(table: NDArray[np.float64], known: Tails) -> list[tuple[float, float]]:
    """Both ends of a quantile table [129]: (unit, growth) of the lower and of the upper one."""
    mirrored = -table[::-1]
    lower, upper = lengthen_upwards(mirrored, known, 0), lengthen_upwards(table, known, 1)
    table[:MIDDLE] = -mirrored[: -MIDDLE - 1 : -1]
    return [lower, upper]


def lengthen_upwards(table: NDArray[np.float64], known: Tails, side: int) -> tuple[float, float]:
    """Where fewer than three independent values lie beyond, quantiles go on as a tail does.

    Else the largest of a few values would stand for all quantiles up to 3.2 sd. Quantiles go on by the sd of
    their half for a score of 1. Those of a tail that is longer than a normal one go on by `unit` at the end,
    and that grows by e^growth for each score more: by the sd of the logarithm for log-normal values (J. W.
    Tukey's g-distributions, "Exploratory Data Analysis", 1977). The other end of such values shrinks alike,
    which counts where a cycle may take them: else they would be calm there. Returns unit and growth.
    """
    count, sd = known.independent, known.sds[side]
    sure = min(int(np.searchsorted(GRID, 1 - TAIL_VALUES / max(count, SURE_COUNT_MIN))), GRID_POINTS - 1)
    growth = surely_grows(table, sure, count)
    if not growth and known.of_less_than_a_day:
        growth = surely_shrinks(table, sure, count)
    reach = (sure - MIDDLE) * GRID_STEP
    rise = float(table[sure] - table[MIDDLE])
    slope = rise * growth / -expm1(-growth * reach) if growth else sd
    slope = min(slope, sd) if growth < 0 else max(slope, sd)
    more = SCORES[sure + 1 :] - SCORES[sure]
    table[sure + 1 :] = table[sure] + slope * (np.expm1(growth * more) / growth if growth else more)
    unit = slope * exp(growth * (SCORES[-1] - SCORES[sure]))
    return max(unit, SLOPE_MIN), max(growth, 0.0)


def surely_grows(table: NDArray[np.float64], sure: int, count: float) -> float:
    """The growth of an upper tail, 0 unless it is more than that of normal values by chance.

    A tail may be longer than the other one, as the quantiles at 1.5 sd tell best; or both may be long, as
    the outer half of what is sure tells, known from the three values beyond. It grows by no more than either
    of its bends lets it: a growth that crosses a gap would end far beyond all values.
    """
    shown = growth_by_skew(table, count), growth_by_bend(table, sure, sure - MIDDLE)
    longest = max((seen.growth for seen in shown if seen.growth > SURE * seen.error), default=0.0)
    most = min(bend.growth + SURE * bend.error for bend in bends(table, sure))
    return max(min(longest, most), 0.0)


def surely_shrinks(table: NDArray[np.float64], sure: int, count: float) -> float:
    """The growth, below 0, of an upper tail that is surely the shorter one, a standard error nearer to 0.

    And it shrinks by no more than either of its bends shows: beside a far cluster any tail is the shorter
    one, and would end at once.
    """
    growth, error = growth_by_skew(table, count)
    least = max(bend.growth for bend in bends(table, sure))
    return min(max(growth + error, least), 0.0) if growth < -SURE * error else 0.0


def growth_by_skew(table: NDArray[np.float64], count: float) -> Growth:
    """How much longer the upper tail is than the lower one, as the growth that makes it so."""
    side = round(SKEW_SCORE / GRID_STEP)
    upper, lower = table[MIDDLE + side] - table[MIDDLE], table[MIDDLE] - table[MIDDLE - side]
    return Growth(growth_of(float(lower), float(upper), SKEW_SCORE), SKEW_ERROR / sqrt(count))


def bends(table: NDArray[np.float64], sure: int) -> list[Growth]:
    """How an upper tail grows in itself: over all that is sure, and over the outer half of it.

    The tail of one kind of values grows alike everywhere. Where there are two (hits of a cache and misses),
    the gap between them makes one tail longer than the other, and says nothing of the ends.
    """
    return [growth_by_bend(table, sure, reach) for reach in (sure - MIDDLE, (sure - MIDDLE) // 2)]


def growth_by_bend(table: NDArray[np.float64], sure: int, reach: int) -> Growth:
    """How much steeper the outer half of the last `reach` steps of what is sure is than the inner one."""
    half = reach // 2
    width = half * GRID_STEP
    inner, outer = table[sure - half] - table[sure - 2 * half], table[sure] - table[sure - half]
    return Growth(growth_of(float(inner), float(outer), width), BENT_ERROR / (SCORES[sure] * width**2))


def growth_of(inner: float, outer: float, width: float) -> float:
    """How much quantiles grow for a score of 1 when they rise by these over two neighbouring widths."""
    if inner <= 0 or outer <= 0:
        return 0.0
    # A ratio of the two, not a difference of logarithms: a power of two changes no bit of it.
    return min(max(log(max(outer / inner, SLOPE_MIN)) / width, -GROWTH_MAX), GROWTH_MAX)


def independent(values: NDArray[np.float64]) -> float:
    """How many independent values [count] in the order of time say as much: n (1 - phi) / (1 + phi).

    phi is that of their normal scores, by ranks, so that one wild value does not decide.
    """
    scores = scores_by_rank(values)
    phi = float((scores[1:] * scores[:-1]).sum() / (scores**2).sum())
    phi = min(max(phi, 0.0), PHI_MAX)
    return len(values) * (1 - phi) / (1 + phi)


def scores_by_rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The normal scores [values] of the values among themselves; equal ones in the order of time."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return np.asarray(np.interp((ranks + 0.5) / len(values), GRID, SCORES))


def smooth(table: NDArray[np.float64], count: float) -> None:
    """Makes the steps of a quantile table [129] as sure as so many independent values let them be.

    An autocorrelated signal stays for a while where the table is steep by chance, or flat, and seems wilder
    or calmer then. Over a width w around the middle lie about 0.4 w count values; w is that of SMOOTHED.
    Ties stay ties.
    """
    width = min(SMOOTHED / (0.4 * count), SMOOTHED_MAX) / GRID_STEP
    if width < 1.0 or (np.diff(table) <= 0).any():
        return
    reach = int(3 * width)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    ends = np.concatenate(
        [2 * table[0] - table[reach:0:-1], table, 2 * table[-1] - table[-2 : -reach - 2 : -1]]
    )
    table[:] = np.convolve(ends, kernel / kernel.sum(), mode="valid")
