"""The reference of categories: shares of probability, and what makes each category's change visible."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.calibration.categories import groups
from driftline.detectors.evidence.shape import EXPECTED_MIN
from driftline.detectors.kernels.known_codes import NEW
from driftline.detectors.state.fields import codes_at_first_sight
from driftline.detectors.state.lanes import SHAPE_WINDOW

NEW_SHARE, NEW_FEWEST = 0.2, 10  # judged; fewer codes may be of the time of the day
HALF_A_VALUE = 0.5  # as the half a one of a rate: no share is 0


def learn_unseen(shape: np.void, categories: int) -> float:
    """Tells the codes that the reference holds from those that it does not; returns how many occurred once.

    Their number over all values is the Good-Turing estimate of the probability that the next one is new (I.
    J. Good, Biometrika 40, 1953). Where much of the second half of the reference is of codes that the first
    half did not hold, as of users, of whom each comes often and not again, new ones are no news at all, but
    those that are frequent (`codes_at_first_sight`).
    """
    counts, first = shape["table"], shape["tally"]
    learned = float(counts.sum())
    is_late = (counts > 0) & (first >= learned / 2)
    shape["level"] = np.where(counts > 0, 0.0, NEW)
    if np.count_nonzero(is_late) >= NEW_FEWEST and counts[is_late].sum() > NEW_SHARE * learned / 2:
        shape["level"][: codes_at_first_sight(categories) + 1] = 0.0
    shape["tally"] = 0
    return float(np.count_nonzero(counts == 1))


def learn_shares(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> None:
    """The reference of a categorical signal from its numbers [values], frequent codes first.

    All codes together that did not occur count for half a value. Mean and sd of the surprise are exact under
    the shares.
    """
    signal["atoms"] = np.count_nonzero(shape["table"])
    codes = len(shape["table"])
    counts = np.bincount(np.where(values < codes - 1, values, 0.0).astype(np.intp), minlength=codes)
    total = len(values) + HALF_A_VALUE
    unseen = HALF_A_VALUE / total
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    shape["table"] = np.where(counts > 0, counts / total, unseen)
    shape["level"] = 1.0
    shape["level"][order] = np.minimum(np.cumsum(counts[order]) / total, 1 - unseen)
    signal["shape_cells"] = np.count_nonzero(shape["table"][order] * SHAPE_WINDOW >= EXPECTED_MIN) + 1
    weigh_groups(signal, shape)
    shares = np.append(shape["table"][order], unseen)
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
    for name, value in groups(share)._asdict().items():
        signal[name] = value
