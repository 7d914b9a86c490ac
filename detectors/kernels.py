"""The inner loops, compiled by numba; nothing else uses it.

They stay in one file: numba's cache notices a change of the file of a function, not of the files it calls.
Each value is taken in order and alone, so the boundaries of batches cannot change one bit of a result.
"""

from math import inf, isfinite, log, nan
from statistics import NormalDist
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.layout import RING_BLOCKS, Records

VALUE, BINARY, CATEGORY, MISSING, NULL, WRONG_TYPE, OUT_OF_RANGE, UNSEEN, TAIL = range(9)
CLIP = 3.7  # normal scores end here: one wild value is as wild as a one in 10,000
GRID_LOW = -3.2  # the quantile table's points lie at normal scores -3.2, -3.15, …, 3.2
GRID_STEP = 0.05
VALUE_LIMIT = 1e150  # squares of larger numbers would overflow
MINIMUM_INSTANCES = 30  # river's default
STEPS = 4096
QUANTILES = np.array([NormalDist().inv_cdf(min(max(i / STEPS, 1e-4), 1 - 1e-4)) for i in range(STEPS + 1)])


@njit(cache=True)
def normal_quantile(probability: float) -> float:
    """The normal score of a probability, from a table of 4,097 points, within ±3.72."""
    place = probability * STEPS
    index = min(max(int(place), 0), STEPS - 1)
    return QUANTILES[index] + (QUANTILES[index + 1] - QUANTILES[index]) * (place - index)


@njit(cache=True)
def uniform(seed: int, count: int) -> float:
    """A number between 0 and 1 from a signal's seed and its count, the same on every replay.

    Two rounds of a 32-bit multiply-xorshift hash; the products stay below 2^63, so that compiled and plain
    Python agree.
    """
    mixed = (seed ^ count ^ (count >> 32)) & 0xFFFFFFFF
    for _ in range(3):
        mixed = ((mixed ^ (mixed >> 16)) * 0x45D9F3B + 0x5BD1E995) & 0xFFFFFFFF
    return ((mixed ^ (mixed >> 16)) + 0.5) / 4294967296.0


@njit(cache=True)
def lower_bound(table: NDArray[np.float64], points: int, value: float) -> int:
    """How many of the first `points` entries of a sorted table are below a value."""
    low = 0
    size = points
    while size > 0:
        half = size // 2
        if table[low + half] < value:
            low += half + 1
            size -= half + 1
        else:
            size = half
    return low


@njit(cache=True)
def atom_score(signal: Any, shape: Any, cell: int, value: float) -> float:
    """The normal score of a value whose reference has few distinct values; a tie is broken at random."""
    level = shape["level"]
    atoms = signal["atoms"]
    below = level[cell - 1] if cell > 0 else 0.0
    if cell < atoms and shape["table"][cell] == value:
        if atoms == 1:
            return 0.0
        return normal_quantile(below + (level[cell] - below) * uniform(signal["seed"], signal["seen"]))
    return normal_quantile(below)  # 0 below all atoms, 1 above them


@njit(cache=True)
def grid_score(signal: Any, shape: Any, cell: int, value: float) -> float:
    """The normal score of a value by interpolation between the reference's quantiles."""
    table = shape["table"]
    points = 129
    if cell < points and table[cell] == value and cell + 1 < points and table[cell + 1] == value:
        last = cell + 1
        while last + 1 < points and table[last + 1] == value:
            last += 1
        below = shape["level"][cell]
        return normal_quantile(
            below + (shape["level"][last] - below) * uniform(signal["seed"], signal["seen"])
        )
    right = min(max(cell, 1), points - 1)  # beyond the ends the outermost cell's line goes on
    width = table[right] - table[right - 1]
    if width <= 0.0:
        return CLIP if cell == points else -CLIP
    return GRID_LOW + GRID_STEP * (right - 1 + (value - table[right - 1]) / width)


@njit(cache=True)
def numeric_score(signal: Any, shape: Any, cell: int, value: float) -> float:
    """A number's normal score under the reference, corrected to mean 0 and sd 1 on the reference itself."""
    if signal["atoms"] > 0:
        score = atom_score(signal, shape, cell, value)
    else:
        score = grid_score(signal, shape, cell, value)
    return (min(max(score, -CLIP), CLIP) - signal["center"]) / signal["scale"]


