"""The cycle of day and week: learned from the mean score of each half hour of the week.

The means are taken apart into waves (a discrete Fourier transform over the 336 half hours). Noise has about
the same power in neighbouring waves, a cycle stands out in the waves of a day and a week; so each wave is
compared with the waves around it that belong to neither, and shrunk by its share of noise (the positive-part
rule of W. James and C. Stein, 1961): without a cycle nothing is removed, and while data are scarce little.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from detectors.layout import SLOTS

DAYS = 7
DAILY_MAX = 12  # waves a day: nothing shorter than two hours is a cycle
WEEKLY_MAX = 3  # waves a week
NEIGHBOURS = 12  # waves around one that say how strong noise is there
EXPECTED = 4.0  # a wave of a day or week counts when it has this many times the power of noise,
UNEXPECTED = 14.0  # any other one (a weekend of its own shape) when it has this many
COVERED_MIN = 0.6  # share of half hours that must have been seen


@dataclass(frozen=True)
class Fit:
    """The cycle at each half hour [336], and how many free numbers it took."""

    knots: NDArray[np.float64]
    freedom: float


def fit_cycle(means: NDArray[np.float64], weights: NDArray[np.float64]) -> Fit:
    """The cycle that mean scores [336] show; half hours without values (weight 0) are taken from around
    them.
    """
    covered = weights > 0
    if covered.mean() < COVERED_MIN:
        return Fit(np.zeros(SLOTS), 0.0)
    slots = np.arange(SLOTS)
    filled = np.interp(slots, slots[covered], means[covered], period=SLOTS)
    waves = np.fft.rfft(filled - np.average(means, weights=weights)) / SLOTS
    power = np.abs(waves) ** 2
    shares = np.array([0.0, *(_kept(power, wave) for wave in range(1, len(power)))])
    smoothing = np.sinc(np.arange(len(power)) / SLOTS)  # means over, and lines between, half hours flatten it
    knots = np.fft.irfft(waves * shares / smoothing**3 * SLOTS, SLOTS)
    return Fit(knots, 2.0 * float(np.count_nonzero(shares)))


def _kept(power: NDArray[np.float64], wave: int) -> float:
    """The share of a wave that is kept: 0 where it is no stronger than noise."""
    if wave > DAYS * DAILY_MAX:
        return 0.0
    floor = noise_around(power, wave)
    of_day, of_week = wave % DAYS == 0, wave <= WEEKLY_MAX
    if power[wave] <= floor * (EXPECTED if of_day or of_week else UNEXPECTED):
        return 0.0
    return float(1.0 - floor / power[wave])


def noise_around(power: NDArray[np.float64], wave: int) -> float:
    """The mean power of noise near a wave, from the median of its neighbours that are no waves of a day or
    week.

    The power of a wave of noise is exponentially distributed, so the mean is the median over log 2.
    """
    others = [w for w in range(WEEKLY_MAX + 1, len(power) - 1) if w % DAYS and w % DAYS not in (1, DAYS - 1)]
    nearest = sorted(others, key=lambda w: abs(w - wave))[:NEIGHBOURS]
    return float(np.median(power[nearest])) / log(2)


def looks_flat(means: NDArray[np.float64], weights: NDArray[np.float64]) -> bool:
    """Whether less than a week already says that there is no daily cycle.

    What has no daily cycle seldom has a weekly one. The half hours are folded to one day; its slow waves must
    be no stronger than its fast ones, which are noise.
    """
    week, weight = means.reshape(DAYS, -1), weights.reshape(DAYS, -1)
    if (weight.sum(axis=0) == 0).any():
        return False
    day = (week * weight).sum(axis=0) / weight.sum(axis=0)
    power = np.abs(np.fft.rfft(day))[1:] ** 2
    noise = float(np.median(power[8:])) / log(2)
    return bool(power[:3].max() < 3 * EXPECTED * noise and power[:8].mean() < EXPECTED * noise)
