"""What the loops work on: a batch, and the memory its values pass through in chunks that fit the cache."""

from math import floor, isfinite
from typing import Annotated, Any, NamedTuple, Protocol, cast, get_type_hints

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import compiled, inner
from driftline.detectors.state.fields import SIGNAL, SLOTS, TOTALS, Records

CHUNK = 256
SLOT_MS = 1_800_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
WEEK_MS = SLOTS * SLOT_MS


EVENT = np.dtype([*((name, "i8") for name in ("time_ms", "offset", "local_ms", "place")), ("fraction", "f8")])
"""An event of a batch: its time, its offset, and the time on the clock of the stream's time zone.

By that the half hours of the week are counted: it lies between the middles of two of them, `place` and the
next, at the share `fraction` of the way.
"""


class Batch(NamedTuple):
    """Events in columns: matrix [columns, rows] of cells, events [rows] what else is known of them.

    whole [columns] says that a column has no odd cell; latest_ms is the largest of the times, in_order says
    that none is smaller than the one before it.
    """

    matrix: NDArray[np.float64]
    events: Records
    whole: NDArray[np.bool_]
    latest_ms: int
    in_order: bool

    @property
    def times_ms(self) -> NDArray[np.int64]:
        """Of the events [rows]."""
        return self.events["time_ms"]

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Of the events [rows]."""
        return self.events["offset"]

    def first_rows(self, column: int, rows: int) -> "Batch":
        """One column of the first rows."""
        return completed(self.matrix[column : column + 1, :rows].copy(), self.events[:rows].copy())


def make_batch(
    matrix: NDArray[np.float64],
    times_ms: NDArray[np.int64],
    offsets: NDArray[np.int64],
    local_ms: NDArray[np.int64],
) -> Batch:
    """A batch from matrix [columns, rows], times_ms, offsets and local_ms [rows], at least one of each."""
    events = np.empty(len(times_ms), EVENT)
    events["time_ms"], events["offset"], events["local_ms"] = times_ms, offsets, local_ms
    return completed(matrix, events)


def completed(matrix: NDArray[np.float64], events: Records) -> Batch:
    """The batch of cells and of events whose times are known."""
    whole = np.empty(len(matrix), np.bool_)
    return Batch(matrix, events, whole, *complete(matrix, events, whole))


@compiled
def complete(matrix: NDArray[np.float64], events: Any, whole: NDArray[np.bool_]) -> tuple[int, bool]:
    """Writes the places of events and which columns are whole; returns the batch's latest_ms and in_order."""
    latest_ms, in_order = events[0]["time_ms"], True
    for row in range(events.shape[0]):
        event = events[row]
        half_hours = (event["local_ms"] % WEEK_MS) / SLOT_MS - 0.5
        middle = floor(half_hours)
        event["place"] = middle % SLOTS
        event["fraction"] = half_hours - middle
        in_order = in_order and event["time_ms"] >= latest_ms
        latest_ms = max(latest_ms, event["time_ms"])
    for column in range(matrix.shape[0]):
        is_whole, row = True, 0
        while is_whole and row < matrix.shape[1]:
            is_whole = isfinite(matrix[column, row])
            row += 1
        whole[column] = is_whole
    return latest_ms, in_order


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
    found [number] are the detections that are not yet told, (row, test, signal); found[0, 0] is how many.
    saved is the signal before the chunk.

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
    found: Annotated[NDArray[np.int64], "i8", (4 * CHUNK, 3)]
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
    first_ms, last_ms = (
        batch.events[scratch.rows[0]]["time_ms"],
        batch.events[scratch.rows[count - 1]]["time_ms"],
    )
    if not batch.in_order:
        for place in range(count):
            time_ms = batch.events[scratch.rows[place]]["time_ms"]
            first_ms, last_ms = min(first_ms, time_ms), max(last_ms, time_ms)
    fresh = signal["seen"] == 0  # or with a reference that was inherited
    signal["first_ms"] = first_ms if fresh else min(signal["first_ms"], first_ms)
    signal["last_ms"] = last_ms if fresh else max(signal["last_ms"], last_ms)


@inner
def slot_of(batch: Batch, row: int) -> int:
    """The half hour of the week that a row falls in."""
    slot = batch.events[row]["place"] + (1 if batch.events[row]["fraction"] >= 0.5 else 0)
    return int(slot if slot < SLOTS else 0)


@inner
def note(scratch: Scratch, place: int, test: int) -> None:
    """Notes a detection at a value of the chunk."""
    number = scratch.found[0, 0] + 1
    scratch.found[0, 0] = number
    scratch.found[number, 0] = scratch.rows[place]
    scratch.found[number, 1] = test


def make_scratch() -> Scratch:
    """Scratch memory for one chunk."""
    return cast("Scratch", np.zeros(1, SCRATCH)[0])
