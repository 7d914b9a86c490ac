"""The exact CUSUM for Poisson counts whose rate grows.

The log-likelihood ratio of a count x is x log(after / before) - (after - before).
"""

from functools import cache, partial
from math import log

import numpy as np
from scipy.stats import poisson

from benchmarks.quality.limit.cells import cells_limit
from benchmarks.quality.limit.chain import Limit, Matrix

CELLS, TOLERANCE = 800, 1e-3


def below(before: float, after: float, rate: float, steps: Matrix) -> Matrix:
    """The probability that a count of `rate` takes the sum no higher than by each of these steps."""
    counts = np.floor((steps + (after - before)) / log(after / before))
    return np.asarray(poisson.cdf(counts, rate))


@cache
def poisson_limit(before: float, after: float, false_alarm_every: float) -> Limit:
    """The optimum, one-sided: it knows that the rate grows, and to what."""
    healthy, changed = (partial(below, before, after, rate) for rate in (before, after))
    return cells_limit(healthy, changed, false_alarm_every, cells=CELLS, tolerance=TOLERANCE)
