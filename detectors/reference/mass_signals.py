"""The signals of parts of a number: each begins with what the reference of its number knows of the part."""

import numpy as np

from driftline.detectors.evidence.odds import MULTIPLES
from driftline.detectors.kernels.repeats import FEWEST, NOT_DUE, usual_share
from driftline.detectors.kernels.scores import lower_bound
from driftline.detectors.reference.arming import begin, begin_without_time, learn_rate, values_per_update
from driftline.detectors.reference.masses import number_of
from driftline.detectors.reference.warm_up import arm
from driftline.detectors.signals import BankSettings, Transform
from driftline.detectors.state.arrays import Arrays
from driftline.detectors.state.fields import GRID_POINTS
from driftline.detectors.state.lanes import ODDS_LANES

SHARE_MIN = 5e-4  # judged: one value in 2,000 is no part of a number
EXTREME_SHARE = 1e-3  # judged: where tails are longer than they are taken for, one value in 1,000 is extreme
COUNTED_MIN = 20_000.0


def begin_mass(arrays: Arrays, index: int, source: int, settings: BankSettings) -> None:
    """Arms the signal of a part of a number, the `source`, which is armed.

    The value that stood out of its reference learns from the same values, in their half hours; where these
    are not there any more (another version's number) it learns for itself. Any other value has the share that
    it had in the reference, and no cycle: it was seldom there. Extremes were not.
    """
    signal, number = arrays.signals[index], arrays.signals[source]
    shape = arrays.shapes[number["shape"]]
    for name in ("first_ms", "last_ms"):
        signal[name] = number[name]
    if signal["transform"] == Transform.MASS:
        learn_mode(arrays, index, source, settings)
        return
    if signal["transform"] == Transform.EXTREME:
        share, least = 0.0, EXTREME_SHARE
    else:
        share, least = share_of_number(number, shape, number_of(number, float(signal["minimum"]))), SHARE_MIN
    learn_share(signal, float(number["seen"]), share, least)
    signal["every"] = values_per_update(signal, settings)
    begin(signal)
    signal["awake"] = 1
    if signal["transform"] == Transform.SPIKE:
        # It has come so often since it was first seen: of a Shiryaev-Roberts sum one summand.
        signal["lanes"][0, :ODDS_LANES] = MULTIPLES ** (FEWEST - 1)


def learn_share(signal: np.void, count: float, share: float, least: float) -> None:
    """The reference of a part that had this share of so many values.

    Of one that was never there it is the `least` that is worth a word, and values of now do not soon become
    the reference: 2,000 values without it would be forgotten before one value in fifty is seen.
    """
    signal["reference_count"], signal["ones"] = count, max(share, least) * count
    learn_rate(signal)
    signal["ones"] = share * count
    begin_without_time(signal)
    signal["counted"] = max(count, COUNTED_MIN)


def learn_mode(arrays: Arrays, index: int, source: int, settings: BankSettings) -> None:
    """Arms the signal of the value that stood out of a number's reference."""
    signal, number = arrays.signals[index], arrays.signals[source]
    due, number["mass_due"] = number["mass_due"], NOT_DUE
    if due == NOT_DUE or not number["buffer"]:
        return
    count = int(number["reference_count"])
    first = int(number["settled_from"])
    part = slice(first, first + count)
    is_mode = arrays.buffers[number["buffer"], part] == arrays.shapes[number["shape"]]["mode"]
    arrays.buffers[signal["buffer"], :count] = is_mode
    arrays.buffered_slots[signal["buffer"], :count] = arrays.buffered_slots[number["buffer"], part]
    signal["seen"], signal["learned"], signal["ones"] = count, count, np.count_nonzero(is_mode)
    arm(arrays, index, settings)


def share_of_number(signal: np.void, shape: np.void, number: float) -> float:
    """At most how large a share of the reference was this one number."""
    points = int(signal["atoms"]) or GRID_POINTS
    return float(usual_share(signal, shape, lower_bound(shape["table"], points, number), number))
