"""Whether a mean lies beyond a limit for sure, however often one looks.

A look at every tick would fool a fixed-sample test. A mixture martingale M_n has mean 1 while the limit is
the true mean, and by Ville's inequality P(there is an n with M_n >= 1 / alpha) <= alpha; while the true mean
lies on the good side of the limit it is smaller still.
"""

from math import inf, lgamma, log
from typing import Final

# Judged: how many values the mixture for numbers is made for. At a tenth of them, or ten times as many, the
# deviation that is found grows by less than a fifth.
TYPICAL_VALUES: Final = 100.0
SMALLEST_RATE: Final = 1e-9


def log_evidence_of_rate(count: float, ones: float, limit: float) -> float:
    """log M_n of a 0/1 sequence against a rate, mixed over Beta(1/2, 1/2) (Robbins 1970).

    M_n = B(k + 1/2, n - k + 1/2) / B(1/2, 1/2) / (p^k (1 - p)^(n - k)), exact for every n.

    Args:
        count: values n, or how many independent ones they are worth.
        ones: ones k among them.
        limit: the rate p, in [0, 1].
    """
    rate = min(max(limit, SMALLEST_RATE), 1.0 - SMALLEST_RATE)
    mixed = _log_beta(ones + 0.5, count - ones + 0.5) - _log_beta(0.5, 0.5)
    return mixed - ones * log(rate) - (count - ones) * log(1.0 - rate)


def log_evidence_of_mean(count: float, deviation: float, variance: float) -> float:
    """log M_n of numbers against a mean, normal mixture (asymptotic: Waudby-Smith et al. 2021, 2103.06476).

    M_n = (1 + n r)^(-1/2) exp(n^2 d^2 r / (2 s^2 (1 + n r))) with r = 1 / TYPICAL_VALUES.

    Args:
        count: values n, or how many independent ones they are worth.
        deviation: their mean minus the limit, d.
        variance: of a value, s^2.
    """
    if variance <= 0.0:
        return inf if deviation else -inf
    spread = 1.0 + count / TYPICAL_VALUES
    total = count * deviation  # multiplied, not raised to a power: too large a float is inf, and no error
    return total * total / TYPICAL_VALUES / (2.0 * variance * spread) - 0.5 * log(spread)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
