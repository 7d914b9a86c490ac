"""The one compiled call per batch: every signal, every value, in order.

A signal's values pass the steps a chunk at a time. Each step takes them one by one and keeps its sums in the
record, so neither chunks nor batches change one bit of a result.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.blocks import Emissions, confirm, emit
from driftline.detectors.kernels.change_point import begin_level, look_at_the_clock, run_marks
from driftline.detectors.kernels.compiled import allocating, compiled
from driftline.detectors.kernels.cusums import run_cusums
from driftline.detectors.kernels.dormant import is_dormant, only_zeros, skip, zeros_at_start
from driftline.detectors.kernels.e_detector import run_e_detector
from driftline.detectors.kernels.learning import learn_more, values_until_due
from driftline.detectors.kernels.names import CUSUM, E_DETECTOR, SHAPE, VARIANCE
from driftline.detectors.kernels.page_hinkley import run_page_hinkley
from driftline.detectors.kernels.reading import CATEGORY, TAIL, UNSEEN, VALUE, gather, learn, learn_times
from driftline.detectors.kernels.repeats import find_repeats
from driftline.detectors.kernels.residuals import anchor, carry_season, come_back, innovate, remove_cycle
from driftline.detectors.kernels.scores import CLIP, score
from driftline.detectors.kernels.scratch import CHUNK, Batch, Scratch, note, take_times
from driftline.detectors.kernels.shape import forget_window, run_shape
from driftline.detectors.kernels.variance import begin_spread, forget_sums, hold_spread, run_variance
from driftline.detectors.kernels.warm_up import (
    has_stopped,
    learn_on,
    unlearn,
    values_to_learn,
    values_to_watch,
)
from driftline.detectors.kernels.window import add_gaps, remember
from driftline.detectors.state.arrays import Arrays

NOTED_MAX = CHUNK  # detections of a signal to take over at once; one chunk adds fewer than two a value
RATE_LIMIT = 6.0  # no score of a 0/1 value is beyond


class Limits(NamedTuple):
    """The settings the loop needs: values to learn from, until the first look, per half window, and per
    confirmation block.
    """

    warm_up: int
    first_look: int
    window: int
    block: int


@compiled
def is_number(signal: Any) -> bool:
    """Whether detectors read standard normal innovations, not standardised 0/1 values."""
    return bool(signal["transform"] == VALUE or signal["transform"] == CATEGORY)


@compiled
def learn_chunk(
    arrays: Arrays, index: int, batch: Batch, scratch: Scratch, task: tuple[int, Limits]
) -> tuple[int, bool]:
    """Learns from task[0] values; returns how many it took, and whether the signal is to be looked at."""
    signal = arrays.signals[index]
    shape = arrays.shapes[signal["shape"]]
    count, limits = task
    taken = values_to_learn(signal, scratch, count, limits.warm_up, limits.first_look)
    row = signal["buffer"]
    learn(signal, shape["table"], arrays.buffers[row], scratch, taken)
    learn_times(signal, batch, scratch, taken, arrays.buffered_slots[row])
    if signal["transform"] not in (CATEGORY, UNSEEN, TAIL):
        remember(signal, shape["cells"][:0], scratch, taken, limits.window)
    else:
        add_gaps(signal, scratch.gaps[:taken].sum())
    signal["seen"] += taken
    signal["learned"] += taken
    return taken, has_stopped(signal, limits.warm_up, limits.first_look)


@compiled
def skip_chunk(
    arrays: Arrays, index: int, batch: Batch, scratch: Scratch, task: tuple[int, Limits]
) -> tuple[int, bool]:
    """Counts the zeros of a dormant signal; returns how many, and whether a 1 follows, which wakes it."""
    signal = arrays.signals[index]
    count, limits = task
    shape = arrays.shapes[signal["shape"]]
    score(signal, shape, scratch, count)
    zeros = zeros_at_start(scratch.values, count)
    first = 0
    while first < zeros:  # in parts of one half of the recent window, to which the gaps among them belong
        add_gaps(signal, scratch.gaps[first])
        room = limits.window - int(signal["recent"][0, 0])
        last = min(zeros, first + (room if room > 0 else limits.window))
        ends_ms = batch.times_ms[scratch.rows[first]], batch.times_ms[scratch.rows[last - 1]]
        skip(signal, last - first, ends_ms, limits.window, shape["cells"][:0])
        add_gaps(signal, scratch.gaps[first + 1 : last].sum())
        first = last
    add_gaps(signal, scratch.gaps[zeros])
    if zeros < count:
        signal["stale"] = 1
    return zeros, zeros < count


@compiled
def attempt(signal: Any, season: Any, shape: Any, scratch: Scratch, task: tuple[Batch, int]) -> int:
    """Shows task[1] values to the tests of mean and variance, up to a detection; returns how many it took."""
    batch, count = task
    score(signal, shape, scratch, count)
    remove_cycle(signal, season, batch, scratch, count)
    number = is_number(signal)
    limit = CLIP if number else RATE_LIMIT
    unit = 1.0 if number else signal["reference_sd"] / signal["scale"]
    innovate(signal, scratch, count, limit)
    taken = anchor(signal, scratch, count, limit, unit)
    if number:
        taken, signal["turned"] = run_cusums(signal, scratch, taken)
    else:
        taken, signal["turned"] = run_e_detector(signal, scratch, taken)
    # Elsewhere under the reference scores have another spread: there is nothing to compare with.
    if signal["transform"] == VALUE and signal["atoms"] != 1 and signal["away"] == 0:
        widened_at, widened = run_variance(signal, scratch, taken)
        if widened != 0:
            signal["turned"] = signal["turned"] if widened_at == taken else 0
            taken, signal["widened"] = widened_at, widened
    return taken


@compiled
def settle(signal: Any, shape: Any, season: Any) -> None:
    """After the value at which a change was found: what is measured from the new level and variance."""
    if signal["turned"] == 0 and signal["widened"] == 0:
        if signal["returned"] == 0:
            return
        carry_season(signal, season)
        come_back(signal)
    if signal["widened"] != 0:
        begin_spread(signal, signal["widened"])
    if signal["turned"] != 0:
        was_away = signal["away"] != 0
        begin_level(signal)
        if signal["rough"] != 0 and not was_away:
            unlearn(signal)
    # What the tests of variance and shape have added up is about the time before as well.
    forget_sums(signal)
    forget_window(signal, shape)
    signal["turned"] = signal["widened"] = signal["returned"] = 0


@compiled
def watch_chunk(
    arrays: Arrays, index: int, batch: Batch, scratch: Scratch, task: tuple[int, Limits, Emissions]
) -> tuple[int, bool]:
    """Watches task[0] values; returns how many it took, and whether more can be learned after the last."""
    count, limits, emissions = task
    signal = arrays.signals[index]
    shape, season = arrays.shapes[signal["shape"]], arrays.seasons[signal["season"]]
    settle(signal, shape, season)
    count = values_until_due(signal, batch, scratch, values_to_watch(signal, count, limits.warm_up))
    scratch.saved[0] = signal
    taken = attempt(signal, season, shape, scratch, (batch, count))
    while taken < count:  # a detection: the values after it have to be seen as coming after it
        arrays.signals[index] = scratch.saved[0]
        count = taken
        taken = attempt(signal, season, shape, scratch, (batch, count))
    tell(signal, shape, batch, scratch, taken)
    if signal["transform"] == VALUE and signal["tested"] != 0 and signal["rough"] == 0:
        find_repeats(signal, shape, batch, scratch, taken)
    run_marks(signal, batch, scratch, taken)
    learn_more(signal, season, batch, scratch, taken)
    emit(signal, index, scratch, taken, emissions)
    confirm(signal, scratch, taken, limits.block)
    rows = 2 if is_number(signal) else 0
    remember(signal, shape["cells"][:rows], scratch, taken, limits.window)
    hold_spread(signal, taken)
    take_times(signal, batch, scratch, taken)
    if signal["rough"] != 0:
        learn_on(arrays, index, batch, scratch, taken)
    signal["seen"] += taken
    return taken, has_stopped(signal, limits.warm_up, limits.first_look)


@compiled
def tell(signal: Any, shape: Any, batch: Batch, scratch: Scratch, taken: int) -> None:
    """Notes the detections of a chunk that are asked for, and runs the tests that stop nothing."""
    tested, number = signal["tested"], is_number(signal)
    if signal["rough"] != 0:  # so few values say something of the mean alone
        tested &= (1 << CUSUM) | (1 << E_DETECTOR)
    if taken > 0 and signal["turned"] != 0:
        test = CUSUM if number else E_DETECTOR
        if tested >> test & 1:
            note(scratch, taken - 1, test)
    if taken > 0 and signal["widened"] != 0 and tested >> VARIANCE & 1:
        note(scratch, taken - 1, VARIANCE)
    told = signal["ph_told"]
    run_page_hinkley(signal, scratch, taken, (tested & 1) != 0)
    if signal["ph_told"] > told:
        look_at_the_clock(signal)
    can = signal["transform"] == CATEGORY or (signal["transform"] == VALUE and signal["moved"] == 0)
    still = signal["away"] == 0 and signal["spread"] == 1.0
    if can and still and signal["atoms"] != 1 and tested >> SHAPE & 1:
        place = run_shape(signal, shape, batch, scratch, (0, taken))
        while place <= taken:
            note(scratch, place - 1, SHAPE)
            place = run_shape(signal, shape, batch, scratch, (place, taken))


@compiled
def advance_signal(
    arrays: Arrays, index: int, batch: Batch, scratch: Scratch, task: tuple[int, Limits, Emissions]
) -> int:
    """Takes the rows from task[0] on until the batch ends, Python has to do something or many detections are
    noted.

    Returns the row after the last one taken.
    """
    signal = arrays.signals[index]
    cells, no_cells = batch.matrix[signal["column"]], arrays.shapes[signal["shape"]]["cells"][:0]
    row, limits, emissions = task
    ended = False
    while row < cells.shape[0] and not ended and scratch.events[0, 0] < NOTED_MAX:
        if is_dormant(signal) and only_zeros(signal, batch):
            ends_ms = batch.times_ms[row], batch.times_ms[-1]
            skip(signal, cells.shape[0] - row, ends_ms, limits.window, no_cells)
            return int(cells.shape[0])
        stop = min(row + CHUNK, cells.shape[0])
        count = gather(signal, cells, row, stop, scratch)
        if count == 0:
            taken = 0
        elif signal["armed"] == 0:
            taken, ended = learn_chunk(arrays, index, batch, scratch, (count, limits))
        elif is_dormant(signal):
            taken, ended = skip_chunk(arrays, index, batch, scratch, (count, limits))
        else:
            taken, ended = watch_chunk(arrays, index, batch, scratch, (count, limits, emissions))
        row = row_after(signal, scratch, (count, taken, ended), stop)
    return row


@compiled
def row_after(signal: Any, scratch: Scratch, took: tuple[int, int, bool], stop: int) -> int:
    """Where to go on after `taken` of the `count` values of a chunk that ends before row `stop`.

    Missing values behind the last value taken belong to what comes after something `ended` there.
    """
    count, taken, ended = took
    dormant = is_dormant(signal)
    if taken < count or (ended and not dormant):
        return int(scratch.rows[taken]) if dormant or taken == 0 else int(scratch.rows[taken - 1]) + 1
    if count == 0 or not dormant:  # the zeros of a dormant signal were counted with the gaps around them
        add_gaps(signal, scratch.gaps[count])
    return stop


@allocating
def advance(
    arrays: Arrays, batch: Batch, scratch: Scratch, task: tuple[NDArray[np.int64], Limits, Emissions]
) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Every signal takes its rows from next_rows[i] on; returns (signal, row, test) of each detection.

    Also returns the signals for which Python has to do something (arm them, wake them, learn more). Each has
    stopped there and takes the rest of the batch in the next call.
    """
    next_rows, limits, emissions = task
    found = [(0, 0, 0) for _ in range(0)]
    stopped = [0 for _ in range(0)]
    rows = batch.matrix.shape[1]
    for index in range(next_rows.shape[0]):
        signal = arrays.signals[index]
        while next_rows[index] < rows and not has_stopped(signal, limits.warm_up, limits.first_look):
            scratch.events[0, 0] = 0
            task_of_signal = (next_rows[index], limits, emissions)
            next_rows[index] = advance_signal(arrays, index, batch, scratch, task_of_signal)
            for number in range(1, scratch.events[0, 0] + 1):
                found.append((index, scratch.events[number, 0], scratch.events[number, 1]))
        if has_stopped(signal, limits.warm_up, limits.first_look):
            stopped.append(index)
    return found, stopped
