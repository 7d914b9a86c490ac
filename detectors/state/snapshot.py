"""A bank as plain values and bytes, and back: by the names of columns, no pickle.

What another release wrote is read by name (`columns.py`), so that an upgrade forgets nothing and a roll-back
neither. Only what means something else now cannot be carried over: it begins anew, and the bank says so.
"""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.signals import BankSettings, Signal, Transform
from driftline.detectors.state.arrays import Arrays
from driftline.detectors.state.columns import SnapshotError, layout_of, packed, unpacked
from driftline.detectors.state.fields import (
    DEFAULTS,
    FORMERLY,
    LONGEST,
    SEASON,
    SEASON_DEFAULTS,
    SHAPE_DEFAULTS,
    SIGNAL,
    Records,
    shape_dtype,
)
from driftline.detectors.state.layout_8 import as_columns

VERSION = 9
READABLE = (8, 9)
RIVER_VERSION = version("river")


def pack_arrays(arrays: Arrays) -> dict[str, Any]:
    """The arrays; of the buffers only what has been filled, as [row, bytes]."""
    signals = arrays.signals
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
        "seasons": packed(arrays.seasons[1:]),
        "buffers": [len(arrays.buffers), filled],
    }


def unpack_arrays(content: dict[str, Any], settings: BankSettings) -> Arrays:
    """The arrays of a snapshot that is `current`; raises SnapshotError as `unpacked`."""
    rows, filled = content["buffers"]
    longest = max((len(values) // 8 for _, values, _ in filled), default=0)
    buffers = np.zeros((rows, max(LONGEST * settings.warm_up, longest + 1)))
    slots = np.zeros(buffers.shape, np.uint16)
    for row, values, slots_of_values in filled:
        buffers[row, : len(values) // 8] = np.frombuffer(values)
        slots[row, : len(values) // 8] = np.frombuffer(slots_of_values, np.uint16)
    parts = (content[name] for name in ("signals", "shapes", "seasons"))
    signals, shapes, seasons = unpack_records(parts, shape_dtype(settings.categories))
    return Arrays(signals, with_nobody(shapes), with_nobody(seasons), buffers, slots)


def unpack_records(three: Iterable[dict[str, Any]], shape: np.dtype[Any]) -> tuple[Records, Records, Records]:
    """Signals, their shapes and their seasons in today's layouts; raises SnapshotError as `unpacked`."""
    signals, shapes, seasons = three
    records = (
        unpacked(signals, SIGNAL, "signals", FORMERLY, DEFAULTS),
        unpacked(shapes, shape, "shapes", defaults=SHAPE_DEFAULTS),
        unpacked(seasons, SEASON, "seasons", defaults=SEASON_DEFAULTS),
    )
    forget_samples(signals, records[0], records[2])
    return records


def forget_samples(content: dict[str, Any], signals: Records, seasons: Records) -> None:
    """Earlier layouts had a sample of a signal's first day where mean and knots are: these begin anew."""
    before = np.frombuffer(content["bytes"], layout_of(content["layout"]))
    if "sampled_from_ms" not in (before.dtype.names or ()):
        return
    places = np.minimum(signals["season"][before["sampled_from_ms"] != 0], len(seasons)) - 1
    for name in ("mean", "knots", "weight"):
        seasons[name][places[places >= 0]] = 0


def codes_fit(content: dict[str, Any], settings: BankSettings) -> bool:
    """Whether codes of categories mean what they did: the last of as many as there may be is special."""
    shapes, points = content["shapes"], shape_dtype(settings.categories)["table"].shape[0]
    return not shapes["rows"] or f"table:f8:{points} " in shapes["layout"]


def with_nobody(records: Records) -> NDArray[np.void]:
    """The records behind an empty one."""
    more = np.zeros(len(records) + 1, records.dtype)
    more[1:] = records
    return more


def pack_signal(signal: Signal) -> list[Any]:
    """[name, column, transform, minimum, maximum, detectors] of a signal."""
    detectors = None if signal.detectors is None else list(signal.detectors)
    return [signal.name, signal.column, int(signal.transform), signal.minimum, signal.maximum, detectors]


def unpack_signal(content: list[Any]) -> Signal:
    """The signal again; raises SnapshotError for a transform that this release does not have."""
    name, column, transform, minimum, maximum, detectors, *_ = content
    names = None if detectors is None else tuple(detectors)
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
