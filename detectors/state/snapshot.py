"""A bank as plain values and bytes, and back: versioned, no pickle."""

from importlib.metadata import version
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.learning import LONGEST
from driftline.detectors.signals import BankSettings, Signal, Transform
from driftline.detectors.state.arrays import Arrays
from driftline.detectors.state.fields import SEASON, SIGNAL, shape_dtype

VERSION = 8
RIVER_VERSION = version("river")


class SnapshotError(ValueError):
    """A snapshot that this release cannot continue from: start the bank anew."""


def pack(array: NDArray[Any]) -> list[Any]:
    """[checksum of the dtype, shape, bytes] of an array."""
    return [checksum(array.dtype), list(array.shape), array.tobytes()]


def checksum(dtype: np.dtype[Any]) -> int:
    """Differs when a layout differs."""
    return crc32(repr(dtype).encode())


def unpack(packed: list[Any], dtype: np.dtype[Any], what: str) -> NDArray[Any]:
    """The array again; raises SnapshotError when it is not of the expected dtype."""
    described, shape, content = packed
    if described != checksum(dtype):
        raise SnapshotError(
            f"the {what} of the snapshot have another layout than this release and its settings"
        )
    if len(content) != int(np.prod(shape)) * dtype.itemsize:
        raise SnapshotError(
            f"the {what} of the snapshot are cut short: {len(content)} bytes for shape {shape}"
        )
    return np.frombuffer(content, dtype).reshape(shape).copy()


def pack_arrays(arrays: Arrays) -> dict[str, Any]:
    """The arrays; of the buffers only what has been filled, as [row, bytes]."""
    signals = arrays.signals
    filled = [
        [
            int(signal["buffer"]),
            arrays.buffers[signal["buffer"], : signal["seen"]].tobytes(),
            arrays.buffered_slots[signal["buffer"], : signal["seen"]].tobytes(),
        ]
        for signal in signals[signals["buffer"] > 0]
    ]
    return {
        "signals": pack(signals),
        "shapes": pack(arrays.shapes[1:]),  # row 0 belongs to nobody
        "seasons": pack(arrays.seasons[1:]),
        "buffers": [len(arrays.buffers), filled],
    }


def unpack_arrays(packed: dict[str, Any], settings: BankSettings) -> Arrays:
    """The arrays again; raises SnapshotError as `unpack`."""
    signals = unpack(packed["signals"], SIGNAL, "signals")
    shapes = unpack(
        packed["shapes"], shape_dtype(settings.categories), "shapes (mind the setting categories)"
    )
    rows, filled = packed["buffers"]
    longest = max((len(content) // 8 for _, content, _ in filled), default=0)
    buffers = np.zeros((rows, max(LONGEST * settings.warm_up, longest + 1)))
    slots = np.zeros(buffers.shape, np.uint16)
    for row, content, content_of_slots in filled:
        buffers[row, : len(content) // 8] = np.frombuffer(content)
        slots[row, : len(content) // 8] = np.frombuffer(content_of_slots, np.uint16)
    seasons = unpack(packed["seasons"], SEASON, "seasons")
    return Arrays(signals, with_nobody(shapes), with_nobody(seasons), buffers, slots)


def with_nobody(records: NDArray[np.void]) -> NDArray[np.void]:
    """The records behind an empty one."""
    more = np.zeros(len(records) + 1, records.dtype)
    more[1:] = records
    return more


def pack_signal(signal: Signal) -> list[Any]:
    """[name, column, transform, minimum, maximum, detectors] of a signal."""
    detectors = None if signal.detectors is None else list(signal.detectors)
    return [signal.name, signal.column, int(signal.transform), signal.minimum, signal.maximum, detectors]


def unpack_signal(packed: list[Any]) -> Signal:
    """The signal again."""
    name, column, transform, minimum, maximum, detectors = packed
    names = None if detectors is None else tuple(detectors)
    return Signal(name, column, Transform(transform), minimum, maximum, names)


def check_version(snapshot: dict[str, Any]) -> None:
    """Raises SnapshotError for a snapshot of another format."""
    found = snapshot.get("version")
    if found != VERSION:
        raise SnapshotError(f"the snapshot has version {found!r}; this release reads version {VERSION}")
