"""Signals of data quality that have never been 1: their zeros are counted, and nothing else is done.

Nearly all of them stay so for ever, and there are two or three for every feature. The first 1 wakes the
signal: all its zeros are its reference then.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.reading import MISSING, NULL, WRONG_TYPE
from driftline.detectors.kernels.scratch import Batch
from driftline.detectors.kernels.window import turn


@inner
def is_dormant(signal: Any) -> bool:
    """Whether zeros need only be counted."""
    return bool(signal["armed"] != 0 and signal["awake"] == 0)


@inner
def only_zeros(signal: Any, batch: Batch) -> bool:
    """Whether all the rest of a batch are zeros, as the column itself shows."""
    transform = signal["transform"]
    known = transform in (MISSING, NULL, WRONG_TYPE)
    return bool(known and batch.whole[signal["column"]])


@inner
def skip(signal: Any, count: int, first_ms: int, last_ms: int, window: int) -> None:
    """Takes `count` zeros, the first and last of them at these times."""
    if signal["seen"] == 0:  # a reference that was inherited
        signal["first_ms"] = first_ms
    signal["seen"] += count
    signal["last_ms"] = last_ms
    recent = signal["recent"]
    while count > 0:
        if recent[0, 0] >= window:
            turn(signal)
        room = min(count, window - int(recent[0, 0]))
        recent[0, 0] += room
        recent[0, 3] = min(recent[0, 3], 0.0)
        recent[0, 4] = max(recent[0, 4], 0.0)
        count -= room


@inner
def zeros_at_start(values: NDArray[np.float64], count: int) -> int:
    """How many values come before the first 1."""
    place = 0
    while place < count and values[place] == 0.0:
        place += 1
    return place
