"""Parts of a number: the value that stands out of its reference, those that stand out of what comes now, and
what lies far beyond all others.

A number that is never twice the same, and of which one value in twenty is -999 since the last release, has
not changed its mean so much as its data have a hole. So a value that takes part of a number becomes a signal
of its own, a 0/1 signal of data quality, as soon as it has been seen to (`kernels/repeats.py`): what it costs
is paid by numbers with such a value alone.

Whole numbers repeat themselves by nature, and take other values where their level moves: at noon there are 9
requests a second which there never were at night. That is no value that stands out (`is_explained`).
"""

from math import inf, nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.reading import VALUE_LIMIT
from driftline.detectors.kernels.repeats import (
    DUE,
    FEWEST,
    MASS_SHARE,
    NOT_DUE,
    SPAN,
    repeats_by_nature,
    unit_of_middle,
)
from driftline.detectors.kernels.warm_up import keep_reference
from driftline.detectors.reference.extremes import extreme_distance
from driftline.detectors.signals import Transform
from driftline.detectors.state.arrays import Arrays
from driftline.detectors.state.fields import GRID_POINTS

MODE_SHARE = 0.05  # judged: a smaller part of a number is seen to go by the tests of the number itself
SLOPE = 0.3  # judged: wider ones than geometric, too
STRETCHES = 0.3  # judged: correlation of one value with the next
STANDS_OUT = 3.0  # judged: times as frequent as the values next to it
FAR = 9.0  # judged: median deviations from the median, of which 1.48 are an sd
FEW_ATOMS = 3  # so few values are names: another one is news wherever it lies
BESIDE_SHARE = 0.01  # judged
PART_OF_A_MOVE = 0.5  # judged: a value that moves a mean does all of that, give or take chance


class Mass(NamedTuple):
    """Values of a number that are to be counted: one that stands out of what comes (`Transform.SPIKE`) or of
    the reference (`Transform.MASS`), or the extreme ones (`Transform.EXTREME`).

    minimum and maximum are those of the signal that counts them.
    """

    signal: str
    column: int
    transform: Transform
    minimum: float
    maximum: float


def learn_masses(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> None:
    """From a reference [values]: how often single values come, and whether one stands out."""
    distinct, counts = np.unique(values, return_counts=True)
    few = counts[counts < MASS_SHARE * len(values)]
    shape["usual"] = few.max() / len(values) if len(few) and few.max() > 1 else 0.0
    shape["mode"], signal["mass_due"] = nan, NOT_DUE
    shape["usual_middle"] = shape["middle"] = middle = np.median(values)
    shape["still"] = len(values)
    shape["usual_spread"] = shape["spread"] = np.median(np.abs(values - middle))
    most = int(counts.argmax())
    beside = max(counts[max(most - 1, 0) : most].max(initial=0), counts[most + 1 : most + 2].max(initial=0))
    stands_out = counts[most] >= max(MODE_SHARE * len(values), STANDS_OUT * float(beside))
    stands_out = stands_out and len(distinct) > 1 and not is_end_of_a_slope(counts, most)
    if stands_out and not comes_in_stretches(values == distinct[most]):
        shape["mode"], signal["mass_due"] = distinct[most], DUE


def is_end_of_a_slope(counts: NDArray[np.int64], most: int) -> bool:
    """Whether the first or last of some values is the most frequent as the ones beside it let expect: of a
    count that is mostly 0, then 1, then 2. Its share moves with the mean, and is no fault of its own.

    The shares of counts fall faster and faster, those of Poisson, or by the same factor: p₁² ≥ p₀ p₂.
    """
    beside = counts[1:3] if most == 0 else counts[-2:-4:-1]
    if most not in (0, len(counts) - 1) or len(beside) < 2:
        return False
    return bool(float(beside[0]) ** 2 >= SLOPE * float(counts[most]) * float(beside[1]))


def comes_in_stretches(there: NDArray[np.bool_]) -> bool:
    """Whether a value that is there or not [values] comes in stretches, whose length its share depends on."""
    deviations = there - there.mean()
    return bool((deviations[1:] * deviations[:-1]).sum() > STRETCHES * (deviations**2).sum())


def take_masses(arrays: Arrays, index: int, name: str) -> list[Mass]:
    """The values of a number that were noted since it was asked last, but for those that a shift explains."""
    signal = arrays.signals[index]
    shape, column = arrays.shapes[signal["shape"]], int(signal["column"])
    found: list[Mass] = []
    for place in range(int(signal["suspects"])):
        value, hits = float(shape["noted"][place]), int(shape["noted_hits"][place])
        if value == inf:  # which stands for what is extreme
            distance = extreme_distance(signal, shape)
            found.append(Mass(name, column, Transform.EXTREME, -distance, distance))
            continue
        number = number_of(signal, value)
        transform = Transform.MASS if number == shape["mode"] else Transform.SPIKE
        if transform is Transform.MASS or not is_explained(signal, shape, number, hits):
            found.append(Mass(name, column, transform, value, value))
    signal["suspects"] = 0
    if any(each.transform is not Transform.MASS for each in found):
        keep_reference(signal)
    return found


def number_of(signal: np.void, value: float) -> float:
    """A value as the tables of its signal know it."""
    return min(max(value, -VALUE_LIMIT), VALUE_LIMIT) - float(signal["anchor"])


def is_explained(signal: np.void, shape: np.void, number: float, hits: int) -> bool:
    """Whether one of the values of a number that repeats itself by nature is what is to be expected now.

    Where the number is not where its reference was, as by a daily cycle, only what lies far from all others
    is not. Where it is, a value that was as frequent in the reference is, and one beside the values of the
    reference that is no more frequent than the one next to it: it may have been too rare to be seen there.
    """
    if not repeats_by_nature(signal, shape) or 0 < signal["atoms"] <= FEW_ATOMS:
        return False
    is_usual = signal["reference_low"] <= number <= signal["reference_high"]
    if signal["away"] and ((signal["atoms"] and is_usual) or came_with_its_level(signal, number, hits)):
        return True
    if shape["still"] < 2 * SPAN:  # for as long as what came since then is remembered
        widest = max(float(shape["spread"]), unit_of_middle(signal, shape))
        return abs(number - float(shape["middle"])) <= FAR * widest
    return hits < 2 * SPAN * min(BESIDE_SHARE, share_beside(signal, shape, number)) + FEWEST


def came_with_its_level(signal: np.void, number: float, hits: int) -> bool:
    """Whether the values since a level began are others by far more than one of them makes them.

    Of a count that leaps by 500 each value is new, and a sixth of what comes now is 505: that is where it is
    now. One value in twenty that is -999 moves the mean by all that the mean has moved.
    """
    count, total = (float(each) for each in signal["totals"][:2])
    reference = float(signal["reference_mean"])
    moved = float(signal["origin"]) + total / max(count, 1.0) - reference
    share = hits / max(min(count, float(SPAN)), 1.0)
    return 0.0 < share * (number - reference) / (moved or np.inf) < PART_OF_A_MOVE


def share_beside(signal: np.void, shape: np.void, number: float) -> float:
    """The share of the reference that the value had which is nearest to a number; 0 where it is far away."""
    points = int(signal["atoms"]) or GRID_POINTS
    distances = np.abs(shape["table"][:points] - number)
    if distances.min() > signal["effect_sd"]:
        return 0.0
    if not signal["atoms"]:
        return float(shape["usual"])
    return float(np.diff(shape["level"][:points], prepend=0.0)[distances.argmin()])
