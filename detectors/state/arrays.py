"""How the state of many signals lies in memory: arrays of records, and which rows of them are a signal's."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.signals import LINES, Signal, Transform, plain
from driftline.detectors.state.fields import CYCLE, IDENTITIES, LONGEST, SEASON, SIGNAL, Records, shape_dtype
from driftline.detectors.state.pages import picked, zeros

SHAPED = plain(Transform.VALUE, Transform.CATEGORY, Transform.UNSEEN)
SEASONAL = plain(Transform.BINARY, Transform.BOUNDED, Transform.MASS, *LINES)
BUFFERED = SEASONAL
CODED = plain(Transform.CATEGORY, Transform.UNSEEN)
SEASONAL_ONCE_AWAKE = plain(Transform.MISSING, Transform.NULL, Transform.WRONG_TYPE, Transform.OUT_OF_RANGE)
"""Of the many signals of data quality only those that were ever 1 have a season."""
QUALITY = plain(*SEASONAL_ONCE_AWAKE, Transform.UNSEEN, Transform.SPIKE)


class Arrays(NamedTuple):
    """All numbers of a bank: signals [rows], shapes, seasons and cycles [rows of them].

    While a signal learns: buffers [rows, four times the warm-up] of its values and the half hours of the
    week they fell in.
    """

    signals: Records
    shapes: Records
    seasons: Records
    cycles: Records
    buffers: NDArray[np.float64]
    buffered_slots: NDArray[np.uint16]


class Row(NamedTuple):
    """One signal: its record, its shape and its season; of one that has none those of nobody."""

    signal: np.void
    shape: np.void
    season: np.void


def row_of(arrays: Arrays, index: int) -> Row:
    """What belongs to one signal, not copied."""
    signal = arrays.signals[index]
    records = signal, arrays.shapes[signal["shape"]], arrays.seasons[signal["season"]]
    return Row(*(cast("np.void", record) for record in records))


@lru_cache(maxsize=64)
def empty_arrays(categories: int, warm_up: int) -> Arrays:
    """Arrays of no signal. Row 0 of all but signals belongs to nobody, so that index 0 is always valid.

    Most banks have no signal with a shape or a season, and none that learns for long: all of them share these
    rows of nobody, which would else be 49 kB of each.
    """
    shapes, seasons, cycles = (np.zeros(1, dtype) for dtype in (shape_dtype(categories), SEASON, CYCLE))
    return Arrays(np.zeros(0, SIGNAL), shapes, seasons, cycles, *no_buffers(LONGEST * warm_up))


@lru_cache(maxsize=64)
def no_buffers(length: int) -> tuple[NDArray[np.float64], NDArray[np.uint16]]:
    """The buffers of nobody, and their half hours: one row of `length`."""
    return np.zeros((1, length)), np.zeros((1, length), np.uint16)


def grown(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """The array with `rows` more rows of zeros at its end; itself for none. Row 0 is nobody's: zeros."""
    if rows == 0:
        return array
    # To concatenate would give fields that share their memory one of their own.
    more = zeros((len(array) + rows, *array.shape[1:]), array.dtype)
    more[1 : len(array)] = array[1:]
    return more


def with_rows(records: Records, more: Records) -> Records:
    """Records with others behind them."""
    found = zeros((len(records) + len(more),), records.dtype)
    found[: len(records)], found[len(records) :] = records, more
    return found


def clear_recent(signals: Any) -> None:
    """Empties the recent windows of signals (one record or many)."""
    signals["gaps"] = 0
    signals["recent"] = (0.0, 0.0, 0.0, np.inf, -np.inf, 0.0)


def with_signals(arrays: Arrays, signals: Sequence[Signal]) -> Arrays:
    """The arrays with rows for more signals, which have seen nothing yet."""
    records = np.zeros(len(signals), SIGNAL)
    clear_recent(records)
    free = {"shape": len(arrays.shapes), "season": len(arrays.seasons), "buffer": len(arrays.buffers)}
    for record, signal in zip(records, signals, strict=True):
        for name in ("transform", "column", "minimum", "maximum"):
            record[name] = getattr(signal, name)
        record["seed"] = crc32(signal.name.encode())
        for name, transforms in (("shape", SHAPED), ("season", SEASONAL), ("buffer", BUFFERED)):
            if signal.transform in transforms:
                record[name] = free[name]
                free[name] += 1
    more_buffers = free["buffer"] - len(arrays.buffers)
    return Arrays(
        with_rows(arrays.signals, records),
        grown(arrays.shapes, free["shape"] - len(arrays.shapes)),
        grown(arrays.seasons, free["season"] - len(arrays.seasons)),
        arrays.cycles,
        grown(arrays.buffers, more_buffers),
        grown(arrays.buffered_slots, more_buffers),
    )


def only(arrays: Arrays, kept: Sequence[int]) -> Arrays:
    """The arrays with the rows of these signals alone, in this order."""
    signals = arrays.signals[list(kept)]
    rows = {}
    for name in ("shape", "season", "cycle", "buffer"):
        owners = np.flatnonzero(signals[name])
        rows[name] = np.concatenate(([0], signals[name][owners]))
        signals[name][owners] = np.arange(1, len(owners) + 1)
    return Arrays(
        signals,
        arrays.shapes[rows["shape"]],
        arrays.seasons[rows["season"]],
        arrays.cycles[rows["cycle"]],
        picked(arrays.buffers, rows["buffer"][1:]),
        picked(arrays.buffered_slots, rows["buffer"][1:]),
    )


