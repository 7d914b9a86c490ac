"""The slow noise that a local level hides: a line through the last hour follows some of it.

What the line leaves seems to depend less on the value before than the signal does around its cycle, and its
means seem to vary less. So when a signal leaves its local level, the means of its half hours around the cycle
say how much was taken: what is added to variance and covariance alike makes means of a process of first order
vary as these do. No more than the half hours show can have been taken, so what is no such process (a level
that wanders beside independent noise) is not taken for one.
"""

from typing import NamedTuple

from driftline.detectors.forecast.whitening import PHI_MAX

HALVINGS = 30


class Seen(NamedTuple):
    """variance, covariance: of a value and with the one before, around a local line. of_means: the variance
    of means of so many values on end, around a cycle.
    """

    variance: float
    covariance: float
    of_means: float
    values: float


def hidden_variance(seen: Seen) -> float:
    """What a line has taken from variance and covariance, from 0 to the variance of the means."""
    least, most = 0.0, seen.of_means
    if means_vary_by(seen, most) <= seen.of_means:
        return most
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        if means_vary_by(seen, middle) < seen.of_means:
            least = middle
        else:
            most = middle
    return least


def means_vary_by(seen: Seen, hidden: float) -> float:
    """The variance of means of a process of first order of which so much was hidden (G. E. P. Box, G. M.
    Jenkins, "Time Series Analysis", on the variance of an average).
    """
    variance = seen.variance + hidden
    phi = min(max((seen.covariance + hidden) / variance, 0.0), PHI_MAX) if variance > 0 else 0.0
    number = max(seen.values, 1.0)
    of_one = (1 + phi) / (1 - phi) - 2 * phi * (1 - phi**number) / (number * (1 - phi) ** 2)
    return float(variance * of_one / number)
