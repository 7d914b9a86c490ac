"""The level that a signal has changed to becomes its reference, when an operator says that it is normal
now.
"""

from math import sqrt
from typing import Any

import numpy as np

from driftline.detectors.forecast.local_level import set_memory
from driftline.detectors.reference.arming import begin, learn_rate
from driftline.detectors.reference.inheritance import inherit_reference
from driftline.detectors.signals import Transform, is_rate
from driftline.detectors.snapshot.columns import SnapshotError, packed
from driftline.detectors.snapshot.layout_8 import reference_as_columns
from driftline.detectors.snapshot.snapshot import unpack_records
from driftline.detectors.state.arrays import Arrays, with_rows
from driftline.detectors.state.fields import CYCLE, GRID_POINTS, UNKNOWN
from driftline.detectors.statistics.levels import moments, to_grain

VALUES_MIN = 100  # fewer say too little about a level


def accept_level(arrays: Arrays, index: int) -> bool:
    """Moves the reference of an armed signal to its present level; False when it has to be learned anew.

    The values since the change say where it lies and how wide it is; its shape, cycle and autocorrelation
    stay what they were.
    """
    signal = arrays.signals[index]
    totals = (
        signal["totals"] if signal["away"] else np.append(signal["recent"][:, [0, 1, 2]].sum(axis=0), 0.0)
    )
    present = moments(float(signal["origin"]), totals)
    if present.count < VALUES_MIN or signal["transform"] == Transform.UNSEEN:
        return False
    if is_rate(signal):
        signal["reference_count"], signal["ones"] = present.count, present.mean * present.count
        learn_rate(signal)
    elif not move_distribution(arrays, index, present.mean, present.sd):
        return False
    signal["reference_count"] = present.count
    signal["level"] = signal["trend"] = 0.0
    signal["counted"] = float(present.count)
    squares = present.count * float(signal["products"][1]) / max(float(signal["products"][0]), 1.0)
    lagged = present.count * float(signal["products"][2]) / max(float(signal["products"][0]), 1.0)
    signal["products"] = present.count, squares, lagged
    signal["learn_at"] = 2.0 * present.count
    set_memory(signal)
    arrays.seasons[signal["season"]]["weeks"] = UNKNOWN  # which was measured from the level before
    begin(signal)
    return True


def move_distribution(arrays: Arrays, index: int, mean: float, sd: float) -> bool:
    """Shifts and stretches the quantile table of a continuous number; False for any other signal."""
    signal, shape = arrays.signals[index], arrays.shapes[arrays.signals[index]["shape"]]
    before_sd = float(signal["reference_sd"])
    if signal["transform"] != Transform.VALUE or signal["atoms"] or not before_sd or not sd:
        return False
    stretch = sd / before_sd if abs(sd / before_sd - 1) > 3 / sqrt(2 * VALUES_MIN) else 1.0
    table = shape["table"][:GRID_POINTS]
    table[:] = to_grain(signal, mean + (table - float(signal["reference_mean"])) * stretch)
    low, high = (float(signal[name]) for name in ("reference_low", "reference_high"))
    ends = mean + (np.array((low, high)) - float(signal["reference_mean"])) * stretch
    signal["reference_low"], signal["reference_high"] = to_grain(signal, ends)
    signal["reference_mean"], signal["reference_sd"] = mean, before_sd * stretch
    signal["effect_sd"] *= stretch
    signal["tails"][:, 0] *= stretch
    shape["cells"] = 0
    signal["recent"] = (0.0, 0.0, 0.0, np.inf, -np.inf, 0.0)
    signal["origin"] = mean
    return True


PackedReference = list[Any]
"""A signal's record, its shape, its season and its cycle, if it has one, as records with named columns; about
9 kB, with a cycle 11 kB.
"""


def packed_reference(arrays: Arrays, index: int) -> PackedReference:
    """What an armed signal is measured against, to be put back later."""
    signal = arrays.signals[index]
    rows = (arrays.signals, index), (arrays.shapes, signal["shape"]), (arrays.seasons, signal["season"])
    cycle = int(signal["cycle"])
    cycles = arrays.cycles[cycle : cycle + 1] if cycle else arrays.cycles[:0]
    return [*(packed(records[row : row + 1]) for records, row in rows), packed(cycles)]


def put_back(arrays: Arrays, index: int, reference: PackedReference) -> bool:
    """Arms a signal, which has room for a cycle, with a reference of before; detectors start afresh at it.

    False, and nothing has changed, when it is of another kind of signal, or cannot be read any more.
    """
    try:
        parts = reference_as_columns(reference)
        content = dict(zip(("signals", "shapes", "seasons", "cycles"), parts, strict=False))
        found = unpack_records(content, arrays.shapes.dtype)
    except SnapshotError:
        return False
    signals = found.signals
    if signals["transform"][0] != arrays.signals[index]["transform"]:
        return False
    signals["shape"] = signals["season"] = 0
    signals["cycle"] = len(found.cycles)
    cycles = with_rows(np.zeros(1, CYCLE), found.cycles)
    buffers = arrays.buffers[:1], arrays.buffered_slots[:1]
    inherit_reference(arrays, index, Arrays(signals, found.shapes, found.seasons, cycles, *buffers), 0)
    if signals["away"][0]:  # it had begun to follow what then was accepted
        arrays.signals["level"][index], arrays.signals["trend"][index] = signals["before"][0][-1], 0.0
    return True
