"""What the loops work on: a batch, and the memory its values pass through in chunks that fit the cache."""

from typing import Annotated, Any, NamedTuple, Protocol, cast, get_type_hints

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.compiled import allocating, inner
from driftline.detectors.state.fields import SIGNAL, SLOTS, TOTALS, Records

CHUNK = 256
SLOT_MS = 1_800_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
WEEK_MS = SLOTS * SLOT_MS


class Batch(NamedTuple):
    """Events in columns: matrix [columns, rows] of cells, times_ms and offsets [rows]; bits are the matrix's.

    local_ms [rows] are the times on the clock of the stream's time zone, which the half hours of the week are
    counted by: a time lies between the middles of two of them, places [rows] and the next, at the share
    fractions [rows] of the way. whole [columns] says that a column has no odd cell; latest_ms is the largest
    of the times, in_order says that none is smaller than the one before it.
    """

    matrix: NDArray[np.float64]
    times_ms: NDArray[np.int64]
    offsets: NDArray[np.int64]
    local_ms: NDArray[np.int64]
    places: NDArray[np.int64]
    fractions: NDArray[np.float64]
    whole: NDArray[np.bool_]
    latest_ms: int
    in_order: bool
    bits: NDArray[np.int64]


@allocating
def make_batch(
    matrix: NDArray[np.float64],
    times_ms: NDArray[np.int64],
    offsets: NDArray[np.int64],
    local_ms: NDArray[np.int64],
) -> Batch:
    """A batch from matrix [columns, rows], times_ms, offsets and local_ms [rows], at least one of each."""
    columns, rows = matrix.shape
    places, fractions = np.empty(rows, np.int64), np.empty(rows)
    latest_ms, in_order = times_ms[0], True
    for row in range(rows):
        half_hours = (local_ms[row] % WEEK_MS) / SLOT_MS - 0.5
        floor = np.floor(half_hours)
        places[row] = np.int64(floor) % SLOTS
        fractions[row] = half_hours - floor
        in_order = in_order and times_ms[row] >= latest_ms
        latest_ms = max(latest_ms, times_ms[row])
    whole = np.empty(columns, np.bool_)
    for column in range(columns):
        whole[column] = np.isfinite(matrix[column]).all()
    bits = matrix.view(np.int64)
    return Batch(matrix, times_ms, offsets, local_ms, places, fractions, whole, latest_ms, in_order, bits)


Numbers = Annotated[NDArray[np.float64], "f8", CHUNK]
Places = Annotated[NDArray[np.int64], "i8", CHUNK]


class Scratch(Protocol):
    """Per value of a chunk: the number read, its value, score and histogram cell, the row it stood in.

    gaps[p] are the missing values between value p - 1 and value p. cycles are what the time of the week lets
    expect; of that what comes in steps, and by how much more an hour later (early) and before (late);
    spreads the sd there against that of the reference, as it follows from the cycle of a rate. residuals are
    scores without the cycle; errors how far they were from what the level and the value before let expect, in
    sd; innovations the same as a standard normal number, and anchored the same measured from the level since
    a change; deviations are scores measured from that level, gains its variance, forecasts the level
    expected. known[p] values had shown the variance of late after value p. totals[p] are the totals of the
    level (count, sum, sum of squares, sum of scores, sum of innovations, and the forecast) after value p.
    events [number] are the detections of the chunk, (row, test); events[0, 0] is how many. saved is the
    signal before the chunk.

    It is one record, which is handed on as one address, not as an array's seven numbers for each of them.
    """

    numbers: Numbers
    values: Numbers
    scores: Numbers
    cells: Places
    rows: Places
    gaps: Annotated[NDArray[np.int64], "i8", CHUNK + 1]
    cycles: Numbers
    steps: Numbers
    spreads: Numbers
    early: Numbers
    late: Numbers
    residuals: Numbers
    errors: Numbers
    innovations: Numbers
    anchored: Numbers
    deviations: Numbers
    gains: Numbers
    forecasts: Numbers
    known: Numbers
    totals: Annotated[NDArray[np.float64], "f8", (CHUNK, TOTALS)]
    events: Annotated[NDArray[np.int64], "i8", (4 * CHUNK, 2)]
    saved: Annotated[Records, SIGNAL, 1]


FIELDS = get_type_hints(Scratch, include_extras=True).items()
SCRATCH = np.dtype((np.record, [(name, *declared.__metadata__) for name, declared in FIELDS]))


@inner
def take_times(signal: Any, batch: Batch, scratch: Scratch, count: int) -> None:
    """The earliest and the latest time of a signal's values, from which its rate follows.

    Values of what becomes known later (labels) do not come in the order of their times.
    """
    if count == 0:
        return
    first_ms, last_ms = batch.times_ms[scratch.rows[0]], batch.times_ms[scratch.rows[count - 1]]
    if not batch.in_order:
        for place in range(count):
            time_ms = batch.times_ms[scratch.rows[place]]
            first_ms, last_ms = min(first_ms, time_ms), max(last_ms, time_ms)
    fresh = signal["seen"] == 0  # or with a reference that was inherited
    signal["first_ms"] = first_ms if fresh else min(signal["first_ms"], first_ms)
    signal["last_ms"] = last_ms if fresh else max(signal["last_ms"], last_ms)


@inner
def slot_of(batch: Batch, row: int) -> int:
    """The half hour of the week that a row falls in."""
    slot = batch.places[row] + (1 if batch.fractions[row] >= 0.5 else 0)
    return int(slot if slot < SLOTS else 0)


@inner
def note(scratch: Scratch, place: int, test: int) -> None:
    """Notes a detection at a value of the chunk."""
    number = scratch.events[0, 0] + 1
    scratch.events[0, 0] = number
    scratch.events[number, 0] = scratch.rows[place]
    scratch.events[number, 1] = test


def make_scratch() -> Scratch:
    """Scratch memory for one chunk."""
    return cast("Scratch", np.zeros(1, SCRATCH)[0])