def with_another(arrays: Arrays, index: int, signal: Signal) -> Arrays:
    """The arrays in which the row of a signal belongs to another one, which has seen nothing yet.

    Rows of the other arrays that it had are left to nobody.
    """
    more = with_signals(arrays, [signal])
    record = more.signals[-1]
    for name in ("requested", "remembered_ms"):
        record[name] = arrays.signals[index][name]
    more.signals[index] = record
    return more._replace(signals=more.signals[:-1])


def without_idle_buffers(arrays: Arrays) -> Arrays:
    """The arrays without the buffers of armed signals, once they are most of them.

    One that a mass is still to be learned from is kept, for as long again as it took to fill.
    """
    if len(arrays.buffers) == 1:  # of nobody
        return arrays
    signals = arrays.signals
    learning = (signals["rough"] != 0) | (signals["relearn_at"] > 0)
    awaited = (signals["mass_due"] != 0) & (signals["seen"] < 2 * signals["reference_count"])
    signals["buffer"][(signals["armed"] != 0) & ~learning & ~awaited] = 0
    kept = np.flatnonzero(signals["buffer"])
    if 2 * len(kept) >= len(arrays.buffers) - 1:
        return arrays
    if not len(kept):
        buffers, slots = no_buffers(arrays.buffers.shape[1])
        return arrays._replace(buffers=buffers, buffered_slots=slots)
    rows = signals["buffer"][kept]
    signals["buffer"][kept] = np.arange(1, len(rows) + 1)
    return arrays._replace(
        buffers=picked(arrays.buffers, rows), buffered_slots=picked(arrays.buffered_slots, rows)
    )


def with_season(arrays: Arrays, index: int) -> Arrays:
    """The arrays in which a signal has room for what it learns of the week."""
    if arrays.signals["season"][index]:
        return arrays
    arrays.signals["season"][index] = len(arrays.seasons)
    return arrays._replace(seasons=grown(arrays.seasons, 1))


def with_cycle(arrays: Arrays, index: int) -> Arrays:
    """The arrays in which a signal has room for a cycle: one that another has given back, or more."""
    signals = arrays.signals
    if signals["cycle"][index] or not signals["season"][index]:
        return arrays
    cycles = arrays.cycles
    free = np.setdiff1d(np.arange(1, len(cycles)), signals["cycle"])
    if not len(free):
        free = np.array([len(cycles)])
        cycles = grown(cycles, 1)
    cycles[free[0]] = np.zeros(1, CYCLE)[0]
    signals["cycle"][index] = free[0]
    return arrays._replace(cycles=cycles)


def give_back_cycle(signal: np.void) -> None:
    """The room of a signal that has no cycle is another's."""
    if not signal["cyclic"] and not signal["stepped"]:
        signal["cycle"] = 0


class Season:
    """What one signal has learned of the week, its season and its cycle, by the names of their columns.

    Where it has no room for a cycle there is none, and what is written there is lost.
    """

    __slots__ = ("_cycle", "_season")

    def __init__(self, arrays: Arrays, index: int) -> None:
        row = arrays.signals["cycle"][index]
        self._season = arrays.seasons[arrays.signals["season"][index]]
        self._cycle = arrays.cycles[row] if row else np.zeros(1, CYCLE)[0]

    def __getitem__(self, name: str) -> Any:
        """A column [336] or [2, 336]."""
        return (self._cycle if name in (CYCLE.names or ()) else self._season)[name]

    def __setitem__(self, name: str, value: Any) -> None:
        """Writes a column."""
        self[name][...] = value


class Kept(NamedTuple):
    """The arrays as they were: their records as bytes, which copy fastest and are seldom looked at again.

    Buffers only grow, so what stood in them still does.
    """

    later: Arrays
    signals: bytes
    shapes: bytes
    seasons: bytes
    cycles: bytes

    def arrays(self) -> Arrays:
        """As arrays, not to be written to."""
        return self.later._replace(
            signals=np.frombuffer(self.signals, SIGNAL),
            shapes=np.frombuffer(self.shapes, self.later.shapes.dtype),
            seasons=np.frombuffer(self.seasons, SEASON),
            cycles=np.frombuffer(self.cycles, CYCLE),
        )


def keep(arrays: Arrays) -> Kept:
    """What there is now, for later."""
    records = (arrays.signals, arrays.shapes, arrays.seasons, arrays.cycles)
    return Kept(arrays, *(each.tobytes() for each in records))


def forget(arrays: Arrays, index: int) -> Arrays:
    """The arrays in which a signal has seen nothing yet."""
    signals = arrays.signals
    old = signals[index].copy()
    signals[index] = np.zeros(1, SIGNAL)[0]
    for name in IDENTITIES:
        signals[name][index] = old[name]
    clear_recent(signals[index])
    for records, row in ((arrays.shapes, old["shape"]), (arrays.seasons, old["season"])):
        records[row] = np.zeros(1, records.dtype)[0]
    if old["transform"] not in BUFFERED:
        return arrays
    signals["buffer"][index] = len(arrays.buffers)
    buffers, slots = grown(arrays.buffers, 1), grown(arrays.buffered_slots, 1)
    return arrays._replace(buffers=buffers, buffered_slots=slots)
