"""The reference of categories: shares of probability, and what makes each category's change visible."""

from math import sqrt
from statistics import NormalDist

import numpy as np

from detectors.kernels.scores import CLIP

PLACES = (np.arange(10_000) + 0.5) / 10_000
NORMAL_SCORES = np.clip([NormalDist().inv_cdf(place) for place in PLACES.tolist()], -CLIP, CLIP)


def learn_categories(shape: np.void) -> float:
    """Turns the counts per code into shares of probability, the most frequent first, unseen codes last.

    Unseen codes are one class. Its share is the Good-Turing estimate of the probability that the next value
    is new: the codes that occurred once, over all values (I. J. Good, Biometrika 40, 1953). Returns those
    codes' number.
    """
    counts = shape["table"].copy()
    total = counts.sum()
    once = float(np.count_nonzero(counts == 1))
    unseen = min((once + 0.5) / (total + 1), 0.5)
    shares = np.where(counts > 0, counts / total * (1 - unseen), unseen)
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    shape["table"] = shares
    shape["level"] = 1.0
    shape["level"][order] = np.minimum(np.cumsum(shares[order]), 1 - unseen)
    return once


def learn_shares(signal: np.void, shape: np.void) -> None:
    """The reference of a categorical signal; mean and sd of the surprise are exact under its shares."""
    learn_categories(shape)
    seen = np.flatnonzero(shape["level"] < 1.0)
    signal["atoms"] = len(seen)
    weigh_groups(signal, shape)
    shares = np.append(shape["table"][seen], shape["table"][-1])
    surprises = -np.log(shares)
    mean = float((shares * surprises).sum())
    signal["reference_mean"] = signal["origin"] = mean
    signal["reference_sd"] = sqrt((shares * (surprises - mean) ** 2).sum())
    signal["reference_low"], signal["reference_high"] = surprises[:-1].min(), surprises[:-1].max()


def weigh_groups(signal: np.void, shape: np.void) -> None:
    """Splits the categories into common and rare ones of about half the probability each.

    The normal score alone would hardly move when the category in the middle of the order rises or falls. With
    what its group adds, no category's mean score is near 0, so each one's rise or fall at the expense of the
    others is seen. The mean and sd of the sum under the reference's shares make it mean 0 and variance 1.
    """
    level = np.unique(shape["level"])  # the last is 1, of the unseen
    signal["center"], signal["scale"] = 0.0, 1.0
    if len(level) == 2:
        return
    share = float(level[np.argmin(np.abs(level[:-1] - 0.5))])
    signal["cut"] = share
    signal["common"], signal["rare"] = -sqrt((1 - share) / share), min(sqrt(share / (1 - share)), CLIP)
    sums = NORMAL_SCORES + np.where(share < PLACES, signal["rare"], signal["common"])
    signal["center"], signal["scale"] = sums.mean(), sums.std()
