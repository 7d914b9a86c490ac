"""Steps of a week: a week taken apart into arcs at one level, the one that explains most first.

Circular binary segmentation (A. B. Olshen, E. S. Venkatraman, R. Lucito, M. Wigler, Biostatistics 5, 2004),
around a level that is known: 0. A weekend begins at once, not in waves.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from driftline.detectors.state.fields import SLOTS

ARC_MAX = 6 * 48  # half hours: at least a day is not part of it
ROUNDS = 24
MEDIAN_SQUARE = 0.4549  # of a standard normal number
NOTHING = 1e-6


def steps_of(
    weeks: NDArray[np.float64], weight: NDArray[np.float64], height: NDArray[np.float64], smallest: float
) -> NDArray[np.float64]:
    """The steps [336] that all weeks [count, 336] show, half hours weighed by weight [336].

    An arc is one when the mean of every week over it is larger, either way, than the height for arcs of its
    length [336 or 1, ARC_MAX] and than the smallest. Its level is that of the week that shows least of it.
    """
    steps, in_arcs = np.zeros(SLOTS), over_arcs(weight)
    shortest = 1.0 - np.arange(ARC_MAX) * NOTHING  # of those that differ by half hours of no weight
    known, least = np.maximum(in_arcs, NOTHING), np.maximum(height, smallest)
    for _ in range(ROUNDS):
        levels = np.array([over_arcs(weight * (week - steps)) / known for week in weeks])
        up, down = levels.min(axis=0), levels.max(axis=0)
        level = np.where(up > 0, up, np.minimum(down, 0.0))
        firsts, lengths = np.nonzero(abs(level) > least)
        explained = in_arcs[firsts, lengths] * level[firsts, lengths] ** 2 * shortest[lengths]
        if not explained.any():
            break
        first, length = (each[explained.argmax()] for each in (firsts, lengths))
        steps[(first + np.arange(length + 1)) % SLOTS] += level[first, length]
    return steps


def median_variance(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The variance of what the squares [count, …] are of, hardly moved by the few that are another thing."""
    return np.asarray(np.median(squares, axis=0) / MEDIAN_SQUARE)


def over_arcs(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of values [336] over each arc [336, ARC_MAX]: by where it begins, and its length less 1."""
    sums = np.concatenate([[0.0], np.cumsum(np.tile(values, 2))])
    ends = sliding_window_view(sums, ARC_MAX + 1)[:SLOTS]
    return np.asarray(ends[:, 1:] - ends[:, :1])
