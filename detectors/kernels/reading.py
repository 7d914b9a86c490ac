"""From matrix cells to numbers, and what a signal keeps of them before it is armed."""

from math import inf, isfinite, isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.extremes import is_extreme
from driftline.detectors.kernels.scratch import Batch, Scratch, slot_of, take_times
from driftline.detectors.signals import Transform

VALUE, BINARY, TAIL = int(Transform.VALUE), int(Transform.BINARY), int(Transform.TAIL)
BOUNDED, MASS, SPIKE = int(Transform.BOUNDED), int(Transform.MASS), int(Transform.SPIKE)
EXTREME = int(Transform.EXTREME)
CATEGORY, UNSEEN = int(Transform.CATEGORY), int(Transform.UNSEEN)
MISSING, NULL, WRONG_TYPE = int(Transform.MISSING), int(Transform.NULL), int(Transform.WRONG_TYPE)
OUT_OF_RANGE = int(Transform.OUT_OF_RANGE)
LATEST = 65_535  # of a value, that two bytes hold
VALUE_LIMIT = 1e150  # the squares of larger numbers would overflow


@inner
def is_number(signal: Any) -> bool:
    """Whether detectors read standard normal innovations, not standardised 0/1 values."""
    return bool(signal["transform"] == VALUE or signal["transform"] == CATEGORY)


@inner
def read_quality(signal: Any, transform: int, cell: float) -> float:
    """The 0/1 value of a cell for MISSING … OUT_OF_RANGE, MASS and SPIKE; NaN where it cannot be judged."""
    if transform == MISSING:
        return 1.0 if isnan(cell) else 0.0
    if isnan(cell):
        return nan
    if transform == NULL:
        return 1.0 if cell == inf else 0.0
    if transform == WRONG_TYPE:
        return 1.0 if cell == -inf else 0.0
    if not isfinite(cell):
        return nan
    outside = cell < signal["minimum"] or cell > signal["maximum"]
    return 1.0 if outside == (transform == OUT_OF_RANGE) else 0.0


@inner
def gather(signal: Any, cells: NDArray[np.float64], start: int, stop: int, scratch: Scratch) -> int:
    """Reads the cells of rows start … stop - 1; returns how many gave a number (VALUE: measured from the
    first one).
    """
    transform = signal["transform"]
    unanchored = transform == VALUE and signal["armed"] == 0 and signal["seen"] == 0
    quality = MISSING <= transform <= OUT_OF_RANGE or transform in (MASS, SPIKE)
    count = 0
    scratch.gaps[0] = 0
    for row in range(start, stop):
        cell = cells[row]
        if quality:
            cell = read_quality(signal, transform, cell)
        if isfinite(cell):
            number = min(max(cell, -VALUE_LIMIT), VALUE_LIMIT)
            if unanchored and count == 0:
                signal["anchor"] = number
            scratch.values[count] = number
            scratch.numbers[count] = number - signal["anchor"]
            scratch.rows[count] = row
            count += 1
            scratch.gaps[count] = 0
        elif cell != inf and not quality:
            scratch.gaps[count] += 1
    return count


@inner
def code_of(codes: int, number: float) -> int:
    """A category's code as an index; codes beyond the table are "other", 0."""
    return int(number) if 0.0 <= number < codes - 1 else 0


@inner
def learn(signal: Any, shape: Any, buffer: NDArray[np.float64], scratch: Scratch, count: int) -> None:
    """What a signal that is not armed keeps of `count` numbers."""
    transform, table = signal["transform"], shape["table"]
    learned = signal["learned"]
    buffered = signal["buffer"] > 0
    for place in range(count):
        number = scratch.numbers[place]
        scratch.scores[place] = 0.0
        if buffered:
            buffer[learned + place] = number
        if transform in (CATEGORY, UNSEEN):
            code = code_of(table.shape[0], number)
            if table[code] == 0.0 and transform == UNSEEN:
                shape["tally"][code] = min(learned + place, LATEST)
            table[code] += 1.0
        elif transform == EXTREME:
            scratch.values[place] = is_extreme(signal, number, signal["seen"] + place == 0)
            signal["ones"] += scratch.values[place]
        elif transform not in (VALUE, TAIL):
            signal["ones"] += number


@inner
def learn_times(signal: Any, batch: Batch, scratch: Scratch, count: int, buffer: NDArray[np.uint16]) -> None:
    """The first and last time, and each value's half hour of the week."""
    take_times(signal, batch, scratch, count)
    learned = signal["learned"]
    if signal["buffer"] > 0:
        for place in range(count):
            buffer[learned + place] = slot_of(batch, scratch.rows[place])
