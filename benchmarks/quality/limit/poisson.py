"""The exact CUSUM for Poisson counts whose rate grows, on a fine lattice.

The log-likelihood ratio of a count x is x log(after / before) - (after - before). As `variance.py`: the sums
from zero to the threshold are cut into cells, each stands for its middle.
"""

from functools import cache
from math import log

import numpy as np
from scipy.optimize import brentq
from scipy.stats import poisson

from benchmarks.quality.limit.chain import Chain, Limit, Matrix, limit_of, run_lengths

CELLS = 800


def transitions(rates: tuple[float, float], threshold: float, rate: float) -> Matrix:
    """Between the cells for counts of `rate`; the first cell is the sum zero and half as wide."""
    before, after = rates
    width = threshold / (CELLS - 0.5)
    middles = np.arange(CELLS) * width
    upper = middles + width / 2
    step = upper[None, :] - middles[:, None]
    counts = np.floor((step + (after - before)) / log(after / before))
    return np.diff(poisson.cdf(counts, rate), axis=1, prepend=0.0)


@cache
def poisson_limit(before: float, after: float, false_alarm_every: float) -> Limit:
    """The optimum, one-sided: it knows that the rate grows, and to what."""
    rates = before, after

    def excess(threshold: float) -> float:
        return float(np.log(run_lengths(transitions(rates, threshold, before))[0] / false_alarm_every))

    threshold = float(brentq(excess, 0.1, log(false_alarm_every) + 1, xtol=1e-3))
    chain = Chain(transitions(rates, threshold, before), transitions(rates, threshold, after))
    return limit_of(chain, threshold)
