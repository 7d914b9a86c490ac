"""The one compiled call per batch: every signal, every value, in order."""

from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.compiled import compiled
from detectors.kernels.page_hinkley import watch
from detectors.kernels.reading import (
    CATEGORY,
    TAIL,
    UNSEEN,
    VALUE,
    code_of,
    learn,
    learn_time,
    read,
    remember,
    remember_cell,
)
from detectors.kernels.scores import category_score, lower_bound, numeric_score
from detectors.layout import GRID_POINTS, RING_BLOCKS, Arrays



class Batch(NamedTuple):
    """Events in columns: matrix [columns, rows] of cells, times_ms and offsets [rows]."""

    matrix: NDArray[np.float64]
    times_ms: NDArray[np.int64]
    offsets: NDArray[np.int64]


class Emissions(NamedTuple):
    """Block means for the per-signal detectors: signal i's stand at first[i] … last[i] - 1 of scores and rows."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    scores: NDArray[np.float64]
    rows: NDArray[np.int64]


class Limits(NamedTuple):
    """The settings the loop needs: values to learn from, per half window, and per confirmation block."""

    warm_up: int
    window: int
    block: int


@compiled
def score_of(signal: Any, shape: Any, number: float, window: int) -> tuple[float, float]:
    """The value and the score of a number, and its place in the recent window."""
    transform = signal["transform"]
    if transform == VALUE:
        points = signal["atoms"] if signal["atoms"] > 0 else GRID_POINTS
        cell = lower_bound(shape["table"], points, number)
        score = numeric_score(signal, shape, cell, number)
        remember_cell(shape, cell, remember(signal, number, score, window))
        return number, score
    if transform == CATEGORY:
        code = code_of(shape, number)
        surprise = -log(shape["table"][code])
        score = category_score(signal, shape, code)
        remember_cell(shape, code, remember(signal, surprise, score, window))
        return surprise, score
    value = number
    if transform == TAIL:
        value = 1.0 if number > signal["cut"] else 0.0
    elif transform == UNSEEN:
        value = 1.0 if shape["level"][code_of(shape, number)] >= 1.0 else 0.0
    score = (value - signal["center"]) / signal["scale"]
    remember(signal, value, score, window)
    return value, score


@compiled
def emit(signal: Any, score: float, row: int, emissions: Emissions, index: int) -> None:
    """Adds a score to the signal's block and hands a complete block to its detectors.

    A block's mean is multiplied by sqrt(k), so that it has the variance of a single score. A signal of data
    quality that has never been 1 is dormant: its blocks are only counted.
    """
    signal["block_sum"] += score
    signal["block_count"] += 1
    if signal["block_count"] < signal["every"]:
        return
    if signal["awake"] == 0:
        signal["skipped"] += 1
    elif signal["watched"] != 0:
        place = emissions.last[index]
        emissions.scores[place] = signal["block_sum"] / np.sqrt(float(signal["every"]))
        emissions.rows[place] = row
        emissions.last[index] = place + 1
        signal["emitted"] += 1
    signal["block_sum"] = 0.0
    signal["block_count"] = 0


@compiled
def confirm(signal: Any, score: float, block: int) -> None:
    """Adds a score to the ring of block means by which an alarm is confirmed."""
    signal["ring_sum"] += score
    signal["ring_count"] += 1
    if signal["ring_count"] >= block:
        signal["ring"][signal["rings"] % RING_BLOCKS] = signal["ring_sum"] / signal["ring_count"]
        signal["rings"] += 1
        signal["ring_sum"] = 0.0
        signal["ring_count"] = 0


@compiled
def advance_signal(
    arrays: Arrays, index: int, batch: Batch, start: int, limits: Limits, emissions: Emissions, found: Any
) -> int:
    """Takes the rows from `start` on; returns the row after the last one taken, fewer when it must be armed."""
    signal = arrays.signals[index]
    shape = arrays.shapes[signal["shape"]]
    buffer = arrays.buffers[signal["buffer"]]
    cells = batch.matrix[signal["column"]]
    for row in range(start, cells.shape[0]):
        number = read(signal, cells[row])
        if number != number:
            continue
        signal["seen"] += 1
        if signal["armed"] == 0:
            learn(signal, shape, buffer, number)
            learn_time(signal, batch.times_ms[row])
            if signal["transform"] not in (CATEGORY, UNSEEN, TAIL):
                remember(signal, number, 0.0, limits.window)
            if signal["seen"] >= limits.warm_up:
                return row + 1
            continue
        value, score = score_of(signal, shape, number, limits.window)
        if value != 0.0:
            signal["awake"] = 1
        watch(signal, value, score, batch.times_ms[row], batch.offsets[row])
        if signal["drift"] != 0 and signal["tested"] != 0:
            found.append((index, row))
        emit(signal, score, row, emissions, index)
        confirm(signal, score, limits.block)
    return cells.shape[0]


@compiled
def advance(
    arrays: Arrays, batch: Batch, next_rows: NDArray[np.int64], limits: Limits, emissions: Emissions
) -> list[tuple[int, int]]:
    """Every signal takes its rows from next_rows[i] on; returns (signal, row) of each Page-Hinkley detection.

    A signal that has seen its warm-up stops there, so that its reference can be made, and takes the rest of the
    batch in the next call.
    """
    found = [(0, 0) for _ in range(0)]
    for index in range(next_rows.shape[0]):
        next_rows[index] = advance_signal(arrays, index, batch, next_rows[index], limits, emissions, found)
    return found
