"""From a matrix cell to the value of a signal, its recent window, and what is kept before it is armed."""

from math import inf, isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.compiled import compiled
from detectors.signals import Transform

VALUE, TAIL = int(Transform.VALUE), int(Transform.TAIL)
CATEGORY, UNSEEN = int(Transform.CATEGORY), int(Transform.UNSEEN)
MISSING, NULL, WRONG_TYPE = int(Transform.MISSING), int(Transform.NULL), int(Transform.WRONG_TYPE)
OUT_OF_RANGE = int(Transform.OUT_OF_RANGE)
VALUE_LIMIT = 1e150  # the squares of larger numbers would overflow


@compiled
def read_quality(signal: Any, cell: float) -> float:
    """The 0/1 value of a cell for MISSING, NULL, WRONG_TYPE and OUT_OF_RANGE; NaN where it cannot be judged."""
    transform = signal["transform"]
    if transform == MISSING:
        return 1.0 if cell != cell else 0.0
    if cell != cell:
        return nan
    if transform == NULL:
        return 1.0 if cell == inf else 0.0
    if transform == WRONG_TYPE:
        return 1.0 if cell == -inf else 0.0
    if not isfinite(cell):
        return nan
    return 1.0 if cell < signal["minimum"] or cell > signal["maximum"] else 0.0


@compiled
def read(signal: Any, cell: float) -> float:
    """The number of a cell, before TAIL, UNSEEN and CATEGORY compare it; NaN where there is none."""
    if MISSING <= signal["transform"] <= OUT_OF_RANGE:
        return read_quality(signal, cell)
    if isfinite(cell):
        return min(max(cell, -VALUE_LIMIT), VALUE_LIMIT)
    if cell != inf:
        signal["missing"] += 1
        signal["gaps"][0] += 1
    return nan


@compiled
def code_of(shape: Any, value: float) -> int:
    """A category's code as an index; codes beyond the table are "other", 0."""
    return int(value) if 0.0 <= value < shape["table"].shape[0] - 1 else 0


@compiled
def learn(signal: Any, shape: Any, buffer: NDArray[np.float64], value: float) -> None:
    """What a signal that is not armed keeps of a value."""
    transform = signal["transform"]
    if transform == VALUE and signal["seen"] == 1:
        signal["origin"] = value  # sums of differences keep their precision far from zero
    if transform in (VALUE, TAIL):
        buffer[signal["seen"] - 1] = value
    elif transform in (CATEGORY, UNSEEN):
        shape["table"][code_of(shape, value)] += 1.0
    else:
        signal["ones"] += value


@compiled
def learn_time(signal: Any, time_ms: int) -> None:
    """The first and last time of the values learned from, from which the signal's rate follows."""
    if signal["seen"] == 1:
        signal["first_ms"] = time_ms
    signal["last_ms"] = time_ms


@compiled
def remember(signal: Any, value: float, score: float, window: int) -> bool:
    """Adds a value to the recent window; True when that began a new half."""
    recent = signal["recent"]
    turned = bool(recent[0, 0] >= window)
    if turned:
        for moment in range(recent.shape[1]):
            recent[1, moment] = recent[0, moment]
            recent[0, moment] = 0.0
        recent[0, 3] = inf
        recent[0, 4] = -inf
        signal["gaps"][1] = signal["gaps"][0]
        signal["gaps"][0] = 0
    deviation = value - signal["origin"]
    recent[0, 0] += 1.0
    recent[0, 1] += deviation
    recent[0, 2] += deviation * deviation
    recent[0, 3] = min(recent[0, 3], value)
    recent[0, 4] = max(recent[0, 4], value)
    recent[0, 5] += score
    return turned


@compiled
def remember_cell(shape: Any, cell: int, turned: bool) -> None:
    """Adds a value to the histogram of the recent window."""
    cells = shape["cells"]
    if turned:
        for index in range(cells.shape[1]):
            cells[1, index] = cells[0, index]
            cells[0, index] = 0
    cells[0, cell] += 1
