"""A bank as plain values and bytes, and back: by the names of columns, no pickle.

What another release wrote is read by name (`columns.py`), so that an upgrade forgets nothing and a roll-back
neither. Only what means something else now cannot be carried over: it begins anew, and the bank says so.
"""

from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np

from driftline.detectors.signals import BankSettings, Signal, Transform
from driftline.detectors.snapshot.columns import SnapshotError, packed, unpacked
from driftline.detectors.snapshot.layout_8 import as_columns
from driftline.detectors.snapshot.layout_9 import seasons_and_cycles
from driftline.detectors.snapshot.layout_10 import CALLED, has_evidence, with_evidence
from driftline.detectors.snapshot.layout_11 import has_todays_lanes, without_2_sd
from driftline.detectors.snapshot.layout_12 import count_anew, has_blocks
from driftline.detectors.state.arrays import Arrays, empty_arrays, grown, no_buffers, with_rows
from driftline.detectors.state.fields import (
    CYCLE,
    DEFAULTS,
    FORMERLY,
    LONGEST,
    SEASON,
    SHAPE_DEFAULTS,
    SIGNAL,
    Records,
    shape_dtype,
)

VERSION = 12
READABLE = (8, 9, 10, 11, 12)
RIVER_VERSION = version("river")


def pack_arrays(arrays: Arrays) -> dict[str, Any]:
    """The arrays; of cycles those that somebody has, of buffers what has been filled, as [row, bytes]."""
    signals = arrays.signals.copy()
    seasons, cycles = in_order(signals, "season", arrays.seasons), in_order(signals, "cycle", arrays.cycles)
    filled = [
        [
            int(signal["buffer"]),
            arrays.buffers[signal["buffer"], : signal["learned"]].tobytes(),
            arrays.buffered_slots[signal["buffer"], : signal["learned"]].tobytes(),
        ]
        for signal in signals[signals["buffer"] > 0]
    ]
    return {
        "signals": packed(signals),
        "shapes": packed(arrays.shapes[1:]),  # row 0 belongs to nobody
        "seasons": packed(seasons),
        "cycles": packed(cycles),
        "buffers": [len(arrays.buffers), filled],
    }


def unpack_arrays(content: dict[str, Any], settings: BankSettings) -> Arrays:
    """The arrays of a snapshot that is `current`; raises SnapshotError as `unpacked`."""
    rows, filled = content["buffers"]
    longest = max((len(values) // 8 for _, values, _ in filled), default=0)
    length = max(LONGEST * settings.warm_up, longest + 1)
    buffers, slots = (grown(array, rows - 1) for array in no_buffers(length))
    for row, values, slots_of_values in filled:
        buffers[row, : len(values) // 8] = np.frombuffer(values)
        slots[row, : len(values) // 8] = np.frombuffer(slots_of_values, np.uint16)
    found = unpack_records(content, shape_dtype(settings.categories))
    nobody = empty_arrays(settings.categories, settings.warm_up)
    return Arrays(
        found.signals,
        with_rows(nobody.shapes, found.shapes),
        with_rows(nobody.seasons, found.seasons),
        with_rows(nobody.cycles, found.cycles),
        buffers,
        slots,
    )


class Tables(NamedTuple):
    """The records of signals, each table without a row of nobody."""

    signals: Records
    shapes: Records
    seasons: Records
    cycles: Records


def unpack_records(content: dict[str, Any], shape: np.dtype[Any]) -> Tables:
    """Signals, their shapes, seasons and cycles in today's layouts; raises SnapshotError as `unpacked`."""
    signals = unpacked(content["signals"], SIGNAL, "signals", FORMERLY, DEFAULTS)
    if not has_todays_lanes(content["signals"]):
        without_2_sd(content["signals"], signals)
    if not has_evidence(content["signals"]):
        with_evidence(signals)
    if not has_blocks(content["signals"]):
        count_anew(signals)
    shapes = unpacked(content["shapes"], shape, "shapes", defaults=SHAPE_DEFAULTS)
    if "cycles" not in content:
        return Tables(signals, shapes, *seasons_and_cycles(content, signals))
    seasons = unpacked(content["seasons"], SEASON, "seasons")
    return Tables(signals, shapes, seasons, unpacked(content["cycles"], CYCLE, "cycles"))


def in_order(signals: Records, name: str, records: Records) -> Records:
    """The rows that signals have in another table, `name`, in the order of the signals, which are given their
    new places: which row came first is no matter of how records were batched.
    """
    owners = np.flatnonzero(signals[name])
    owned: Records = records[signals[name][owners]]
    signals[name][owners] = np.arange(1, len(owners) + 1)
    return owned


def codes_fit(content: dict[str, Any], settings: BankSettings) -> bool:
    """Whether codes of categories mean what they did: the last of as many as there may be is special."""
    shapes, points = content["shapes"], shape_dtype(settings.categories)["table"].shape[0]
    return not shapes["rows"] or f"table:f8:{points} " in shapes["layout"]


def pack_signal(signal: Signal) -> list[Any]:
    """[name, column, transform, minimum, maximum, detectors] of a signal."""
    detectors = None if signal.detectors is None else list(signal.detectors)
    return [signal.name, signal.column, int(signal.transform), signal.minimum, signal.maximum, detectors]


def unpack_signal(content: list[Any]) -> Signal:
    """The signal again; raises SnapshotError for a transform that this release does not have."""
    name, column, transform, minimum, maximum, detectors, *_ = content
    names = None if detectors is None else tuple(dict.fromkeys(CALLED.get(each, each) for each in detectors))
    try:
        return Signal(name, column, Transform(transform), minimum, maximum, names)
    except ValueError as error:
        raise SnapshotError(f"{name}: this release knows no transform {transform}") from error


def current(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The arrays of a snapshot as today's version has them; raises SnapshotError for another format."""
    found = snapshot.get("version")
    if found not in READABLE:
        known = " and ".join(map(str, READABLE))
        raise SnapshotError(f"the snapshot has version {found!r}; this release reads versions {known}")
    content: dict[str, Any] = snapshot["arrays"]
    return as_columns(content) if found == 8 else content
