"""Drives the compiled loop over a batch: arms the signals that are ready, and goes back to the row of a detection."""

import numpy as np

from detectors.kernels.loop import Batch, Emissions, Limits, advance
from detectors.layout import Arrays
from detectors.reference import arm
from detectors.signals import BankSettings


def room_for_emissions(arrays: Arrays, rows: int) -> Emissions:
    """Room for every score that the per-signal detectors can get from so many rows."""
    signals = arrays.signals
    blocks = np.where(signals["armed"], rows // np.maximum(signals["every"], 1) + 1, rows + 1)
    ends = np.cumsum(np.where(signals["watched"], blocks, 0))
    first = np.concatenate(([0], ends[:-1])).astype(np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return Emissions(first, first.copy(), np.empty(total), np.empty(total, np.int64))


def run(arrays: Arrays, batch: Batch, settings: BankSettings, emissions: Emissions) -> list[tuple[int, int]]:
    """Takes a batch into the arrays; returns (signal, row) of each Page-Hinkley detection."""
    limits = Limits(settings.warm_up, settings.window, settings.block)
    signals = arrays.signals
    next_rows = np.zeros(len(signals), np.int64)
    found: list[tuple[int, int]] = []
    while True:
        found += advance(arrays, batch, next_rows, limits, emissions)
        ready = np.flatnonzero((signals["armed"] == 0) & (signals["seen"] >= settings.warm_up))
        if len(ready) == 0:
            return found
        for index in ready.tolist():
            arm(arrays, index, settings)


def state_after(before: Arrays, index: int, batch: Batch, row: int, settings: BankSettings) -> np.void:
    """One signal's record as it was after a row of the batch, computed again from its state before the batch.

    Detections are rare; that is cheaper than keeping what a finding needs at every row, and whatever the size of a
    batch, the result is the same.
    """
    signals = before.signals[index : index + 1].copy()
    shape, buffer = int(signals[0]["shape"]), int(signals[0]["buffer"])
    column = int(signals[0]["column"])
    signals["shape"] = signals["buffer"] = signals["column"] = 0
    arrays = Arrays(signals, before.shapes[shape : shape + 1].copy(), before.buffers[buffer : buffer + 1])
    matrix = batch.matrix[column : column + 1, : row + 1].copy()
    part = Batch(matrix, batch.times_ms[: row + 1], batch.offsets[: row + 1])
    run(arrays, part, settings, room_for_emissions(arrays, row + 1))
    return signals[0]
