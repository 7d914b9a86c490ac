"""Drives the compiled loop over a batch: arms and calibrates the signals that stop for it.

It can also go back to the state a signal had at one row of the batch, which is where findings look.
"""

import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.engine.loop import Limits, Work, advance, is_full
from driftline.detectors.evidence.thresholds import set_thresholds
from driftline.detectors.forecast.learning import learn
from driftline.detectors.kernels.blocks import Emissions, room_for_emissions
from driftline.detectors.kernels.dormant import is_dormant
from driftline.detectors.kernels.scratch import SCRATCH, Batch
from driftline.detectors.kernels.warm_up import knows_enough
from driftline.detectors.reference.arming import wake
from driftline.detectors.reference.first_look import look
from driftline.detectors.reference.warm_up import arm, relearn
from driftline.detectors.season.clock import follow_clock
from driftline.detectors.signals import BankSettings
from driftline.detectors.state.arrays import (
    SEASONAL_ONCE_AWAKE,
    Arrays,
    Row,
    Season,
    give_back_cycle,
    row_of,
    with_cycle,
    with_season,
)


class ScratchOfThread(threading.local):
    """What lies in it is of no use after a run, and to make it takes longer than to read a few rows."""

    def __init__(self) -> None:
        self.memory = np.zeros(1, SCRATCH)
        self.found = self.memory["found"][0]


OF_THREAD = ScratchOfThread()


class Noted(NamedTuple):
    """A detection of the kernel: at which row of the batch, by which of its tests, of which signal."""

    row: int
    test: int
    signal: int


class Ran(NamedTuple):
    """The detections of the kernel, and the arrays, which may have got rows for cycles."""

    found: list[Noted]
    arrays: Arrays


def run(arrays: Arrays, batch: Batch, settings: BankSettings, emissions: Emissions) -> Ran:
    """Takes a batch into the arrays."""
    limits = Limits(settings.warm_up, settings.first_look, settings.window, settings.block)
    work, found = Work(arrays, batch, OF_THREAD.memory, emissions, limits), OF_THREAD.found
    next_rows, stopped = np.zeros((2, len(arrays.signals)), np.int64)
    found[0, 0] = 0  # what a run that failed has left there is nobody's
    noted: list[Noted] = []
    while True:
        stops = advance(work, next_rows, stopped)
        was_full = is_full(found)
        noted += take(found)
        if stops == 0 and not was_full:
            return Ran(noted, work.arrays)
        for index in stopped[:stops].tolist():
            work = work._replace(arrays=go_on(work.arrays, index, settings))


def go_on(arrays: Arrays, index: int, settings: BankSettings) -> Arrays:
    """Does what a signal stopped for; the arrays after that. It has room for a cycle meanwhile."""
    signal = arrays.signals[index]
    if signal["transform"] in SEASONAL_ONCE_AWAKE and (signal["ones"] > 0 or signal["stale"]):
        arrays = with_season(arrays, index)
    arrays = with_cycle(arrays, index)
    if knows_enough(signal, settings.warm_up):
        (relearn if signal["relearn_at"] else arm)(arrays, index, settings)
    elif signal["armed"] == 0:
        look(arrays, index, settings)
    if signal["stale"] != 0:
        conclude(arrays, index)
    give_back_cycle(signal)
    return arrays


def take(found: NDArray[np.int64]) -> list[Noted]:
    """The detections that were noted, which are noted no longer."""
    count = int(found[0, 0])
    found[0, 0] = 0
    return [Noted(*noted) for noted in found[1 : count + 1].tolist()]


def conclude(arrays: Arrays, index: int) -> None:
    """What a signal has learned that stopped for it."""
    signal = arrays.signals[index]
    if is_dormant(signal):
        wake(arrays, index)
        return
    season = Season(arrays, index)
    learn(signal, season)
    follow_clock(signal, season)
    set_thresholds(signal)


def state_after(before: Arrays, index: int, batch: Batch, row: int, settings: BankSettings) -> Row:
    """One signal's record and shape as they were after a row of the batch, computed again from before it.

    Detections are rare; that is cheaper than keeping what a finding needs at every row, and whatever the
    size of a batch, the result is the same.
    """
    signals = before.signals[index : index + 1].copy()
    rows = ("shape", "season", "cycle", "buffer", "column")
    shape, season, cycle, buffer, column = (int(signals[0][name]) for name in rows)
    signals["shape"] = signals["column"] = 0
    # Row 0 stands for none, so what the signal has goes to row 1.
    signals["season"], signals["cycle"], signals["buffer"] = season > 0, cycle > 0, buffer > 0
    arrays = Arrays(
        signals,
        before.shapes[shape : shape + 1].copy(),
        before.seasons[[0, season]],
        before.cycles[[0, cycle]],
        before.buffers[[0, buffer]],
        before.buffered_slots[[0, buffer]],
    )
    part = batch.first_rows(column, row + 1)
    return row_of(run(arrays, part, settings, room_for_emissions(signals, row + 1)).arrays, 0)
