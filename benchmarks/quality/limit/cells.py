"""A CUSUM whose steps have any distribution, on a fine lattice.

Brook and Evans (`chain.py`): the sums from zero to the threshold are cut into cells, each stands for its
middle; the first cell is the sum zero and half as wide.
"""

from collections.abc import Callable
from math import log

import numpy as np
from scipy.optimize import brentq

from benchmarks.quality.limit.chain import Chain, Limit, Matrix, limit_of, run_lengths

Below = Callable[[Matrix], Matrix]
"""The probability that a step is no larger than each of these."""
LOWEST = 0.1  # threshold


def transitions(below: Below, threshold: float, cells: int) -> Matrix:
    """Between the cells."""
    width = threshold / (cells - 0.5)
    middles = np.arange(cells) * width
    upper = middles + width / 2
    return np.diff(below(upper[None, :] - middles[:, None]), axis=1, prepend=0.0)


def cells_limit(
    healthy: Below, changed: Below, false_alarm_every: float, *, cells: int = 400, tolerance: float = 1e-6
) -> Limit:
    """The optimum of one-sided sums of log-likelihood ratios, with its threshold to a tolerance."""

    def excess(threshold: float) -> float:
        every = run_lengths(transitions(healthy, threshold, cells))[0]
        return float(np.log(every / false_alarm_every))

    threshold = float(brentq(excess, LOWEST, log(false_alarm_every) + 1, xtol=tolerance))
    chain = Chain(transitions(healthy, threshold, cells), transitions(changed, threshold, cells))
    return limit_of(chain, threshold)
