"""A signal that begins with what a signal of another bank knows: a new version is compared with the old.

theirs is armed     → its reference, with fresh detectors (`inherit_reference`)
neither is armed    → its warm-up, where that is longer, to go on with (`carry_warm_up`)
mine alone is armed → nothing: a reference of its own stays
"""

import numpy as np

from driftline.detectors.evidence.thresholds import set_thresholds
from driftline.detectors.kernels.warm_up import learns_on
from driftline.detectors.reference.arming import begin
from driftline.detectors.reference.warm_up import forget_the_reference
from driftline.detectors.state.arrays import Arrays, clear_recent
from driftline.detectors.state.fields import (
    IDENTITIES,
    INHERITED,
    INHERITED_AFTER_THE_RESTART,
    SHAPE_INHERITED,
)

MOST = 0.5  # of the values of a reference: it is called another's
# Judged: of a warm-up, so much at another level widens and moves a reference by no more than its detectors
# give away; of a rate of 5 % beside one of 10 % it makes one of 5.5 %.
LITTLE = 0.1

# What no other's warm-up changes: what a signal is, where it lies, what is asked of it.
STAYS = (*IDENTITIES, "cycle", "buffer", "shares", "tested", "watched")


def inherit_reference(arrays: Arrays, index: int, others: Arrays, source: int) -> None:
    """Arms a signal with the reference of a signal of another bank. It has room for a cycle, if that has."""
    signal, other = arrays.signals[index], others.signals[source]
    for name in INHERITED:
        signal[name] = other[name]
    if signal["shape"]:
        theirs = others.shapes[other["shape"]]
        mine = arrays.shapes[signal["shape"]]
        if len(theirs["table"]) != len(mine["table"]):
            raise ValueError(
                "a reference can only be inherited between banks of the same setting `categories`"
            )
        mine["cells"] = 0
        for name in SHAPE_INHERITED:
            mine[name] = theirs[name]
    if signal["season"]:
        arrays.seasons[signal["season"]] = others.seasons[other["season"]]
        if other["cycle"]:
            arrays.cycles[signal["cycle"]] = others.cycles[other["cycle"]]
        else:
            signal["cycle"] = 0
    clear_recent(signal)
    signal["rough"] = 0
    begin(signal)
    for name in INHERITED_AFTER_THE_RESTART:
        signal[name] = other[name]
    set_thresholds(signal)


def knows_more(signal: np.void, other: np.void) -> bool:
    """Whether both still learn and the other has more of its warm-up."""
    return learns(signal) and learns(other) and bool(other["learned"] > signal["learned"])


def learns(signal: np.void) -> bool:
    """Whether a signal has no reference yet that stays."""
    return bool(not signal["armed"] or signal["rough"])


def share_taken_up(signal: np.void) -> float:
    """Which part of the values that a signal has learned, or that its reference was made of, is another's."""
    learned = int(signal["look_at"] if learns_on(signal) else signal["learned"])
    count = int(signal["reference_count"] if signal["armed"] else learned - signal["settled_from"])
    left_out = max(learned - count, 0)
    return max(int(signal["taken_up"]) - left_out, 0) / max(count, 1)


def carry_warm_up(arrays: Arrays, index: int, others: Arrays, source: int) -> None:
    """Lets a signal go on where the warm-up of a signal of another bank is; its own shorter one is dropped.

    Of two that learn side by side the longer one may hold values that the shorter one has had from it: added
    up, they would count twice. Where that one is watched roughly, this one is with its next value, by what
    was learned while that one was at its level.
    """
    signal, other = arrays.signals[index], others.signals[source]
    stays = {name: signal[name].copy() for name in STAYS}
    arrays.signals[index] = other
    for name, value in stays.items():
        signal[name] = value
    if signal["shape"]:
        arrays.shapes[signal["shape"]] = others.shapes[other["shape"]]
    signal["taken_up"] = other["learned"]
    if signal["rough"]:
        forget_the_reference(arrays, index)
    if signal["buffer"] and other["buffer"]:
        learned = int(other["learned"])
        arrays.buffers[signal["buffer"], :learned] = others.buffers[other["buffer"], :learned]
        arrays.buffered_slots[signal["buffer"], :learned] = others.buffered_slots[other["buffer"], :learned]
