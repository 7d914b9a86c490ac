"""The exact CUSUM for a variance of Gaussian noise that changes by a known factor.

The log-likelihood ratio of a value x is x² (1 - 1 / factor) / 2 - log(factor) / 2.
"""

from functools import cache, partial
from math import log

import numpy as np
from scipy.stats import chi2

from benchmarks.quality.limit.cells import cells_limit
from benchmarks.quality.limit.chain import Limit, Matrix


def below(factor: float, variance: float, steps: Matrix) -> Matrix:
    """The probability that a value of this variance takes the sum no higher than by each of these steps."""
    squares = (steps + log(factor) / 2) * 2 / (1 - 1 / factor) / variance
    # A smaller variance is what small values speak for: steps fall with the square then.
    return np.asarray(chi2.cdf(squares, df=1) if factor > 1 else chi2.sf(squares, df=1))


@cache
def variance_limit(factor: float, false_alarm_every: float) -> Limit:
    """The optimum, one-sided: it knows whether the variance grows or shrinks."""
    return cells_limit(partial(below, factor, 1.0), partial(below, factor, factor), false_alarm_every)
