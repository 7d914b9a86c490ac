"""The reference of categories: shares of probability, and what makes each category's change visible."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.calibration import groups
from driftline.detectors.kernels.lanes import SHAPE_WINDOW
from driftline.detectors.kernels.shape import EXPECTED_MIN


def learn_unseen(shape: np.void) -> float:
    """Tells the codes that the reference holds from those that it does not; returns how many occurred once.

    Their number over all values is the Good-Turing estimate of the probability that the next one is new (I.
    J. Good, Biometrika 40, 1953).
    """
    counts = shape["table"]
    shape["level"] = np.where(counts > 0, 0.0, 1.0)
    return float(np.count_nonzero(counts == 1))


def learn_shares(
    signal: np.void, shape: np.void, earlier: NDArray[np.float64], later: NDArray[np.float64]
) -> None:
    """The reference of a categorical signal from its numbers in two halves [values], frequent codes first.

    The earlier half says in which order the codes are and which there are, the later how frequent they are.
    Were both from the same values, those in front would be there by chance as well, and less frequent ever
    after. Mean and sd of the surprise are exact under the shares.
    """
    signal["atoms"] = np.count_nonzero(shape["table"])
    codes = len(shape["table"])
    places = (np.where(half < codes - 1, half, 0.0).astype(np.intp) for half in (earlier, later))
    first, second = (np.bincount(half, minlength=codes) for half in places)
    shares, unseen = shares_of(first, second)
    order = np.argsort(-first, kind="stable")[: np.count_nonzero(first)]
    shape["table"] = np.where(first > 0, shares, unseen)
    shape["level"] = 1.0
    shape["level"][order] = np.minimum(np.cumsum(shares[order]), 1 - unseen)
    signal["shape_cells"] = np.count_nonzero(shares[order] * SHAPE_WINDOW >= EXPECTED_MIN) + 1
    weigh_groups(signal, shape)
    shares = np.append(shares[order], unseen)
    surprises = -np.log(shares)
    mean = float((shares * surprises).sum())
    signal["reference_mean"] = signal["origin"] = mean
    signal["reference_sd"] = sqrt((shares * (surprises - mean) ** 2).sum())
    signal["reference_low"], signal["reference_high"] = surprises[:-1].min(), surprises[:-1].max()


def shares_of(first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[NDArray[np.float64], float]:
    """Shares of probability [codes], and of all codes together that did not occur in the first half.

    first, second: counts [codes] in the halves of the reference. Codes with the same count in the first have
    the same share: that of all of them in the second, which is never 0.
    """
    _, group, members = np.unique(first, return_inverse=True, return_counts=True)
    totals = np.maximum(np.bincount(group, weights=second), 0.5)
    totals /= totals.sum()
    return (totals / members)[group], float(totals[0])


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
    for name, value in groups(share)._asdict().items():
        signal[name] = value
