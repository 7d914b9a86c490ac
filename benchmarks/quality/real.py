"""Real series that river ships, in their own order: what is told of them as they are, and of a shift in them.

Nobody knows the truth of a real series; what is told of it as it is, is for people to judge. A fifth of it is
the warm-up. Then each column is shifted by one sd from three fifths of the series on, every other one
downwards, and the delay is that of the first finding since which is large enough to be told.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import datasets

from benchmarks.quality.combinations import alarm_of, is_told
from benchmarks.quality.contestants import Alarm
from benchmarks.quality.episodes import episodes
from benchmarks.quality.feed import START_MS
from driftline.detectors import Bank, BankSettings, Signal, Transform

WARM_UP, CHANGED = 0.2, 0.6  # of the series
REQUESTED = 1e5
HOUR_MS, SECOND_MS = 3_600_000, 1_000
Matrix = NDArray[np.float64]


def water_flow() -> Matrix:
    """Litres a second of a pipe, every hour for eight weeks."""
    return np.array([[flow] for _, flow in datasets.WaterFlow()])


def shuttle() -> Matrix:
    """Nine sensors of a space shuttle: few distinct values, wild tails."""
    return np.array([[float(value) for value in x.values()] for x, _ in datasets.Shuttle()])


SERIES: dict[str, tuple[Callable[[], Matrix], int]] = {
    "WaterFlow": (water_flow, HOUR_MS),
    "Shuttle": (shuttle, SECOND_MS),
}
"""Values [values, columns] and the milliseconds between them."""


def told(matrix: Matrix, spacing_ms: int) -> list[Alarm]:
    """Findings that are large enough, in order."""
    settings = BankSettings(warm_up=round(WARM_UP * len(matrix)), false_alarm_every=REQUESTED)
    bank = Bank(settings)
    columns = matrix.shape[1]
    bank.add([Signal(str(c), c, Transform.VALUE) for c in range(columns)], columns)
    rows = np.arange(len(matrix))
    return [
        alarm_of(found) for found in bank.update(matrix, START_MS + rows * spacing_ms, rows) if is_told(found)
    ]


def run(series: str) -> dict[str, Any]:
    """One series: episodes as it is, and the delay of the shift, the whole rest where it is missed."""
    make, spacing_ms = SERIES[series]
    matrix = make()
    changed_at = round(CHANGED * len(matrix))
    signs = np.where(np.arange(matrix.shape[1]) % 2 == 0, 1.0, -1.0)
    shifted = matrix.copy()
    shifted[changed_at:] += signs * matrix[:changed_at].std(axis=0)
    found: dict[int, int] = {}
    for alarm in told(shifted, spacing_ms):
        if alarm.offset >= changed_at:
            found.setdefault(alarm.column, alarm.offset - changed_at + 1)
    as_it_is = episodes(told(matrix, spacing_ms), len(matrix) / 10)
    return {
        **{"series": series, "values": len(matrix), "signals": matrix.shape[1]},
        **{"told_as_it_is": sum(map(len, as_it_is.values())), "found": len(found)},
        "delay": float(np.median(list(found.values()))) if found else None,
    }
