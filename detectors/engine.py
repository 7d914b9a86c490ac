"""Drives the compiled loop over a batch: arms and calibrates the signals that stop for it.

It can also go back to the state a signal had at one row of the batch, which is where findings look.
"""

import threading
from typing import cast

import numpy as np

from driftline.detectors.clock import follow_clock
from driftline.detectors.first_day import look_again
from driftline.detectors.first_look import look
from driftline.detectors.kernels.blocks import Emissions, room_for_emissions
from driftline.detectors.kernels.dormant import is_dormant
from driftline.detectors.kernels.loop import Limits, advance
from driftline.detectors.kernels.scratch import Batch, Scratch, make_batch, make_scratch
from driftline.detectors.kernels.warm_up import knows_enough
from driftline.detectors.learning import learn
from driftline.detectors.reference import arm, wake
from driftline.detectors.signals import BankSettings
from driftline.detectors.state.arrays import Arrays
from driftline.detectors.thresholds import set_thresholds


class ScratchOfThread(threading.local):
    """What lies in it is of no use after a run, and to make it takes longer than to read a few rows."""

    def __init__(self) -> None:
        self.scratch: Scratch = make_scratch()


SCRATCH = ScratchOfThread()


def run(
    arrays: Arrays, batch: Batch, settings: BankSettings, emissions: Emissions
) -> list[tuple[int, int, int]]:
    """Takes a batch into the arrays; returns (signal, row, test) of each detection of the kernel."""
    limits = Limits(settings.warm_up, settings.first_look, settings.window, settings.block)
    next_rows = np.zeros(len(arrays.signals), np.int64)
    found: list[tuple[int, int, int]] = []
    while True:
        more, stopped = advance(arrays, batch, SCRATCH.scratch, (next_rows, limits, emissions))
        found += more
        if not stopped:
            return found
        for index in stopped:
            if knows_enough(arrays.signals[index], settings.warm_up):
                arm(arrays, index, settings)
            elif arrays.signals["armed"][index] == 0:
                look(arrays, index, settings)
            if arrays.signals["stale"][index] != 0:
                conclude(arrays, index)


def conclude(arrays: Arrays, index: int) -> None:
    """What a signal has learned that stopped for it."""
    signal = arrays.signals[index]
    if is_dormant(signal):
        wake(signal)
        return
    season = arrays.seasons[signal["season"]]
    look_again(signal, arrays.shapes[signal["shape"]], season)
    learn(signal, season)
    follow_clock(signal, season)
    set_thresholds(signal)


def first_rows(batch: Batch, column: int, rows: int) -> Batch:
    """One column of the first rows of a batch."""
    matrix = batch.matrix[column : column + 1, :rows].copy()
    return make_batch(matrix, batch.times_ms[:rows], batch.offsets[:rows], batch.local_ms[:rows])


def state_after(
    before: Arrays, index: int, batch: Batch, row: int, settings: BankSettings
) -> tuple[np.void, np.void]:
    """One signal's record and shape as they were after a row of the batch, computed again from before it.

    Detections are rare; that is cheaper than keeping what a finding needs at every row, and whatever the
    size of a batch, the result is the same.
    """
    signals = before.signals[index : index + 1].copy()
    shape, season, buffer, column = (
        int(signals[0][name]) for name in ("shape", "season", "buffer", "column")
    )
    signals["shape"] = signals["column"] = 0
    # Row 0 stands for none, so what the signal has goes to row 1.
    signals["season"], signals["buffer"] = int(season > 0), int(buffer > 0)
    arrays = Arrays(
        signals,
        before.shapes[shape : shape + 1].copy(),
        before.seasons[[0, season]],
        before.buffers[[0, buffer]],
        before.buffered_slots[[0, buffer]],
    )
    part = first_rows(batch, column, row + 1)
    run(arrays, part, settings, room_for_emissions(signals, row + 1))
    return cast("np.void", signals[0]), cast("np.void", arrays.shapes[0])
