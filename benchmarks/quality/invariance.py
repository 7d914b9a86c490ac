"""What must not matter: units, and values that are no numbers.

Units: a bank reads x and a·x + b and must say the same. With a a power of two nothing is rounded (values are
multiples of 2^-20, b a whole number), so everything that has no unit has to be equal to the bit; with any
other a and b the same findings have to come, their figures within 1e-9 of each other.

Blindness: a million cells, half of them NaN, +inf or -inf (missing, null results, wrong types), then a change
that the same detector finds without them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform

Matrix = NDArray[np.float64]

ROWS = 12_000
COLUMNS = 16
BARRAGE_ROWS = 62_500  # of 16 columns: a million cells
CHANGED_ROWS = 6_000
SCALED = ((2.0**-10, 0.0), (2.0**20, 0.0))
SHIFTED = ((0.5, 3.0), (4.0, -100.0))
ROUNDED = ((0.3, -7.0), (1e6, 32.0))
SHIFT_SD = 2.0
FLAGS = " of 0/1"  # after the name of a detector: it reads which values are positive
EACH = (*BankSettings().detectors, "e_detector" + FLAGS)
"""What `blinded` can be asked of: each detector on numbers, and the one that reads 0/1 in another way."""


def numbers(rows: int, seed: int) -> Matrix:
    """Gaussian multiples of 2^-20 [rows, COLUMNS] that change half way, in mean or in variance."""
    random = np.random.default_rng(seed)
    values = random.standard_normal((rows, COLUMNS))
    values[rows // 2 :, : COLUMNS // 2] += np.linspace(0.25, 3, COLUMNS // 2)
    values[rows // 2 :, COLUMNS // 2 :] *= np.linspace(1.2, 3, COLUMNS - COLUMNS // 2)
    return np.round(values * 2**20) / 2**20


def findings(
    matrix: Matrix, settings: BankSettings | None = None, transform: Transform = Transform.VALUE
) -> list[Finding]:
    """What a bank says about values that come a minute apart."""
    settings = settings or BankSettings(false_alarm_every=1e4)
    bank = Bank(settings)
    columns = matrix.shape[1]
    bank.add([Signal(f"number_{column}", column, transform) for column in range(columns)], columns)
    offsets = np.arange(len(matrix))
    return bank.update(matrix, offsets * 60_000, offsets)


def same_findings(one: Sequence[Finding], other: Sequence[Finding]) -> bool:
    """The same signals, detectors, directions and moments, in the same order."""

    def places(found: Sequence[Finding]) -> list[tuple[Any, ...]]:
        return [(f.signal, f.detector, f.direction, f.row, f.began_offset) for f in found]

    return places(one) == places(other)


def difference(one: Sequence[Finding], other: Sequence[Finding]) -> float:
    """The largest relative difference of what has no unit; infinite when the findings are not the same."""
    if not same_findings(one, other):
        return float("inf")
    figures = [
        np.array([(f.effect_size_sd, f.statistic, f.threshold) for f in found]).reshape(-1, 3)
        for found in (one, other)
    ]
    size = np.maximum(np.abs(figures[0]), 1.0)
    return float(np.max(np.abs(figures[0] - figures[1]) / size, initial=0.0))


def units(rows: int = ROWS, columns: int = COLUMNS, seed: int = 0) -> dict[str, float]:
    """Largest differences between x and a·x + b, and how many findings were compared."""
    values = numbers(rows, seed)[:, :: COLUMNS // columns]
    told = findings(values)

    def largest(units: Sequence[tuple[float, float]]) -> float:
        return max(difference(told, findings(a * values + b)) for a, b in units)

    return {
        "findings": len(told),
        "power_of_two": largest(SCALED),
        "power_of_two_and_b": largest(SHIFTED),
        "any_other": largest(ROUNDED),
    }


def barrage(rows: int, seed: int) -> Matrix:
    """Healthy numbers [rows, COLUMNS] among as many that are none."""
    random = np.random.default_rng(seed)
    values = random.standard_normal((rows, COLUMNS))
    holes = random.choice([np.nan, np.inf, -np.inf], values.shape)
    return np.where(random.random(values.shape) < 0.5, holes, values)


def changed(detector: str, random: np.random.Generator) -> Matrix:
    """What this detector is for: another variance, another shape (mean and variance stay), or mean."""
    shape = (CHANGED_ROWS, COLUMNS)
    if detector == "variance":
        return 3 * random.standard_normal(shape)
    if detector == "shape":
        return 0.98 * random.choice([-1.0, 1.0], shape) + 0.2 * random.standard_normal(shape)
    return random.standard_normal(shape) + SHIFT_SD


def seeing(detector: str, rows: int, seed: int, *, holes: bool) -> set[str]:
    """The signals whose change this detector finds, after so many cells with or without holes."""
    random = np.random.default_rng([seed, 1])
    before = barrage(rows, seed) if holes else random.standard_normal((rows, COLUMNS))
    values, transform = np.concatenate([before, changed(detector, random)]), Transform.VALUE
    if detector.endswith(FLAGS):
        values, transform = np.where(np.isfinite(values), values > 0, values), Transform.BINARY
    # With a false alarm before it a change is none: the detector would have told of it already.
    found = findings(
        values, BankSettings(detectors=(detector.removesuffix(FLAGS),), false_alarm_every=1e9), transform
    )
    return {each.signal for each in found if each.row >= rows}


def blinded(detector: str, rows: int = BARRAGE_ROWS, seed: int = 0) -> dict[str, Any]:
    """Of COLUMNS changes: found without holes, with holes, and without only.

    Every change that is found without holes only counts as one that holes have hidden. Of a detector that
    misses changes without holes too, `blinded` may be chance: compare both counts before believing either.
    """
    sighted = seeing(detector, rows, seed, holes=False)
    still = seeing(detector, rows, seed, holes=True)
    return {
        "detector": detector,
        "cells": rows * COLUMNS,
        "changes": COLUMNS,
        "without_holes": len(sighted),
        "with_holes": len(still),
        "blinded": len(sighted - still),
    }