@njit(cache=True)
def numeric_scores(signal: Any, shape: Any, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores of the reference's own values, in order."""
    scores = np.empty(values.shape[0])
    points = signal["atoms"] if signal["atoms"] > 0 else 129
    for index in range(values.shape[0]):
        signal["seen"] = index + 1
        cell = lower_bound(shape["table"], points, values[index])
        scores[index] = numeric_score(signal, shape, cell, values[index])
    return scores


@njit(cache=True)
def read_quality(signal: Any, cell: float) -> float:
    """The 0/1 value of a cell under one of the transforms of data quality; NaN where it cannot be judged."""
    transform = signal["transform"]
    if transform == MISSING:
        return 1.0 if cell != cell else 0.0
    if cell != cell:
        return nan
    if transform == NULL:
        return 1.0 if cell == inf else 0.0
    if transform == WRONG_TYPE:
        return 1.0 if cell == -inf else 0.0
    if not isfinite(cell):
        return nan
    return 1.0 if cell < signal["minimum"] or cell > signal["maximum"] else 0.0


@njit(cache=True)
def read(signal: Any, cell: float) -> float:
    """The value of a cell, before what an armed signal makes of it; NaN where there is none."""
    transform = signal["transform"]
    if MISSING <= transform <= OUT_OF_RANGE:
        return read_quality(signal, cell)
    if isfinite(cell):
        return min(max(cell, -VALUE_LIMIT), VALUE_LIMIT)
    if cell != inf:
        signal["missing"] += 1
        signal["gaps"][0] += 1
    return nan


@njit(cache=True)
def learn(signal: Any, shape: Any, buffer: NDArray[np.float64], value: float) -> None:
    """What a signal that is not armed keeps of a value."""
    transform = signal["transform"]
    if transform in (VALUE, TAIL):
        buffer[signal["seen"] - 1] = value
    elif transform in (CATEGORY, UNSEEN):
        shape["table"][code_of(shape, value)] += 1.0
    else:
        signal["ones"] += value


@njit(cache=True)
def code_of(shape: Any, value: float) -> int:
    """A category's code as an index; codes beyond the table are "other", 0."""
    return int(value) if 0.0 <= value < shape["table"].shape[0] - 1 else 0


@njit(cache=True)
def remember(signal: Any, value: float, window: int) -> bool:
    """Adds a value to the recent window; True when that began a new half."""
    turned = signal["count"][0] == window
    if turned:
        signal["count"][1] = signal["count"][0]
        signal["gaps"][1] = signal["gaps"][0]
        signal["sum"][1] = signal["sum"][0]
        signal["squares"][1] = signal["squares"][0]
        signal["low"][1] = signal["low"][0]
        signal["high"][1] = signal["high"][0]
        signal["count"][0] = 0
        signal["gaps"][0] = 0
        signal["sum"][0] = 0.0
        signal["squares"][0] = 0.0
        signal["low"][0] = inf
        signal["high"][0] = -inf
    deviation = value - signal["origin"]
    signal["count"][0] += 1
    signal["sum"][0] += deviation
    signal["squares"][0] += deviation * deviation
    signal["low"][0] = min(signal["low"][0], value)
    signal["high"][0] = max(signal["high"][0], value)
    return bool(turned)


@njit(cache=True)
def count_cell(shape: Any, cell: int, turned: bool) -> None:
    """Adds a value to its cell of the recent window."""
    cells = shape["cells"]
    if turned:
        cells[1] = cells[0]
        cells[0] = 0
    cells[0, cell] += 1


# --- Page-Hinkley and the change point


@njit(cache=True)
def reset_page_hinkley(signal: Any) -> None:
    """As river: everything about the level before a detection is forgotten."""
    signal["instances"] = 0
    signal["mean"] = 0.0
    signal["increase"] = 0.0
    signal["decrease"] = 0.0
    signal["increase_min"] = inf
    signal["decrease_max"] = -1.0
    signal["drift"] = 0
