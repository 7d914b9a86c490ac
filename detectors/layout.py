"""How a bank's state lies in memory: one record per signal, so that a snapshot is the bytes of an array.

A signal whose values need a distribution (VALUE, CATEGORY, UNSEEN, TAIL) has a Shape record too; the many 0/1
signals of data quality do without and stay below 1 KB.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from detectors.signals import Signal, Transform

Records = NDArray[np.void]
GRID_POINTS = 129  # the quantile table's points lie at normal scores -3.2, -3.15, …, 3.2
GRID_LOW = -3.2
GRID_STEP = 0.05
RING_BLOCKS = 8
SHAPED = (Transform.VALUE, Transform.CATEGORY, Transform.UNSEEN, Transform.TAIL)
BUFFERED = (Transform.VALUE, Transform.TAIL)
KEPT = (
    "transform",
    "column",
    "shape",
    "seed",
    "minimum",
    "maximum",
    "requested",
)  # when all else is forgotten
QUALITY = (Transform.MISSING, Transform.NULL, Transform.WRONG_TYPE, Transform.OUT_OF_RANGE, Transform.UNSEEN)

SIGNAL = np.dtype(
    [
        # what it is; shape and buffer are rows of the other arrays, -1 for none
        *((name, "i8") for name in ("transform", "column", "shape", "buffer", "seed")),
        *((name, "f8") for name in ("minimum", "maximum")),
        # how far it is
        *((name, "i8") for name in ("armed", "seen", "missing", "first_ms", "last_ms")),
        ("ones", "f8"),
        # the mean number of values between false alarms that is asked of all its detectors together
        ("requested", "f8"),
        # the reference and how a value becomes a score under it
        *((name, "i8") for name in ("reference_count", "reference_missing", "atoms")),
        *((name, "f8") for name in ("reference_mean", "reference_sd", "reference_low", "reference_high")),
        *((name, "f8") for name in ("center", "scale", "cut", "common", "rare", "origin")),
        # the recent window, [0] the half being filled and [1] the full one before: missing values, and count,
        # sum and sum of squares of value - origin, minimum, maximum, sum of scores
        ("gaps", "i8", (2,)),
        ("recent", "f8", (2, 6)),
        # blocks for the per-signal detectors
        *(
            (name, "i8")
            for name in ("every", "watched", "tested", "awake", "emitted", "skipped", "block_count")
        ),
        ("block_sum", "f8"),
        # blocks for the confirmation of an alarm
        *((name, "i8") for name in ("ring_count", "rings")),
        ("ring_sum", "f8"),
        ("ring", "f8", (RING_BLOCKS,)),
        # Page-Hinkley; drift is ±1 after the value that fired, stale asks for parameters of the new rate,
        # which are looked at again when the level has `recalibrate` values
        *((name, "f8") for name in ("delta", "threshold", "mean", "increase", "decrease")),
        *((name, "f8") for name in ("increase_min", "decrease_max", "recalibrate")),
        *((name, "i8") for name in ("instances", "drift", "stale")),
        # totals (count, sum, sum of squares, sum of scores) of the level, of the one before, and of the level
        # when each of four CUSUMs last was zero: upwards, downwards, steeply upwards, steeply downwards
        *((name, "f8", (4,)) for name in ("level", "before", "cusums")),
        ("marks", "f8", (4, 4)),
        *((name, "i8", (4,)) for name in ("marks_ms", "marks_offset")),
        *((name, "i8") for name in ("level_ms", "level_offset", "level_direction")),
    ]
)


def shape_dtype(categories: int) -> np.dtype[np.void]:
    """The Shape record: 129 quantiles, or one entry per code, 0 being "other" and the last one "unseen".

    table: VALUE reference quantiles or atoms; CATEGORY the reference share of each code.
    level: the cumulative probability up to and including each entry.
    cells: values of the two halves of the recent window per cell between table entries, or per code.
    """
    points = max(GRID_POINTS, categories + 2)
    cells = ("cells", "u2", (2, points + 1))
    return np.dtype([("table", "f8", (points,)), ("level", "f8", (points,)), cells])


class Arrays(NamedTuple):
    """All numbers of a bank: signals [rows], shapes [slots], buffers [slots, warm_up] until armed."""

    signals: Records
    shapes: Records
    buffers: NDArray[np.float64]


def empty_arrays(categories: int, warm_up: int) -> Arrays:
    """Arrays of no signal. Row 0 of shapes and buffers belongs to nobody, so that index 0 is always valid."""
    shapes = np.zeros(1, shape_dtype(categories))
    return Arrays(np.zeros(0, SIGNAL), shapes, np.zeros((1, warm_up)))


def grown(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """The array with `rows` more rows of zeros at its end."""
    return np.concatenate([array, np.zeros((rows, *array.shape[1:]), array.dtype)])


def clear_recent(signals: Any) -> None:
    """Empties the recent windows of signals (one record or many)."""
    signals["gaps"] = 0
    signals["recent"] = (0.0, 0.0, 0.0, np.inf, -np.inf, 0.0)


def with_signals(arrays: Arrays, signals: Sequence[Signal]) -> Arrays:
    """The arrays with rows for more signals, which have seen nothing yet."""
    records = np.zeros(len(signals), SIGNAL)
    clear_recent(records)
    free = {"shape": len(arrays.shapes), "buffer": len(arrays.buffers)}
    for record, signal in zip(records, signals, strict=True):
        for name in ("transform", "column", "minimum", "maximum"):
            record[name] = getattr(signal, name)
        record["seed"] = crc32(signal.name.encode())
        for name, transforms in (("shape", SHAPED), ("buffer", BUFFERED)):
            if signal.transform in transforms:
                record[name] = free[name]
                free[name] += 1
    shapes = grown(arrays.shapes, free["shape"] - len(arrays.shapes))
    buffers = grown(arrays.buffers, free["buffer"] - len(arrays.buffers))
    return Arrays(np.concatenate([arrays.signals, records]), shapes, buffers)


def without_idle_buffers(arrays: Arrays) -> Arrays:
    """The arrays without the buffers of armed signals, once they are most of them."""
    signals, shapes, buffers = arrays
    signals["buffer"][signals["armed"] != 0] = 0
    kept = np.flatnonzero(signals["buffer"])
    if 2 * len(kept) >= len(buffers) - 1:
        return arrays
    slots = np.concatenate(([0], signals["buffer"][kept]))
    signals["buffer"][kept] = np.arange(1, len(slots))
    return Arrays(signals, shapes, buffers[slots])


def copied(records: Records) -> Records:
    """A copy made at once; numpy's own goes through a record field by field."""
    return np.frombuffer(bytearray(records.tobytes()), records.dtype)


def forget(arrays: Arrays, index: int) -> Arrays:
    """The arrays in which a signal has seen nothing yet."""
    signals, shapes, buffers = arrays
    old = signals[index].copy()
    signals[index] = np.zeros(1, SIGNAL)[0]
    for name in KEPT:
        signals[name][index] = old[name]
    clear_recent(signals[index])
    shapes[old["shape"]] = np.zeros(1, shapes.dtype)[0]
    if old["transform"] in BUFFERED:
        signals["buffer"][index] = len(buffers)
        buffers = grown(buffers, 1)
    return Arrays(signals, shapes, buffers)
