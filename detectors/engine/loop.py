"""The one compiled call per batch: every signal, every value, in order.

A signal's values pass the steps a chunk at a time. Each step takes them one by one and keeps its sums in the
record, so neither chunks nor batches change one bit of a result.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import compiled, inner
from driftline.detectors.evidence.odds import run_odds
from driftline.detectors.evidence.page_hinkley import reset
from driftline.detectors.evidence.shape import forget_window
from driftline.detectors.evidence.shifts import run_shifts
from driftline.detectors.evidence.table import tell
from driftline.detectors.evidence.variance import begin_spread, forget_sums, run_variance
from driftline.detectors.kernels.blocks import Emissions, confirm, emit
from driftline.detectors.kernels.change_point import begin_level, run_marks
from driftline.detectors.kernels.dormant import is_dormant, only_zeros, skip, zeros_at_start
from driftline.detectors.kernels.extremes import find_extremes
from driftline.detectors.kernels.known_codes import count_codes, know_codes
from driftline.detectors.kernels.learning import learn_more, values_until_due
from driftline.detectors.kernels.reading import (
    CATEGORY,
    TAIL,
    UNSEEN,
    VALUE,
    gather,
    is_number,
    learn,
    learn_times,
)
from driftline.detectors.kernels.repeats import find_repeats
from driftline.detectors.kernels.residuals import (
    STAYS,
    anchor,
    carry_season,
    come_back,
    innovate,
    remove_cycle,
)
from driftline.detectors.kernels.scores import CLIP, score
from driftline.detectors.kernels.scratch import CHUNK, Batch, Scratch, take_times
from driftline.detectors.kernels.warm_up import (
    has_stopped,
    keep_reference,
    learn_on,
    learns_on,
    unlearn,
    values_to_learn,
    values_to_watch,
)
from driftline.detectors.kernels.window import add_gaps, gaps_among, keep_codes, remember
from driftline.detectors.state.arrays import Arrays
from driftline.detectors.state.fields import Records

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


class Work(NamedTuple):
    """What a call of the loop works on: signals, a batch, memory for a chunk, room for scores, settings.

    The memory is an array of one record, `Scratch`: a record by itself would take numba 50 µs to look at.
    """

    arrays: Arrays
    batch: Batch
    memory: Records
    emissions: Emissions
    limits: Limits


class Took(NamedTuple):
    """What became of a chunk: how many values it had, how many were taken, whether something ended there."""

    offered: int
    taken: int
    ended: bool


@inner
def learn_chunk(work: Work, index: int, count: int) -> tuple[int, bool]:
    """Learns from `count` values; returns how many it took, and whether the signal is to be looked at."""
    arrays, scratch, limits = work.arrays, work.memory[0], work.limits
    signal = arrays.signals[index]
    shape = arrays.shapes[signal["shape"]]
    taken = values_to_learn(signal, scratch, count, limits.warm_up, limits.first_look)
    row = signal["buffer"]
    learn(signal, shape, arrays.buffers[row], scratch, taken)
    learn_times(signal, work.batch, scratch, taken, arrays.buffered_slots[row])
    if signal["transform"] not in (CATEGORY, UNSEEN, TAIL):
        remember(signal, shape["cells"], scratch, taken, limits.window)
    else:
        add_gaps(signal, gaps_among(scratch, 0, taken))
    signal["seen"] += taken
    signal["learned"] += taken
    return taken, has_stopped(signal, limits.warm_up, limits.first_look)


@inner
def skip_chunk(work: Work, index: int, count: int) -> tuple[int, bool]:
    """Counts the zeros of a dormant signal; returns how many, and whether a 1 follows, which wakes it."""
    scratch, events, window = work.memory[0], work.batch.events, work.limits.window
    signal = work.arrays.signals[index]
    score(signal, work.arrays.shapes[signal["shape"]], scratch, count)
    zeros = zeros_at_start(scratch.values, count)
    first = 0
    while first < zeros:  # in parts of one half of the recent window, to which the gaps among them belong
        add_gaps(signal, scratch.gaps[first])
        room = window - int(signal["recent"][0, 0])
        last = min(zeros, first + (room if room > 0 else window))
        first_ms, last_ms = events[scratch.rows[first]]["time_ms"], events[scratch.rows[last - 1]]["time_ms"]
        skip(signal, last - first, first_ms, last_ms, window)
        add_gaps(signal, gaps_among(scratch, first + 1, last))
        first = last
    add_gaps(signal, scratch.gaps[zeros])
    if zeros < count:
        signal["stale"] = 1
        if signal["seen"] == 0:  # what an heir is woken by, is the first that it sees
            signal["first_ms"] = signal["last_ms"] = events[scratch.rows[zeros]]["time_ms"]
    return zeros, zeros < count


@inner
def attempt(work: Work, index: int, count: int) -> int:
    """Shows `count` values to the tests of mean and variance, up to a detection; returns how many it took."""
    scratch, signal = work.memory[0], work.arrays.signals[index]
    score(signal, work.arrays.shapes[signal["shape"]], scratch, count)
    remove_cycle(signal, work.arrays.cycles[signal["cycle"]], work.batch, scratch, count)
    number = is_number(signal)
    limit = CLIP if number else RATE_LIMIT
    unit = 1.0 if number else signal["reference_sd"] / signal["scale"]
    innovate(signal, scratch, count, limit)
    taken = anchor(signal, scratch, count, limit, unit)
    if number:
        taken, signal["turned"] = run_shifts(signal, scratch, taken)
    else:
        taken, signal["turned"] = run_odds(signal, scratch, taken)
    # Elsewhere under the reference scores have another spread: there is nothing to compare with.
    if signal["transform"] == VALUE and signal["atoms"] != 1 and signal["away"] == 0:
        widened_at, widened = run_variance(signal, scratch, taken)
        if widened != 0:
            signal["turned"] = signal["turned"] if widened_at == taken else 0
            taken, signal["widened"] = widened_at, widened
    return taken


@inner
def settle(signal: Any, shape: Any, season: Any) -> None:
    """After the value at which a change was found: what is measured from the new level and variance."""
    if signal["turned"] == 0 and signal["widened"] == 0:
        if signal["returned"] == 0:
            return
        if signal["returned"] == STAYS:  # what Page-Hinkley has added up is about the level before
            reset(signal)
            keep_reference(signal)
            carry_season(signal, season)
        come_back(signal)
    if signal["transform"] == UNSEEN:
        know_codes(signal, shape)
    if signal["widened"] != 0:
        begin_spread(signal, signal["widened"])
        keep_reference(signal)
    if signal["turned"] != 0:
        was_away = signal["away"] != 0
        begin_level(signal)
        if learns_on(signal) and not was_away:
            unlearn(signal)
    # What the tests of variance and shape have added up is about the time before as well.
    forget_sums(signal)
    forget_window(signal, shape)
    signal["turned"] = signal["widened"] = signal["returned"] = 0


@inner
def watch_chunk(work: Work, index: int, count: int) -> tuple[int, bool]:
    """Watches `count` values; returns how many it took, and whether more can be learned after the last."""
    arrays, batch, scratch, limits = work.arrays, work.batch, work.memory[0], work.limits
    signal = arrays.signals[index]
    shape, season = arrays.shapes[signal["shape"]], arrays.seasons[signal["season"]]
    settle(signal, shape, season)
    count = values_until_due(signal, batch, scratch, values_to_watch(signal, count, limits.warm_up))
    scratch.saved[0] = signal
    taken = attempt(work, index, count)
    while taken < count:  # a detection: the values after it have to be seen as coming after it
        arrays.signals[index] = scratch.saved[0]
        count = taken
        taken = attempt(work, index, count)
    tell(signal, shape, batch, scratch, taken)
    if signal["transform"] == VALUE and signal["tested"] != 0 and signal["rough"] == 0:
        find_repeats(signal, shape, batch, scratch, taken)
        find_extremes(signal, shape, scratch, taken)
    run_marks(signal, batch, scratch, taken)
    learn_more(signal, season, batch, scratch, taken)
    emit(signal, index, scratch, taken, work.emissions)
    confirm(signal, scratch, taken, limits.block)
    remember(signal, shape["cells"], scratch, taken, limits.window)
    if signal["transform"] == CATEGORY or signal["transform"] == UNSEEN:
        keep_codes(shape, scratch, taken)
    if signal["transform"] == UNSEEN and scratch.saved[0]["away"] != 0:
        count_codes(shape, scratch, taken)
    take_times(signal, batch, scratch, taken)
    if learns_on(signal):
        learn_on(arrays, index, batch, scratch, taken)
    signal["seen"] += taken
    return taken, has_stopped(signal, limits.warm_up, limits.first_look)


@inner
def row_after(signal: Any, scratch: Scratch, took: Took, stop: int) -> int:
    """Where to go on after a chunk that ends before row `stop`.

    Missing values behind the last value taken belong to what comes after something `ended` there.
    """
    count, taken = took.offered, took.taken
    dormant = is_dormant(signal)
    if taken < count or (took.ended and not dormant):
        return int(scratch.rows[taken]) if dormant or taken == 0 else int(scratch.rows[taken - 1]) + 1
    if count == 0 or not dormant:  # the zeros of a dormant signal were counted with the gaps around them
        add_gaps(signal, scratch.gaps[count])
    return stop


@inner
def is_full(found: NDArray[np.int64]) -> bool:
    """Whether what was found has to be taken over before more may be."""
    return bool(found[0, 0] >= NOTED_MAX)


@inner
def skip_rest(work: Work, signal: Any, row: int) -> int:
    """Counts the zeros of a dormant signal from a row on, all that is left of the batch; returns its end."""
    events = work.batch.events
    rows, first_ms, last_ms = events.shape[0], events[row]["time_ms"], events[-1]["time_ms"]
    skip(signal, rows - row, first_ms, last_ms, work.limits.window)
    return int(rows)


@compiled
def advance(work: Work, next_rows: NDArray[np.int64], stopped: NDArray[np.int64]) -> int:
    """Every signal takes its rows from next_rows[i] on; what is found goes to `found` of the scratch memory.

    Writes to `stopped` the signals for which Python has to do something (arm them, wake them, learn more),
    and returns how many. Each has stopped there and takes the rest of the batch in the next call, as all do
    when very many detections are noted (`is_full`).
    """
    batch, scratch, limits = work.batch, work.memory[0], work.limits
    found = scratch.found
    rows, stops = batch.matrix.shape[1], 0
    for index in range(next_rows.shape[0]):
        signal, row, told = work.arrays.signals[index], next_rows[index], found[0, 0]
        while (
            row < rows and not has_stopped(signal, limits.warm_up, limits.first_look) and not is_full(found)
        ):
            if is_dormant(signal) and only_zeros(signal, batch):
                row = skip_rest(work, signal, row)
                continue
            stop, taken, ended = min(row + CHUNK, rows), 0, False
            count = gather(signal, batch.matrix[signal["column"]], row, stop, scratch)
            if count > 0 and signal["armed"] == 0:
                taken, ended = learn_chunk(work, index, count)
            elif count > 0 and is_dormant(signal):
                taken, ended = skip_chunk(work, index, count)
            elif count > 0:
                taken, ended = watch_chunk(work, index, count)
            row = row_after(signal, scratch, Took(count, taken, ended), stop)
        next_rows[index] = row
        for number in range(told + 1, found[0, 0] + 1):
            found[number, 2] = index
        if has_stopped(signal, limits.warm_up, limits.first_look):
            stopped[stops] = index
            stops += 1
    return stops
