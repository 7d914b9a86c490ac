"""The first look at a signal whose warm-up goes on: a few hundred values say enough for what is clear.

A model with 166 predictions a day has seen its 2,000 values after twelve days; its error rate may triple on
the second. So from `first_look` values on a signal is watched by what they say, roughly: by the
e-detector alone, with three standard errors of what is known given away instead of one. With all values of
its warm-up it is armed as if it had not been watched (`kernels/warm_up.py`).

What 300 values say depends on how they depend on each other: of an AR(1) of 0.9 they are 16 independent ones,
which tell neither an sd nor a tail. Such a signal is looked at again when it should have values enough.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.forecast.local_level import LOCAL_MS, values_per_ms
from driftline.detectors.forecast.whitening import PHI_MAX
from driftline.detectors.kernels.long_run import BLOCK
from driftline.detectors.reference.arming import learn_reference
from driftline.detectors.reference.table_ends import GRID, SCORES
from driftline.detectors.reference.warm_up import settled
from driftline.detectors.signals import BankSettings, Transform
from driftline.detectors.state.arrays import QUALITY, Arrays
from driftline.detectors.state.fields import SETTLES_WITHIN

INDEPENDENT_MIN = 100.0  # judged: an sd is known to 7 % then, and five values lie beyond 1.64 sd
NEXT_LOOK = 1.25  # judged: times as many values, at the least


def look(arrays: Arrays, index: int, settings: BankSettings) -> None:
    """Watches a signal by what it has learned so far; where that is too little, says when to look again."""
    signal = arrays.signals[index]
    signal["stale"] = 0  # which it was at the first 1 of a signal of data quality
    first, learned = int(signal["settled_from"]), int(signal["learned"])
    if signal["transform"] not in QUALITY:
        if signal["transform"] == Transform.VALUE:
            first = settled(arrays, index)
        values = arrays.buffers[signal["buffer"], first:learned]
        needed = max(settings.first_look, len(values) * INDEPENDENT_MIN / independent_values(values))
        needed = max(needed, LOCAL_MS * values_per_ms(signal))
        is_constant = signal["transform"] == Transform.VALUE and not np.ptp(values)
        if len(values) < needed or is_constant:
            # Then it is armed: an hour of a burst is any number of values.
            most = SETTLES_WITHIN * settings.warm_up
            signal["look_at"] = min(max(first + needed, learned * NEXT_LOOK), most)
            return
    signal["rough"], signal["look_at"], signal["learned_ones"] = 1, learned, signal["ones"]
    learn_reference(arrays, index, first, settings)
    signal["awake"] = 1


def independent_values(values: NDArray[np.float64]) -> float:
    """As how many independent values [values] in the order of time say as much of their mean.

    Sums vary more by (1 + phi) / (1 - phi), phi being that of the values' normal scores by ranks; where the
    level comes and goes beside noise, or goes with the day, means of blocks say by how much.
    """
    scores = shared_scores(values)
    squares = float((scores**2).sum())
    if not squares:
        return float(len(values))
    phi = min(max(float((scores[1:] * scores[:-1]).sum()) / squares, 0.0), PHI_MAX)
    blocks = len(values) // BLOCK
    means = scores[len(values) - blocks * BLOCK :].reshape(blocks, BLOCK).mean(axis=1)
    of_blocks = float((means**2).mean()) * BLOCK * len(values) / squares if blocks else 1.0
    return len(values) / max((1 + phi) / (1 - phi), of_blocks)


def shared_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The normal scores [values] of the values among themselves, of mean 0; equal ones share theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    shares = (np.cumsum(counts) - counts / 2) / len(values)
    scores = np.interp(shares, GRID, SCORES)[places]
    return np.asarray(scores - scores.mean())
