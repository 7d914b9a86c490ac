"""The noises by their permanent ids: what a healthy signal looks like, and what a change makes of it.

A source draws the next values of many independent signals: source(times_ms [rows], share [rows, columns],
change) -> values [rows, columns], where `share` says how much of the change is there. Every other numeric
signal changes downwards. Daily and weekly cycles follow event time; their sd is that of the noise without the
cycle.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import e, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from benchmarks.quality.changes import Change, Kind
from driftline.detectors import Transform

Matrix = NDArray[np.float64]
Times = NDArray[np.int64]
Source = Callable[[Times, Matrix | float, Change | None], Matrix]
Draw = Callable[[np.random.Generator, tuple[int, int]], Matrix]
DAY_MS = 86_400_000


class Noise(Protocol):
    """A kind of healthy data. phi: coefficient of its AR(1) part, 0 for independent values."""

    @property
    def id(self) -> str: ...
    @property
    def transform(self) -> Transform: ...
    @property
    def phi(self) -> float: ...
    @property
    def kinds(self) -> tuple[Kind, ...]: ...
    @property
    def cyclic(self) -> bool: ...
    def source(self, random: np.random.Generator, columns: int) -> Source: ...


@dataclass(frozen=True)
class Numbers:
    """Numbers with a mean and an sd, perhaps autocorrelated, perhaps around a cycle."""

    id: str
    draw: Draw
    mean: float = 0.0
    sd: float = 1.0
    phi: float = 0.0
    cycle: Callable[[Times], Matrix] | None = None
    transform: Transform = Transform.VALUE
    kinds: tuple[Kind, ...] = ("mean", "variance")

    @property
    def cyclic(self) -> bool:
        return self.cycle is not None

    def source(self, random: np.random.Generator, columns: int) -> Source:
        signs = np.where(np.arange(columns) % 2 == 0, 1.0, -1.0)
        last = random.standard_normal((1, columns))

        def next_values(times_ms: Times, share: Matrix | float, change: Change | None) -> Matrix:
            values = self.draw(random, (len(times_ms), columns))
            if self.phi:
                values *= sqrt(1 - self.phi**2)
                values, _ = lfilter([1.0], [1.0, -self.phi], values, axis=0, zi=self.phi * last)
                last[:] = values[-1:]
            if change is not None and change.kind == "variance":
                values = self.mean + (values - self.mean) * np.sqrt(1 + (change.size - 1) * share)
            elif change is not None:
                values = values + change.size * self.sd * signs * share
            return values if self.cycle is None else values + self.cycle(times_ms)[:, None]

        return next_values


@dataclass(frozen=True)
class Flags:
    """0/1 with a rate. A change multiplies the rate, or the odds where the rate would exceed 1 (0.5)."""

    id: str
    rate: float
    by_odds: bool = False
    transform: Transform = Transform.BINARY
    phi: float = 0.0
    cyclic: bool = False
    kinds: tuple[Kind, ...] = ("rate",)

    def changed_rate(self, change: Change) -> float:
        """The rate when the change is there entirely."""
        if not self.by_odds:
            return self.rate * change.size
        odds = change.size * self.rate / (1 - self.rate)
        return odds / (1 + odds)

    def source(self, random: np.random.Generator, columns: int) -> Source:
        def next_values(times_ms: Times, share: Matrix | float, change: Change | None) -> Matrix:
            grown = 0.0 if change is None else (self.changed_rate(change) - self.rate) * share
            return (random.random((len(times_ms), columns)) < self.rate + grown).astype(np.float64)

        return next_values


@dataclass(frozen=True)
class Counts:
    """Poisson counts; a change of the mean is one of the rate, always upwards."""

    id: str
    rate: float
    transform: Transform = Transform.VALUE
    phi: float = 0.0
    cyclic: bool = False
    kinds: tuple[Kind, ...] = ("mean",)

    def changed_rate(self, change: Change) -> float:
        """The rate when the change is there entirely."""
        return self.rate + change.size * sqrt(self.rate)

    def source(self, random: np.random.Generator, columns: int) -> Source:
        def next_values(times_ms: Times, share: Matrix | float, change: Change | None) -> Matrix:
            grown = 0.0 if change is None else (self.changed_rate(change) - self.rate) * share
            return random.poisson(self.rate + grown, (len(times_ms), columns)).astype(np.float64)

        return next_values


@dataclass(frozen=True)
class Classes:
    """Codes of classes with these shares; a swap exchanges a frequent and a rarer one."""

    id: str
    shares: Matrix = field(compare=False)
    swapped: tuple[int, int]
    transform: Transform = Transform.CATEGORY
    phi: float = 0.0
    cyclic: bool = False
    kinds: tuple[Kind, ...] = ("swap",)

    def source(self, random: np.random.Generator, columns: int) -> Source:
        upper = np.cumsum(self.shares)[:-1]
        one, other = self.swapped
        exchange = np.arange(len(self.shares))
        exchange[[one, other]] = other, one

        def next_values(times_ms: Times, share: Matrix | float, change: Change | None) -> Matrix:
            codes = np.searchsorted(upper, random.random((len(times_ms), columns)))
            swapped = exchange[codes] if change is not None else codes
            return np.where(share, swapped, codes).astype(np.float64)

        return next_values


def zipf(classes: int) -> Matrix:
    """Shares [classes] that fall with the rank, 1 / rank."""
    weights = 1 / np.arange(1, classes + 1)
    return weights / weights.sum()


def gaussian(random: np.random.Generator, shape: tuple[int, int]) -> Matrix:
    """Independent N(0, 1)."""
    return random.standard_normal(shape)


def daily(times_ms: Times) -> Matrix:
    """One sd of amplitude."""
    return np.sin(2 * np.pi * times_ms / DAY_MS)


def daily_weekly(times_ms: Times) -> Matrix:
    """A working day of 1 sd with a dip at lunch, and a week of 0.5 sd."""
    hour = times_ms / DAY_MS * 24 % 24
    day = np.sin(2 * np.pi * (hour - 8) / 24) - 0.8 * np.exp(-(((hour - 12.5) / 0.8) ** 2) / 2)
    return day + 0.5 * np.sin(2 * np.pi * times_ms / (7 * DAY_MS))


NOISES: dict[str, Noise] = {
    noise.id: noise
    for noise in (
        Numbers("gaussian", gaussian),
        Numbers("student_t3", lambda random, shape: random.standard_t(3, shape), sd=sqrt(3)),
        Numbers(
            "log_normal",
            lambda random, shape: random.lognormal(0, 1, shape),
            mean=sqrt(e),
            sd=sqrt((e - 1) * e),
        ),
        Flags("bernoulli_50", 0.5, by_odds=True),
        Flags("bernoulli_06", 0.06),
        Flags("bernoulli_003", 0.003),
        Numbers("ar_50", gaussian, phi=0.5),
        Numbers("ar_90", gaussian, phi=0.9),
        Numbers("daily_cycle", gaussian, cycle=daily),
        Numbers("daily_weekly_ar_50", gaussian, phi=0.5, cycle=daily_weekly),
        Classes("categories_50", zipf(50), swapped=(1, 7)),
        Counts("integer_counts", 4.0),
    )
}
