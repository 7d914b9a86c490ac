"""The test for a change of shape: a window's counts against the reference's, by chi-square.

Numbers are counted by the place of their innovation in cells that have the same probability under the normal
distribution, so neither cycles nor autocorrelation look like a change; what a healthy signal's shares are is
learned from its first windows. A signal with a cycle (or one that may have one still) is left out: where the
cycle takes it, its reference is known less well, and the shape differs a little. Categories are counted by
code against the reference's shares. Codes too rare to be judged alone are judged together.
"""

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from detectors.kernels.compiled import compiled
from detectors.kernels.lanes import SHAPE_CELLS, SHAPE_WINDOW
from detectors.kernels.reading import CATEGORY
from detectors.kernels.scratch import Scratch

EDGES = np.array([NormalDist().inv_cdf(i / SHAPE_CELLS) for i in range(1, SHAPE_CELLS)])
PATTERN_WINDOWS = 4  # windows a pattern is learned from before it is compared with
PATTERN_WINDOWS_MAX = 200
EXPECTED_MIN = 8.0  # values a category must have in a window to be judged alone


@compiled
def cell_of(innovation: float) -> int:
    """The cell of an innovation: how many edges lie below it."""
    cell = 0
    for edge in range(SHAPE_CELLS - 1):
        cell += 1 if EDGES[edge] < innovation else 0
    return cell


@compiled
def pattern_statistic(signal: Any, shape: Any) -> float:
    """Chi-square of two samples, the window and the pattern [SHAPE_CELLS] learned before (in values)."""
    known = signal["patterned"] * SHAPE_WINDOW
    statistic = 0.0
    for cell in range(SHAPE_CELLS):
        count, learned = float(shape["tally"][cell]), shape["pattern"][cell]
        share = (count + learned) / (known + SHAPE_WINDOW)
        if share > 0.0:
            difference = count / SHAPE_WINDOW - learned / known
            statistic += difference * difference / share
    return float(statistic / (1.0 / SHAPE_WINDOW + 1.0 / known))


@compiled
def category_statistic(signal: Any, shape: Any) -> float:
    """Chi-square of the window's counts against the reference's shares, which have an error of their own."""
    table, level = shape["table"], shape["level"]
    statistic, rare_count, rare_share = 0.0, 0.0, 0.0
    unseen = 0.0
    for code in range(table.shape[0]):
        count = float(shape["tally"][code])
        if level[code] >= 1.0:
            unseen += count
            continue
        if table[code] * SHAPE_WINDOW < EXPECTED_MIN:
            rare_count += count
            rare_share += table[code]
            continue
        difference = count - table[code] * SHAPE_WINDOW
        statistic += difference * difference / (table[code] * SHAPE_WINDOW)
    rare_count += unseen
    rare_share += table[table.shape[0] - 1]
    difference = rare_count - rare_share * SHAPE_WINDOW
    statistic += difference * difference / max(rare_share * SHAPE_WINDOW, EXPECTED_MIN / 2)
    independence = (1.0 - signal["phi"]) / (1.0 + signal["phi"]) / signal["long_run"]
    return float(statistic / (1.0 + SHAPE_WINDOW / signal["reference_count"]) * independence)


@compiled
def learn_pattern(signal: Any, shape: Any) -> None:
    """A healthy window becomes part of the pattern, which slowly follows."""
    for cell in range(SHAPE_CELLS):
        shape["pattern"][cell] += float(shape["tally"][cell])
    signal["patterned"] += 1
    if signal["patterned"] > PATTERN_WINDOWS_MAX:
        for cell in range(SHAPE_CELLS):
            shape["pattern"][cell] *= PATTERN_WINDOWS_MAX / signal["patterned"]
        signal["patterned"] = PATTERN_WINDOWS_MAX


@compiled
def end_window(signal: Any, shape: Any) -> bool:
    """Judges a full window; true when it is the first odd one."""
    category = signal["transform"] == CATEGORY
    known = category or signal["patterned"] >= PATTERN_WINDOWS
    statistic = 0.0
    if known:
        statistic = category_statistic(signal, shape) if category else pattern_statistic(signal, shape)
    odd = known and statistic > signal["shape_height"]
    news = odd and signal["odd"] == 0
    signal["shape_statistic"] = statistic
    if odd:
        signal["odd"] = 1
    elif statistic < signal["shape_height"] / 2:
        signal["odd"] = 0
    if not category and not odd:
        learn_pattern(signal, shape)
    forget_window(signal, shape)
    return bool(news)


@compiled
def forget_window(signal: Any, shape: Any) -> None:
    """Begins a new window."""
    for cell in range(shape["tally"].shape[0]):
        shape["tally"][cell] = 0
    signal["tallied"] = 0


@compiled
def run_shape(signal: Any, shape: Any, scratch: Scratch, start: int, count: int) -> int:
    """Counts values from `start` on; returns the place after the one that ended an odd window, else
    `count`.
    """
    category, unit = signal["transform"] == CATEGORY, sqrt(signal["long_run"])
    for place in range(start, count):
        cell = scratch.cells[place] if category else cell_of(scratch.anchored[place] * unit)
        shape["tally"][cell] += 1
        signal["tallied"] += 1
        if signal["tallied"] >= SHAPE_WINDOW and end_window(signal, shape):
            return place + 1
    return count + 1
