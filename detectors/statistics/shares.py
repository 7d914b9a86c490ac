"""What a categorical signal is told by: counted shares of its categories; scores mean nothing to people."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.known_codes import NEW, OTHER
from driftline.detectors.statistics.levels import Moments

TOLD = 3  # categories of a change are told, those that moved most
FEWEST = 5  # values that say something about shares


class Moved(NamedTuple):
    """A category by its code, its share in the reference and after the change."""

    code: int
    before: float
    after: float


def reference_shares(shape: np.void) -> NDArray[np.float64]:
    """The reference's share of each code; of one that it did not hold 0, whatever is expected of such."""
    return np.where(shape["level"] < 1.0, shape["table"], 0.0)


def counts_since(shape: np.void, values: float) -> NDArray[np.float64]:
    """Counts [codes] of the last values: of the longest window that holds none from before the change.

    There are four: the last 128 values or fewer of them, the open window of the shape test, the half being
    filled of the recent window, and both halves. Where the first is too short to say something (a state of
    before it was kept) and each other reaches further back, the shortest is taken.
    """
    cells = shape["cells"][:, : len(shape["tally"])].astype(np.float64)
    windows = [last_codes(shape, values), shape["tally"].astype(np.float64), cells[0], cells.sum(axis=0)]
    windows = [window for window in windows if window.sum() >= FEWEST] or [cells.sum(axis=0)]
    pure = [window for window in windows if window.sum() <= max(values, FEWEST)]
    if pure:
        return max(pure, key=lambda window: float(window.sum()))
    return min(windows, key=lambda window: float(window.sum()))


def last_codes(shape: np.void, values: float) -> NDArray[np.float64]:
    """Counts [codes] of so many last values, as far as each is known (`kernels/window.py`)."""
    held, kept = int(shape["held"]), shape["tags"]
    count = int(min(max(values, FEWEST), held, len(kept)))
    last = kept[np.arange(held - count, held) % len(kept)]
    return np.bincount(last, minlength=len(shape["tally"])).astype(np.float64)


def new_codes(shape: np.void, values: float) -> tuple[int, ...]:
    """The most frequent codes of about so many last values that the reference did not hold."""
    counts = np.where(shape["level"] >= NEW, last_codes(shape, values), 0.0)[: len(shape["table"])]
    counts[OTHER] = 0.0
    most = np.argsort(-counts, kind="stable")[:TOLD]
    return tuple(int(code) for code in most if counts[code])


def moved(shape: np.void, values: float) -> tuple[tuple[Moved, ...], int]:
    """The categories that moved most in about so many values, and how many their shares are counted from."""
    counts, before = counts_since(shape, values), reference_shares(shape)
    total = max(float(counts.sum()), 1.0)
    after = counts / total
    most = np.argsort(-np.abs(after - before), kind="stable")[:TOLD]
    told = (Moved(int(code), float(before[code]), float(after[code])) for code in most)
    return tuple(each for each in told if each.before != each.after), int(total)


def share_of(shape: np.void, code: int, values: float) -> Moments:
    """The share of a category in about so many last values."""
    counts = counts_since(shape, values)
    total = int(counts.sum())
    return share_moments(float(counts[code]) / max(total, 1), total)


def share_moments(share: float, count: int) -> Moments:
    """The moments of values that are 1 for a category and 0 for all others."""
    return Moments(share, sqrt(share * (1 - share)), count)
