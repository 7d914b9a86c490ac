"""Random streams and batches that several tests of the detectors share."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from driftline.detectors import Bank, BankSettings, Calibration, Finding, Signal, Transform, register

EVERYTHING = [
    Signal("number", 0, Transform.VALUE),
    Signal("missing", 0, Transform.MISSING),
    Signal("null", 0, Transform.NULL),
    Signal("type", 0, Transform.WRONG_TYPE),
    Signal("range", 0, Transform.OUT_OF_RANGE, -2.5, 2.5),
    Signal("tail", 0, Transform.TAIL),
    Signal("flag", 1, Transform.BINARY),
    Signal("category", 2, Transform.CATEGORY),
    Signal("unseen", 2, Transform.UNSEEN),
    Signal("counts", 3, Transform.VALUE),
]


def everything(rows: int, seed: int) -> NDArray[np.float64]:
    """A matrix [rows, 4] in which every kind of signal changes after two thirds, with all kinds of cells."""
    random = np.random.default_rng(seed)
    late = np.arange(rows) >= 2 * rows // 3
    number = random.standard_normal(rows) + late
    number[random.random(rows) < np.where(late, 0.2, 0.01)] = np.nan
    number[random.random(rows) < np.where(late, 0.1, 0.0)] = np.inf
    number[random.random(rows) < np.where(late, 0.1, 0.0)] = -np.inf
    flag = (random.random(rows) < np.where(late, 0.4, 0.1)).astype(float)
    before = random.choice([0, 1, 2, 3], rows, p=[0.05, 0.6, 0.25, 0.1])
    after = random.choice([0, 1, 2, 7, 400], rows, p=[0.05, 0.2, 0.45, 0.2, 0.1])
    counts = random.poisson(np.where(late, 6.0, 4.0))
    return np.stack([number, flag, np.where(late, after, before), counts], axis=1).astype(float)


def autoregressive(random: np.random.Generator, shape: tuple[int, int], phi: float) -> NDArray[np.float64]:
    """Values [rows, columns] of sd 1, each column a process of first order of its own."""
    steps = random.standard_normal(shape) * sqrt(1 - phi**2)
    return np.asarray(lfilter([1.0], [1.0, -phi], steps, axis=0))


def feed(
    bank: Bank,
    matrix: NDArray[Any],
    sizes: list[int] | None = None,
    first: int = 0,
    spacing_ms: int = 1000,
) -> list[Finding]:
    """Gives a bank a matrix in batches of the sizes, in turn; offsets are rows from `first`."""
    findings: list[Finding] = []
    row = turn = 0
    while row < len(matrix):
        size = len(matrix) if sizes is None else sizes[turn % len(sizes)]
        part = matrix[row : row + size]
        rows = np.arange(first + row, first + row + len(part))
        findings += bank.update(part, rows * spacing_ms, rows)
        row, turn = row + size, turn + 1
    return findings


def single(transform: Transform = Transform.VALUE, **settings: Any) -> Bank:
    """A bank of one signal, "x", which sees every value."""
    bank = Bank(BankSettings(**{"resolution": "every_value", **settings}))
    bank.add([Signal("x", 0, transform)], columns=1)
    return bank


def numbered(columns: int, transform: Transform = Transform.VALUE, **settings: Any) -> Bank:
    """A bank of signals "0", "1", … that look at a column each."""
    bank = Bank(BankSettings(**settings))
    bank.add([Signal(str(column), column, transform) for column in range(columns)], columns=columns)
    return bank


HEARD: list[float] = []


@register("listener")
class Listener:
    """A detector that only listens."""

    def __init__(self, calibration: Calibration) -> None:
        HEARD.clear()

    def update(self, score: float) -> bool:
        HEARD.append(score)
        return False

    def snapshot(self) -> None:
        return None

    def restore(self, state: None) -> None:
        return None


def heard_scores(
    values: NDArray[np.float64], transform: Transform, warm_up: int, false_alarm_every: float = 1e6
) -> list[float]:
    """The scores a bank makes of values; the first `warm_up` of them stand for the reference."""
    bank = Bank(BankSettings(warm_up=warm_up, resolution="every_value", false_alarm_every=false_alarm_every))
    bank.add([Signal("x", 0, transform, detectors=("listener",))], columns=1)
    feed(bank, values[:, None])
    return HEARD.copy()
