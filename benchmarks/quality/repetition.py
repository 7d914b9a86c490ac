"""Values that repeat themselves: how soon each detector says so, and how often `dependence` does for nothing.

    python -m benchmarks.quality.repetition

Healthy: one false alarm in 10,000 values is asked of the test alone, of 16 signals for 60,000 values. Then
changes, from value 6,000 to 12,000 of 32 signals, with all detectors and one in 10⁷ asked of them together.
Values come a minute apart; it takes two minutes.
"""

from collections.abc import Callable
from math import sqrt
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform

Matrix = NDArray[np.float64]
DEPENDENCE = "dependence"
CHANGED_AT, ROWS = 6_000, 12_000
HEALTHY_ROWS, REQUESTED = 60_000, 1e4
AT_ONCE, SPACING_MS = 2_000, 60_000


def autoregressive(steps: Matrix, phi: float) -> Matrix:
    """Values [rows, columns] of an AR(1), of its steps."""
    return np.asarray(lfilter([sqrt(1 - phi**2)], [1.0, -phi], steps, axis=0))


def calm_and_wild(random: np.random.Generator, shape: tuple[int, int]) -> Matrix:
    """GARCH(1, 1) of variance 1: calm and wild minutes follow each other."""
    steps, variance = random.standard_normal(shape), np.ones(shape[1])
    for row in range(len(steps)):
        steps[row] *= np.sqrt(variance)
        variance = 0.05 + 0.1 * steps[row] ** 2 + 0.85 * variance
    return steps


HEALTHY: dict[str, Callable[[np.random.Generator, tuple[int, int]], Matrix]] = {
    "normal": lambda random, shape: random.standard_normal(shape),
    "AR 0.5": lambda random, shape: autoregressive(random.standard_normal(shape), 0.5),
    "AR 0.9": lambda random, shape: autoregressive(random.standard_normal(shape), 0.9),
    "AR(2)": lambda random, shape: np.asarray(
        lfilter([1.0], [1.0, -0.4, -0.3], random.standard_normal(shape), axis=0)
    ),
    "log-normal": lambda random, shape: np.exp(random.standard_normal(shape)),
    "Student t, 3 degrees": lambda random, shape: random.standard_t(3, shape),
    "exponential, AR 0.5": lambda random, shape: autoregressive(random.standard_exponential(shape), 0.5),
    "exponential, AR 0.9": lambda random, shape: autoregressive(random.standard_exponential(shape), 0.9),
    "Student t, AR 0.5": lambda random, shape: autoregressive(random.standard_t(3, shape), 0.5),
    "GARCH": calm_and_wild,
    "GARCH, AR 0.5": lambda random, shape: autoregressive(calm_and_wild(random, shape), 0.5),
    "Poisson(4)": lambda random, shape: random.poisson(4.0, shape).astype(float),
    "0/1, rate 0.3": lambda random, shape: (random.random(shape) < 0.3).astype(float),
    "0/1, rate 0.06": lambda random, shape: (random.random(shape) < 0.06).astype(float),
}
CHANGING = ("normal", "AR 0.5", "AR 0.9", "Student t, 3 degrees", "Poisson(4)", "0/1, rate 0.3")


def carried(share: float) -> Callable[[Matrix, np.random.Generator], Matrix]:
    """Of such a share of the values the one before, again."""

    def change(values: Matrix, random: np.random.Generator) -> Matrix:
        again = random.random(values.shape) < share
        for row in range(CHANGED_AT, len(values)):
            values[row] = np.where(again[row], values[row - 1], values[row])
        return values

    return change


def interpolated(values: Matrix, _: np.random.Generator) -> Matrix:
    """Every second value is the mean of its neighbours."""
    rows = np.arange(CHANGED_AT + 1, len(values) - 1, 2)
    values[rows] = (values[rows - 1] + values[rows + 1]) / 2
    return values


CHANGES = {"carried 0.3": carried(0.3), "carried 0.6": carried(0.6), "interpolated": interpolated}


def findings(values: Matrix, name: str, every: float, detectors: tuple[str, ...]) -> list[Finding]:
    """What a bank says of values [rows, columns]."""
    bank, columns = Bank(BankSettings(false_alarm_every=every, detectors=detectors)), values.shape[1]
    transform = Transform.BINARY if name.startswith("0/1") else Transform.VALUE
    bank.add([Signal(str(column), column, transform) for column in range(columns)], columns)
    found = []
    for first in range(0, len(values), AT_ONCE):
        rows = np.arange(first, min(first + AT_ONCE, len(values)))
        found += bank.update(values[rows], rows * SPACING_MS, rows)
    return found


def delays(found: list[Finding]) -> str:
    """Of each detector in how many signals it said something since the change, and after how many values."""
    first: dict[str, dict[str, int]] = {}
    for each in found:
        if each.detected_offset >= CHANGED_AT:
            first.setdefault(each.detector, {}).setdefault(each.signal, each.detected_offset - CHANGED_AT)
    return ", ".join(f"{name} {len(each)}/32 {median(each.values()):,.0f}" for name, each in first.items())


def main() -> None:
    """Prints both tables."""
    random = np.random.default_rng(3)
    for name, draw in HEALTHY.items():
        values = draw(random, (HEALTHY_ROWS, 16))
        alarms = len(findings(values, name, REQUESTED, (DEPENDENCE,)))
        realised = 16 * (HEALTHY_ROWS - BankSettings().warm_up) / max(alarms, 1)
        print(f"{name:22} realised ÷ requested {realised / REQUESTED:.2f}", flush=True)
    for name in CHANGING:
        for change, changed in CHANGES.items():
            if change == "interpolated" and name.startswith("0/1"):
                continue  # there is nothing between
            values = changed(HEALTHY[name](random, (ROWS, 32)), random)
            found = findings(values, name, 1e7, (*BankSettings().detectors, DEPENDENCE))
            print(f"{name:22} {change:12} {delays(found)}", flush=True)


if __name__ == "__main__":
    main()
