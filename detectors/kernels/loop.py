"""The one compiled call per batch: every signal, every value, in order.

A signal's values pass the steps a chunk at a time. Each step takes them one by one and keeps its sums in the
record, so neither chunks nor batches change one bit of a result.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.blocks import Emissions, confirm, emit
from detectors.kernels.change_point import watch
from detectors.kernels.compiled import compiled
from detectors.kernels.reading import CATEGORY, TAIL, UNSEEN, VALUE, gather, learn, learn_times
from detectors.kernels.scores import score
from detectors.kernels.scratch import CHUNK, Batch, Scratch
from detectors.kernels.window import add_gaps, remember
from detectors.layout import Arrays


class Limits(NamedTuple):
    """The settings the loop needs: values to learn from, per half window, and per confirmation block."""

    warm_up: int
    window: int
    block: int


@compiled
def learn_chunk(
    arrays: Arrays, index: int, batch: Batch, scratch: Scratch, task: tuple[int, Limits]
) -> tuple[int, bool]:
    """Learns from task[0] values; returns how many it took, and whether the signal has seen its warm-up."""
    signal = arrays.signals[index]
    shape = arrays.shapes[signal["shape"]]
    count, limits = task
    taken = min(count, limits.warm_up - signal["seen"])
    learn(signal, shape["table"], arrays.buffers[signal["buffer"]], scratch, taken)
    learn_times(signal, batch.times_ms, scratch, taken)
    if signal["transform"] not in (CATEGORY, UNSEEN, TAIL):
        remember(signal, shape["cells"][:0], scratch, taken, limits.window)
    else:
        add_gaps(signal, scratch.gaps[:taken].sum())
    signal["seen"] += taken
    return taken, signal["seen"] >= limits.warm_up


@compiled
def watch_chunk(
    arrays: Arrays, index: int, batch: Batch, scratch: Scratch, task: tuple[int, Limits, Emissions]
) -> tuple[int, bool]:
    """Watches task[0] values; returns how many it took, and whether it stopped at one of them."""
    signal = arrays.signals[index]
    shape = arrays.shapes[signal["shape"]]
    count, limits, emissions = task
    score(signal, shape, scratch, count)
    taken = watch(signal, batch, scratch, count)
    emit(signal, index, scratch, taken, emissions)
    confirm(signal, scratch, taken, limits.block)
    rows = 2 if signal["transform"] in (VALUE, CATEGORY) else 0
    remember(signal, shape["cells"][:rows], scratch, taken, limits.window)
    learn_times(signal, batch.times_ms, scratch, taken)
    signal["seen"] += taken
    return taken, signal["drift"] != 0 or signal["level"][0] >= signal["recalibrate"]


@compiled
def advance_signal(
    arrays: Arrays, index: int, batch: Batch, scratch: Scratch, task: tuple[int, Limits, Emissions]
) -> tuple[int, bool]:
    """Takes the rows from task[0] on until the batch, the warm-up or a level ends.

    Returns the row after the last one taken, and whether an armed signal stopped there.
    """
    signal = arrays.signals[index]
    cells = batch.matrix[signal["column"]]
    row, limits, emissions = task
    ended = False
    while row < cells.shape[0] and not ended:
        stop = min(row + CHUNK, cells.shape[0])
        count = gather(signal, cells, row, stop, scratch)
        if count == 0:
            taken = 0
        elif signal["armed"] == 0:
            taken, ended = learn_chunk(arrays, index, batch, scratch, (count, limits))
        else:
            taken, ended = watch_chunk(arrays, index, batch, scratch, (count, limits, emissions))
        if ended:
            row = scratch.rows[taken - 1] + 1
        else:
            add_gaps(signal, scratch.gaps[count])
            row = stop
    return row, ended and signal["armed"] != 0


@compiled
def advance(
    arrays: Arrays, batch: Batch, scratch: Scratch, task: tuple[NDArray[np.int64], Limits, Emissions]
) -> list[tuple[int, int]]:
    """Every signal takes its rows from next_rows[i] on; returns (signal, row) of each Page-Hinkley detection.

    A signal that has to be armed or calibrated stops there and takes the rest of the batch in the next call.
    """
    next_rows, limits, emissions = task
    found = [(0, 0) for _ in range(0)]
    rows = batch.matrix.shape[1]
    for index in range(next_rows.shape[0]):
        signal = arrays.signals[index]
        while next_rows[index] < rows:
            row, stopped = advance_signal(
                arrays, index, batch, scratch, (next_rows[index], limits, emissions)
            )
            next_rows[index] = row
            if not stopped:
                break
            if signal["drift"] != 0 and signal["tested"] != 0:
                found.append((index, row - 1))
            if signal["transform"] not in (VALUE, CATEGORY):
                signal["stale"] = 1
                break
    return found
