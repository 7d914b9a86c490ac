"""Noises with several traits at once: how values follow each other, how they lie, a cycle, the time between.

A latent series of normal values with variance 1 is made first: autoregressive, perhaps with calm and wild
stretches, around a cycle. An increasing function makes the values of it. Changes happen to the latent series
and are measured in its sd, so the limit is that of normal values, whatever the values look like.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, sqrt
from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter

from benchmarks.quality.changes import Change, Kind
from benchmarks.quality.noises import DAY_MS, Matrix, Source, Times, daily, daily_weekly
from driftline.detectors import Transform

BURN_IN = 2_000  # latent values before the first: 0.97^2000 is nothing
GARCH_NEWS, GARCH_KEPT = 0.08, 0.90  # of the variance: what a square adds, what is left of the one before
SCALE_SD = 0.15  # of the logarithm of an sd that drifts, with a day's memory
Shape = Callable[[Matrix], Matrix]
Cycle = Callable[[Times], Matrix]


class Walk(NamedTuple):
    """How latent values follow each other: coefficients of the values before, the nearest first.

    garch: calm and wild stretches (T. Bollerslev, 1986); drifts: the sd goes up and down over days.
    """

    coefficients: tuple[float, ...] = ()
    garch: bool = False
    drifts: bool = False

    def variance(self) -> float:
        """Of values whose innovations have variance 1 (Box, Jenkins, "Time Series Analysis", ch. 3)."""
        one, two = (*self.coefficients, 0.0, 0.0)[:2]
        return (1 - two) / ((1 + two) * ((1 - two) ** 2 - one**2))

    def long_run(self) -> float:
        """By how much a mean of many values varies more than one of as many independent values."""
        return 1 / (1 - sum(self.coefficients)) ** 2 / self.variance()


WALKS: Mapping[str, Walk] = {
    "iid": Walk(),
    **{f"ar_{round(100 * phi)}": Walk((phi,)) for phi in (0.2, 0.5, 0.9, 0.97)},
    "ar2": Walk((0.5, 0.3)),  # a longer memory than any AR(1) with the same first correlation
    "beats": Walk((0.4, -0.5)),  # goes up and down with a period of some five values
    "garch": Walk((), garch=True),
    "garch_ar_50": Walk((0.5,), garch=True),
    "scale_drifts": Walk((0.5,), drifts=True),
}
SHAPES: Mapping[str, Shape] = {
    "normal": lambda latent: latent,
    "skewed": np.exp,  # log-normal: amounts, durations
    "heavy": np.sinh,  # as far out as a log-normal, both ways
    "whole": lambda latent: np.floor(np.exp(0.8 * latent + 1.5)),  # a skewed whole number, 0 to some hundred
    "rounded": lambda latent: np.round(2 * latent) / 2,  # to half an sd
    "floored": lambda latent: np.maximum(latent, -0.524),  # 30 % of the values are the lowest one
}
CYCLES: Mapping[str, Cycle | None] = {"flat": None, "daily": daily, "weekly": daily_weekly}


@dataclass(frozen=True)
class Blend:
    """A walk, a shape and a cycle, by their names; the first signal changes upwards, the next downwards."""

    walk: str = "iid"
    shape: str = "normal"
    cycle: str = "flat"
    spacing_ms: int = 10_000
    transform: Transform = Transform.VALUE
    kinds: tuple[Kind, ...] = ("mean", "variance")

    @property
    def id(self) -> str:
        return f"{self.shape} {self.walk} {self.cycle} {self.spacing_ms / 1000:g}s"

    @property
    def cyclic(self) -> bool:
        return CYCLES[self.cycle] is not None

    @property
    def phi(self) -> float:
        """That of the AR(1) process whose means vary as much."""
        stretch = WALKS[self.walk].long_run()
        return (stretch - 1) / (stretch + 1)

    def source(self, random: np.random.Generator, columns: int) -> Source:
        signs = np.where(np.arange(columns) % 2 == 0, 1.0, -1.0)
        latent, shape, cycle = (
            Latent(WALKS[self.walk], random, columns),
            SHAPES[self.shape],
            CYCLES[self.cycle],
        )
        latent.next_values(BURN_IN, self.spacing_ms)

        def next_values(times_ms: Times, share: Matrix | float, change: Change | None) -> Matrix:
            values = latent.next_values(len(times_ms), self.spacing_ms)
            if change is not None and change.kind == "variance":
                values *= np.sqrt(1 + (change.size - 1) * share)
            elif change is not None:
                values += change.size * signs * share
            return shape(values if cycle is None else values + cycle(times_ms)[:, None])

        return next_values


class Latent:
    """The latent series of many signals, side by side: mean 0, variance 1."""

    def __init__(self, walk: Walk, random: np.random.Generator, columns: int) -> None:
        self.walk, self.random, self.columns = walk, random, columns
        self.before = np.zeros((max(len(walk.coefficients), 1), columns))
        self.variance = np.ones(columns)
        self.square = np.ones(columns)
        self.log_scale = SCALE_SD * random.standard_normal((1, columns)) if walk.drifts else None

    def next_values(self, rows: int, spacing_ms: int) -> Matrix:
        """The next values [rows, columns]."""
        values = self.innovations(rows)
        if self.walk.coefficients:
            values /= sqrt(self.walk.variance())
            filtered = [1.0, *(-each for each in self.walk.coefficients)]
            values, self.before = lfilter([1.0], filtered, values, axis=0, zi=self.before)
        if self.log_scale is not None:
            kept = exp(-spacing_ms / DAY_MS)
            steps = SCALE_SD * sqrt(1 - kept**2) * self.random.standard_normal(values.shape)
            logs, _ = lfilter([1.0], [1.0, -kept], steps, axis=0, zi=kept * self.log_scale)
            self.log_scale = logs[-1:]
            values *= np.exp(logs - SCALE_SD**2)
        return values

    def innovations(self, rows: int) -> Matrix:
        """Independent ones [rows, columns], or such whose variance follows their squares."""
        drawn = self.random.standard_normal((rows, self.columns))
        if not self.walk.garch:
            return drawn
        base = 1 - GARCH_NEWS - GARCH_KEPT
        for row in range(rows):
            self.variance = base + GARCH_NEWS * self.square + GARCH_KEPT * self.variance
            drawn[row] *= np.sqrt(self.variance)
            self.square = drawn[row] ** 2
        return drawn


def blends(
    walks: tuple[str, ...], shapes: tuple[str, ...], cycles: tuple[str, ...], spacings_s: tuple[int, ...]
) -> tuple[Blend, ...]:
    """Every combination."""
    return tuple(
        Blend(walk, shape, cycle, spacing * 1000)
        for spacing in spacings_s
        for cycle in cycles
        for shape in shapes
        for walk in walks
    )
