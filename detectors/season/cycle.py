"""The cycle of day and week: learned from the mean score of each half hour of the week.

The means are taken apart into waves (a discrete Fourier transform over the 336 half hours). Noise has about
the same power in neighbouring waves, a cycle stands out in the waves of a day and a week; so each wave is
compared with the waves around it that belong to neither, and shrunk by its share of noise (the positive-part
rule of W. James and C. Stein, 1961): without a cycle nothing is removed, and while data are scarce little.
"""

from dataclasses import dataclass
from functools import cache
from math import log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.season.office_hours import fit_office_hours
from driftline.detectors.state.fields import SLOTS

DAYS = 7
DAY_SLOTS = SLOTS // DAYS
DAILY_MAX = 12  # waves a day: nothing shorter than two hours is a cycle
WEEKLY_MAX = 3  # waves a week
NEIGHBOURS = 12  # waves around one that say how strong noise is there
EXPECTED = 4.0  # a wave of a day or week counts when it has this many times the power of noise,
UNEXPECTED = 14.0  # any other one (a weekend of its own shape) when it has this many
ROUNDS = 20
SLOW_WAVES = 8  # a day: up to three hours each
VALUES_ENOUGH = 7.0  # judged: more in a half hour know no better what other days are like
COVERED_MIN = 0.6  # share of half hours that must have been seen; of fewer there may be office hours


@dataclass(frozen=True)
class Fit:
    """The cycle at each half hour [336], and how many free numbers it took."""

    knots: NDArray[np.float64]
    freedom: float


def fit_cycle(means: NDArray[np.float64], weights: NDArray[np.float64]) -> Fit:
    """The cycle that mean scores [336] of so many values each show.

    Where a half hour has fewer values than is usual, so much of its mean is taken from the fit itself, again
    and again: the EM algorithm for means of different variance (A. P. Dempster, N. M. Laird, D. B. Rubin,
    1977).
    """
    covered = weights > 0
    if covered.mean() < COVERED_MIN:
        knots, cosines = fit_office_hours(means, covered)
        return Fit(knots, float(cosines))
    trust = np.minimum(weights / np.median(weights[covered]), 1.0)
    slots = np.arange(SLOTS)
    filled = np.interp(slots, slots[covered], means[covered], period=SLOTS)
    day, weight = (np.tile(each, DAYS) for each in folded(means, weights))
    filled = np.where(covered | (weight == 0), filled, day)  # of other days rather than of other hours
    for _ in range(ROUNDS):
        waves = np.fft.rfft(filled) / SLOTS
        shares = _kept(np.abs(waves) ** 2)
        shares[0] = 1.0
        before, fit = filled, np.fft.irfft(waves * shares * SLOTS, SLOTS)
        filled = trust * means + (1.0 - trust) * fit
        if np.array_equal(filled, before):
            break
    shares[0] = 0.0
    smoothing = np.sinc(np.arange(len(waves)) / SLOTS)  # means over, and lines between, half hours flatten it
    knots = np.fft.irfft(waves * shares / smoothing**3 * SLOTS, SLOTS)
    return Fit(knots, 2.0 * float((shares > 0).sum()))


def _kept(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of each wave [169] that is kept: 0 where it is no stronger than noise."""
    waves = np.arange(DAYS * DAILY_MAX + 1)
    floor, low = noise_around(power, len(waves)), power[: len(waves)]
    expected = (waves % DAYS == 0) | (waves <= WEEKLY_MAX)
    kept = (low > floor * np.where(expected, EXPECTED, UNEXPECTED)) & (waves > 0)
    shares = np.zeros(len(power))
    shares[: len(waves)] = np.where(kept, 1.0 - floor / np.where(kept, low, 1.0), 0.0)
    return shares


def noise_around(power: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The mean power of noise near each of the first waves [count] of all [169], from the median of its
    neighbours that are no waves of a day or week.

    The power of a wave of noise is exponentially distributed, so the mean is the median over log 2.
    """
    middle = NEIGHBOURS // 2  # numpy's median spends as long again on its checks
    near = np.partition(power[_neighbours(len(power))[:count]], (middle - 1, middle), axis=1)
    return np.asarray((near[:, middle - 1] + near[:, middle]) / 2 / log(2))


@cache
def _neighbours(count: int) -> NDArray[np.int64]:
    """The waves [count, NEIGHBOURS] around each that are no waves of a day or week."""
    others = [w for w in range(WEEKLY_MAX + 1, count - 1) if w % DAYS and w % DAYS not in (1, DAYS - 1)]
    return np.array([sorted(others, key=lambda w: abs(w - wave))[:NEIGHBOURS] for wave in range(count)])


def means_of(
    scores: NDArray[np.float64], slots: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean score of each half hour of the week [336], and how many there are."""
    weights = np.bincount(slots, minlength=SLOTS).astype(np.float64)
    return np.bincount(slots, weights=scores, minlength=SLOTS) / np.maximum(weights, 1.0), weights


def folded(
    means: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same of each half hour of the day [48]."""
    week, weight = means.reshape(DAYS, -1), weights.reshape(DAYS, -1)
    return (week * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1.0), weight.sum(axis=0)


def amplitude_of_day(means: NDArray[np.float64], weights: NDArray[np.float64], variance: float) -> float:
    """The amplitude of a wave of a day that varies as much as means [336] of so many values each do over it,
    less what values of this variance do by chance.
    """
    day, weight = folded(means, weights)
    varies = float(np.average((day - np.average(day, weights=weight)) ** 2, weights=weight))
    by_chance = variance * np.count_nonzero(weight) / float(weight.sum())
    return sqrt(2.0 * max(varies - by_chance, 0.0))


def looks_flat(means: NDArray[np.float64], weights: NDArray[np.float64]) -> bool:
    """Whether less than a week already says that there is no daily cycle.

    What has no daily cycle seldom has a weekly one. The half hours are folded to one day and its slow waves
    are fitted; they must be no stronger than what that leaves, which is noise. A half hour with fewer values
    than is usual counts for so much less, but no less than its share of VALUES_ENOUGH: else the hours that
    only one day has seen, the night perhaps, would not be asked.
    """
    day, weight = folded(means, weights)
    if (weight == 0).any():
        return False
    trust = np.minimum(weight / min(float(np.median(weight)), VALUES_ENOUGH), 1.0)
    waves = slow_waves(len(day))
    uncertainty = np.linalg.inv(waves.T * trust @ waves)
    fit = uncertainty @ (waves.T @ (trust * day))
    noise = float((trust * (day - waves @ fit) ** 2).sum()) / (len(day) - len(fit))
    pairs = [slice(first, first + 2) for first in range(1, len(fit), 2)]
    strengths = np.array([fit[p] @ np.linalg.solve(uncertainty[p, p], fit[p]) / 2 for p in pairs])
    return bool(strengths[:3].max() < 3 * EXPECTED * noise and strengths.mean() < EXPECTED * noise)


@cache
def slow_waves(count: int) -> NDArray[np.float64]:
    """A constant, and cosine and sine of the slow waves of a day, at each of its parts [count]."""
    turns = 2 * np.pi * np.arange(count) / count
    waves = [wave(number * turns) for number in range(1, SLOW_WAVES + 1) for wave in (np.cos, np.sin)]
    return np.column_stack([np.ones(count), *waves])
