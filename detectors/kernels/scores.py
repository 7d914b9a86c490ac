"""From a value to its score under the reference: mean 0 and sd 1 as long as nothing has changed."""

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.compiled import compiled
from detectors.layout import GRID_LOW, GRID_POINTS, GRID_STEP

CLIP = 3.7  # normal scores end here: the wildest value is as wild as one in 10,000
STEPS = 4096
QUANTILES = np.array([NormalDist().inv_cdf(min(max(i / STEPS, 1e-4), 1 - 1e-4)) for i in range(STEPS + 1)])


@compiled
def normal_quantile(probability: float) -> float:
    """The normal score of a probability, interpolated in a table of 4,097 points that ends at ±3.72."""
    place = probability * STEPS
    index = min(max(int(place), 0), STEPS - 1)
    return float(QUANTILES[index] + (QUANTILES[index + 1] - QUANTILES[index]) * (place - index))


@compiled
def uniform(seed: int, count: int) -> float:
    """A number between 0 and 1 that follows from a signal's seed and count, so a replay repeats it.

    Three rounds of a 32-bit multiply-xorshift hash; products stay below 2^63, where compiled and plain Python
    agree.
    """
    mixed = (seed ^ count ^ (count >> 32)) & 0xFFFFFFFF
    for _ in range(3):
        mixed = ((mixed ^ (mixed >> 16)) * 0x45D9F3B + 0x5BD1E995) & 0xFFFFFFFF
    return ((mixed ^ (mixed >> 16)) + 0.5) / 4294967296.0


@compiled
def tie_score(signal: Any, below: float, above: float) -> float:
    """The normal score of a value that shares the probabilities between `below` and `above` with its equals."""
    return normal_quantile(below + (above - below) * uniform(signal["seed"], signal["seen"]))


@compiled
def lower_bound(table: NDArray[np.float64], points: int, value: float) -> int:
    """How many of the first `points` entries of a sorted table are below a value."""
    low = 0
    size = points
    while size > 0:
        half = size >> 1
        if table[low + half] < value:
            low += half + 1
            size -= half + 1
        else:
            size = half
    return low


@compiled
def atom_score(signal: Any, shape: Any, cell: int, value: float) -> float:
    """The normal score of a value whose reference has few distinct values, each with its probability."""
    level = shape["level"]
    below = level[cell - 1] if cell > 0 else 0.0
    if cell < signal["atoms"] and shape["table"][cell] == value:
        if signal["atoms"] == 1:  # a constant: no noise where there was none
            return 0.0
        return tie_score(signal, below, level[cell])
    return normal_quantile(below)


@compiled
def grid_score(signal: Any, shape: Any, cell: int, value: float) -> float:
    """The normal score of a value by its place between the reference's quantiles, which lie 0.05 sd apart."""
    table = shape["table"]
    if cell + 1 < GRID_POINTS and table[cell] == value and table[cell + 1] == value:
        last = cell + 1
        while last + 1 < GRID_POINTS and table[last + 1] == value:
            last += 1
        return tie_score(signal, shape["level"][cell], shape["level"][last])
    right = min(max(cell, 1), GRID_POINTS - 1)  # beyond the ends the line of the outermost cell goes on
    width = table[right] - table[right - 1]
    if width <= 0.0:
        return CLIP if cell == GRID_POINTS else -CLIP
    return float(GRID_LOW + GRID_STEP * (right - 1 + (value - table[right - 1]) / width))


@compiled
def numeric_score(signal: Any, shape: Any, cell: int, value: float) -> float:
    """A number's normal score, corrected so that the reference itself has exactly mean 0 and sd 1."""
    if signal["atoms"] > 0:
        score = atom_score(signal, shape, cell, value)
    else:
        score = grid_score(signal, shape, cell, value)
    return float((min(max(score, -CLIP), CLIP) - signal["center"]) / signal["scale"])


@compiled
def numeric_scores(signal: Any, shape: Any, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores [values] of the reference's own values, in order."""
    scores = np.empty(values.shape[0])
    points = signal["atoms"] if signal["atoms"] > 0 else GRID_POINTS
    for index in range(values.shape[0]):
        signal["seen"] = index + 1
        cell = lower_bound(shape["table"], points, values[index])
        scores[index] = numeric_score(signal, shape, cell, values[index])
    return scores


@compiled
def category_score(signal: Any, shape: Any, code: int) -> float:
    """The normal score of a category: in order of surprise, each holds a share of the probabilities.

    Within its share the place is random, so the scores of the reference frequencies are N(0, 1).
    """
    above = shape["level"][code]
    if signal["atoms"] == 1:  # one category only: no noise where there was none
        return CLIP if above >= 1.0 else 0.0
    return min(max(tie_score(signal, above - shape["table"][code], above), -CLIP), CLIP)
