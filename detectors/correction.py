"""Exchanging one value for another in the recent statistics, when a label turns out to have been wrong."""

from math import isfinite

import numpy as np

from driftline.detectors.layout import Arrays
from driftline.detectors.record import GRID_POINTS
from driftline.detectors.signals import Transform


def correct(arrays: Arrays, index: int, old: float, new: float) -> None:
    """Exchanges `old` for `new` in the recent window, and in what a signal that is not armed has learned.

    Detectors and findings stay as they were. Raises ValueError for a signal that is neither VALUE nor
    BINARY and for numbers that are not finite.
    """
    signal = arrays.signals[index]
    transform = Transform(int(signal["transform"]))
    if transform not in (Transform.VALUE, Transform.BINARY):
        raise ValueError(f"only VALUE and BINARY signals can be corrected, this one is {transform.name}")
    if not (isfinite(old) and isfinite(new)):
        raise ValueError(f"a correction exchanges two finite numbers, not {old} for {new}")
    half = 0 if signal["recent"][0, 0] > 0 else 1
    recent = signal["recent"][half]
    if recent[0] == 0:
        return
    anchor = float(signal["anchor"])
    before, after = (value - anchor - float(signal["origin"]) for value in (old, new))
    recent[1] += after - before
    recent[2] += after**2 - before**2
    recent[3], recent[4] = min(recent[3], new), max(recent[4], new)
    if transform is Transform.BINARY:
        if not signal["armed"]:
            signal["ones"] += new - old
        return
    if signal["armed"]:
        shape = arrays.shapes[signal["shape"]]
        points = int(signal["atoms"]) or GRID_POINTS
        cell, new_cell = np.searchsorted(shape["table"][:points], (old - anchor, new - anchor))
        if shape["cells"][half, cell] > 0:
            shape["cells"][half, cell] -= 1
            shape["cells"][half, new_cell] += 1
    else:
        values = arrays.buffers[signal["buffer"], : signal["seen"]]
        places = np.flatnonzero(values == old - anchor)
        if len(places):
            values[places[-1]] = new - anchor
