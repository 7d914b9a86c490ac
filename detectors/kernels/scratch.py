"""What the loops work on: a batch, and the memory its values pass through in chunks that fit the cache."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CHUNK = 256


class Batch(NamedTuple):
    """Events in columns: matrix [columns, rows] of cells, times_ms and offsets [rows]."""

    matrix: NDArray[np.float64]
    times_ms: NDArray[np.int64]
    offsets: NDArray[np.int64]


class Scratch(NamedTuple):
    """Per value of a chunk: the number read, its value, score and histogram cell, the row it stood in.

    gaps[p] are the missing values between value p - 1 and value p; totals[p] are the totals of the level
    (count, sum, sum of squares, sum of scores) after value p.
    """

    numbers: NDArray[np.float64]
    values: NDArray[np.float64]
    scores: NDArray[np.float64]
    cells: NDArray[np.int64]
    rows: NDArray[np.int64]
    gaps: NDArray[np.int64]
    deviations: NDArray[np.float64]
    totals: NDArray[np.float64]


def make_scratch() -> Scratch:
    """Scratch memory for one chunk."""
    numbers, values, scores, deviations = np.empty((4, CHUNK))
    cells, rows = np.empty((2, CHUNK), np.int64)
    gaps, totals = np.empty(CHUNK + 1, np.int64), np.empty((CHUNK, 4))
    return Scratch(numbers, values, scores, cells, rows, gaps, deviations, totals)
