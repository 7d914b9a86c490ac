"""The exact CUSUM for a variance of Gaussian noise that grows by a known factor, on a fine lattice.

The log-likelihood ratio of a value x is x² (1 - 1 / factor) / 2 - log(factor) / 2. Brook and Evans: the sums
from zero to the threshold are cut into cells, each stands for its middle.
"""

from functools import cache
from math import log

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

from benchmarks.quality.limit.chain import Chain, Limit, Matrix, limit_of, run_lengths

CELLS = 400


def transitions(factor: float, threshold: float, variance: float) -> Matrix:
    """Between the cells; the first is the sum zero and half as wide."""
    width = threshold / (CELLS - 0.5)
    middles = np.arange(CELLS) * width
    upper = middles + width / 2
    step = upper[None, :] - middles[:, None]
    below = chi2.cdf((step + log(factor) / 2) * 2 / (1 - 1 / factor) / variance, df=1)
    return np.diff(below, axis=1, prepend=0.0)


@cache
def variance_limit(factor: float, false_alarm_every: float) -> Limit:
    """The optimum, one-sided: it knows that the variance grows."""

    def excess(threshold: float) -> float:
        return float(np.log(run_lengths(transitions(factor, threshold, 1.0))[0] / false_alarm_every))

    threshold = float(brentq(excess, 0.1, log(false_alarm_every) + 1, xtol=1e-6))
    return limit_of(
        Chain(transitions(factor, threshold, 1.0), transitions(factor, threshold, factor)), threshold
    )
