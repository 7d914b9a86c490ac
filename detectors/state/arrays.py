"""How the state of many signals lies in memory: arrays of records, and which rows of them are a signal's."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.signals import MEANS, Signal, Transform
from driftline.detectors.state.fields import IDENTITIES, LONGEST, SEASON, SIGNAL, Records, shape_dtype

SHAPED = (Transform.VALUE, Transform.CATEGORY, Transform.UNSEEN)
SEASONAL = (*MEANS, Transform.VALUE, Transform.CATEGORY, Transform.TAIL)
BUFFERED = SEASONAL
CODED = (Transform.CATEGORY, Transform.UNSEEN)
QUALITY = (
    *(Transform.MISSING, Transform.NULL, Transform.WRONG_TYPE, Transform.OUT_OF_RANGE, Transform.UNSEEN),
    Transform.SPIKE,
)


class Arrays(NamedTuple):
    """All numbers of a bank: signals [rows], shapes and seasons [rows of them].

    Until a signal is armed: buffers [rows, twice the warm-up] of its values and the half hours of the week
    they fell in.
    """

    signals: Records
    shapes: Records
    seasons: Records
    buffers: NDArray[np.float64]
    buffered_slots: NDArray[np.uint16]


class Row(NamedTuple):
    """One signal: its record, and its shape."""

    signal: np.void
    shape: np.void


def empty_arrays(categories: int, warm_up: int) -> Arrays:
    """Arrays of no signal. Row 0 of all but signals belongs to nobody, so that index 0 is always valid."""
    shapes, seasons = np.zeros(1, shape_dtype(categories)), np.zeros(1, SEASON)
    buffers, slots = np.zeros((1, LONGEST * warm_up)), np.zeros((1, LONGEST * warm_up), np.uint16)
    return Arrays(np.zeros(0, SIGNAL), shapes, seasons, buffers, slots)


def grown(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """The array with `rows` more rows of zeros at its end."""
    # To concatenate would give fields that share their memory one of their own.
    more = np.zeros((len(array) + rows, *array.shape[1:]), array.dtype)
    more[: len(array)] = array
    return more


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
        np.concatenate([arrays.signals, records]),
        grown(arrays.shapes, free["shape"] - len(arrays.shapes)),
        grown(arrays.seasons, free["season"] - len(arrays.seasons)),
        grown(arrays.buffers, more_buffers),
        grown(arrays.buffered_slots, more_buffers),
    )


def only(arrays: Arrays, kept: Sequence[int]) -> Arrays:
    """The arrays with the rows of these signals alone, in this order."""
    signals = arrays.signals[list(kept)]
    rows = {}
    for name in ("shape", "season", "buffer"):
        owners = np.flatnonzero(signals[name])
        rows[name] = np.concatenate(([0], signals[name][owners]))
        signals[name][owners] = np.arange(1, len(owners) + 1)
    return Arrays(
        signals,
        arrays.shapes[rows["shape"]],
        arrays.seasons[rows["season"]],
        arrays.buffers[rows["buffer"]],
        arrays.buffered_slots[rows["buffer"]],
    )


def with_another(arrays: Arrays, index: int, signal: Signal) -> Arrays:
    """The arrays in which the row of a signal belongs to another one, which has seen nothing yet.

    Rows of shapes and seasons that it had are left to nobody.
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
    awaited = (signals["mass_due"] != 0) & (signals["seen"] < 2 * signals["reference_count"])
    signals["buffer"][(signals["armed"] != 0) & (signals["rough"] == 0) & ~awaited] = 0
    kept = np.flatnonzero(signals["buffer"])
    if 2 * len(kept) >= len(arrays.buffers) - 1:
        return arrays
    rows = np.concatenate(([0], signals["buffer"][kept]))
    signals["buffer"][kept] = np.arange(1, len(rows))
    return arrays._replace(buffers=arrays.buffers[rows], buffered_slots=arrays.buffered_slots[rows])


class Kept(NamedTuple):
    """The arrays as they were: their records as bytes, which copy fastest and are seldom looked at again.

    Buffers only grow, so what stood in them still does.
    """

    later: Arrays
    signals: bytes
    shapes: bytes
    seasons: bytes

    def arrays(self) -> Arrays:
        """As arrays, not to be written to."""
        return self.later._replace(
            signals=np.frombuffer(self.signals, SIGNAL),
            shapes=np.frombuffer(self.shapes, self.later.shapes.dtype),
            seasons=np.frombuffer(self.seasons, SEASON),
        )


def keep(arrays: Arrays) -> Kept:
    """What there is now, for later."""
    return Kept(arrays, arrays.signals.tobytes(), arrays.shapes.tobytes(), arrays.seasons.tobytes())


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
