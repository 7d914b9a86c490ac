"""The stages of a warm-up, as they end: what `kernels/warm_up.py` stopped a signal for.

A reference of 2,000 values that follow each other closely is worth few: of an AR(1) of 0.9 they are 105
independent ones, which say little of the ends, and what lies beyond the ends is told as a change. Such a
number is watched by what it has, as any other, and learns on: its reference is made anew when it has learned
twice as many values, and so on until they are worth enough, or its cycle is known, which would be forgotten.
Only what it learned while nothing was found is made a reference of.
"""

from math import ceil

import numpy as np

from driftline.detectors.kernels.warm_up import learns_until
from driftline.detectors.reference.arming import learn_reference
from driftline.detectors.reference.steps import settled_from
from driftline.detectors.signals import BankSettings, Transform
from driftline.detectors.state.arrays import Arrays, clear_recent
from driftline.detectors.state.fields import IDENTITIES, LONGEST, SETTLES_WITHIN, SIGNAL

SETTLED_MIN = 100  # values: of a shorter last level nothing can be learned
# Judged, of a warm-up: 400 of 2,000, by which an sd is known to 4 %, and four lie beyond 2.3 sd.
INDEPENDENT_SHARE = 0.2
LEARNS_ON = 1.1  # judged: times as many values, at the least: what says no more is not learned again

# What a signal has while it learns: what it is and where it lies, what it has seen, how it is tested.
OF_THE_WARM_UP = (
    *(*IDENTITIES, "cycle", "buffer", "shares", "tested", "watched", "stale", "anchor", "gaps", "recent"),
    *("seen", "learned", "taken_up", "settled_from", "missing", "first_ms", "last_ms"),
)
# And of one that was watched: what its per-signal detectors go on with, and what waits to be asked for.
GOES_ON = ("primed", "every", "emitted", "block_sum", "block_count", "suspects", "mass_due")
SHAPE_GOES_ON = ("noted", "noted_hits")


def arm(arrays: Arrays, index: int, settings: BankSettings) -> None:
    """Makes the reference of a signal that has seen its warm-up, and starts its detectors.

    A number with a step in what it has seen begins after it, and may have to see more first.
    """
    signal = arrays.signals[index]
    if signal["rough"]:
        forget_the_reference(arrays, index)
    is_number = signal["transform"] == Transform.VALUE
    if is_number:
        signal["settled_from"] = settled(arrays, index)
        more_comes = signal["seen"] < SETTLES_WITHIN * settings.warm_up
        if more_comes and signal["learned"] < learns_until(signal, settings.warm_up):
            return
    signal["look_at"] = 0
    learn_reference(arrays, index, int(signal["settled_from"]), settings)
    if is_number:
        plan_relearning(arrays, index, settings)


def plan_relearning(arrays: Arrays, index: int, settings: BankSettings) -> None:
    """Says with how many values the reference of a number that knows too little is made anew."""
    signal = arrays.signals[index]
    learned, phi = int(signal["learned"]), float(signal["phi"])
    wanted = INDEPENDENT_SHARE * settings.warm_up * (1 + phi) / (1 - phi)
    more = min(signal["settled_from"] + wanted, 2.0 * learned, LONGEST * settings.warm_up)
    signal["look_at"] = learned
    if signal["local"] and not signal["rises"] and more >= LEARNS_ON * learned:
        signal["relearn_at"] = ceil(more)


def relearn(arrays: Arrays, index: int, settings: BankSettings) -> None:
    """Makes the reference of a number that has learned on anew; it stays if no more can be learned from."""
    signal = arrays.signals[index]
    first = settled(arrays, index)
    if not signal["local"] or signal["learned"] - first < LEARNS_ON * signal["reference_count"]:
        signal["relearn_at"] = 0
        return
    shape = arrays.shapes[signal["shape"]]
    goes_on = {name: signal[name].copy() for name in GOES_ON}
    shape_goes_on = {name: shape[name].copy() for name in SHAPE_GOES_ON}
    forget_the_reference(arrays, index)
    signal["settled_from"] = first
    learn_reference(arrays, index, first, settings)
    for name, value in goes_on.items():
        signal[name] = value
    for name, value in shape_goes_on.items():
        shape[name] = value
    plan_relearning(arrays, index, settings)


def forget_the_reference(arrays: Arrays, index: int) -> None:
    """What a signal would be that is watched and learns, if it had only learned so far."""
    signal = arrays.signals[index]
    watched = signal.copy()
    arrays.signals[index] = np.zeros(1, SIGNAL)[0]
    for name in OF_THE_WARM_UP:
        signal[name] = watched[name]
    of_rows = {"shape": arrays.shapes, "season": arrays.seasons, "cycle": arrays.cycles}
    for name, records in of_rows.items():
        if row := watched[name]:
            records[row] = np.zeros(1, records.dtype)[0]
    signal["ones"] = watched["learned_ones"]
    signal["recent"][:, 5] = 0.0
    if watched["learned"] < watched["seen"]:  # of which some are of another level
        clear_recent(signal)


def settled(arrays: Arrays, index: int) -> int:
    """From which value on a number is learned: after the last step, if there are enough values then."""
    signal = arrays.signals[index]
    first, learned = int(signal["settled_from"]), int(signal["learned"])
    values = arrays.buffers[signal["buffer"], first:learned]
    span_ms = (int(signal["last_ms"]) - int(signal["first_ms"])) * len(values) // max(learned, 1)
    step = settled_from(values, span_ms)
    return first + step if len(values) - step >= SETTLED_MIN else first
