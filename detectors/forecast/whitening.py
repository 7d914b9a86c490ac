"""Autocorrelation: how much of a score the one before foretells, and what that leaves.

Scores are taken for an autoregressive process of first order, x(t) = phi x(t-1) + innovation (G. E. P. Box,
G. M. Jenkins, "Time Series Analysis", ch. 3). A coefficient from few values is uncertain, and an error of it
counts most where phi is large: the long-run sd is off by (error of phi) / (1 - phi). That share, and the
error of the sd itself, is added to the sd: a signal is slower then, not noisier.

What no AR(1) describes (counts of requests that come at a beat, a longer memory, calm and wild hours) shows
in blocks of innovations and of their squares: where the variance of a block's sum is larger than that of
independent normal ones, by more than chance, the tests of mean and variance take it for the variance.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

PHI_MAX = 0.98
PHI_MIN = -0.9
SURE = 3.0  # standard errors
CAUTION = 1.0  # standard errors of the long-run sd


class Whitening(NamedTuple):
    """phi, and the sd of innovations with its allowance for what is not known well."""

    phi: float
    sigma: float


def whitening(count: float, squares: float, lagged: float, *, rough: bool = False) -> Whitening:
    """From the sums of squares and of lagged products of `count` scores of mean 0.

    rough: they are of the first part of a warm-up.
    """
    if squares <= 0.0 or count < 2:
        return Whitening(0.0, 1.0)
    phi = min(max(lagged / squares, PHI_MIN), PHI_MAX)
    if abs(phi) < 2 / sqrt(count):
        phi = 0.0
    sigma = sqrt(squares / count * (1 - phi**2))
    return Whitening(phi, max(sigma, 0.05) * caution(phi, count, rough=rough))


def surely(ratio: float, blocks: float) -> float:
    """A ratio of variances measured on so many blocks, 1 unless it is more than that by more than chance."""
    return ratio if blocks > 1 and ratio > 1 + SURE * sqrt(2 / blocks) else 1.0


def caution(phi: float, count: float, *, rough: bool = False) -> float:
    """What an sd is multiplied by because it and phi are known from so many values only."""
    errors = SURE if rough else CAUTION
    return 1 + errors * sqrt(1 / (2 * count) + (1 + phi) / ((1 - phi) * count))


def shift_in_innovations(signal: np.void) -> float:
    """What is left in innovations of a shift of autocorrelated scores, each measured in its sd."""
    phi = float(signal["phi"])
    return sqrt((1 - phi) / (1 + phi))


def to_score(signal: np.void) -> float:
    """What a level of innovations is as a level of scores."""
    return float(signal["sigma"]) / (1 - float(signal["phi"]))
