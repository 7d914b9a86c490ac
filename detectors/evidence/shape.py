"""The test for a change of shape: a window's counts against the reference's, by chi-square.

Numbers are counted by the place of their innovation in cells that have the same probability under the normal
distribution, so neither cycles nor autocorrelation look like a change; what a healthy signal's shares are is
learned from its first windows, its pattern. A number with a cycle (or one that may have one still) is left
out: where the cycle takes it, its reference is known less well, and the shape differs a little. Categories
are counted by code against the reference's shares; codes too rare to be judged alone are judged together.
While they may have a cycle, windows of a few minutes are compared with the pattern of those just before.

Under no change the statistic of a window is distributed as chi-square with one degree of freedom less than
there are cells, whatever the sizes of the window and the reference (both enter the statistic). A window comes
every `window` values, so a mean number of values between false alarms asks for a tail of window / number.
"""

from dataclasses import replace
from functools import lru_cache
from math import inf, sqrt
from operator import itemgetter
from statistics import NormalDist
from typing import Any

import numpy as np
from scipy.special import chdtri

from driftline.detectors.compiled import inner
from driftline.detectors.evidence.kernel_test import KernelTest
from driftline.detectors.findings import Detected, Finding, finding, last_values
from driftline.detectors.kernels.reading import CATEGORY, VALUE
from driftline.detectors.kernels.scratch import Batch, Scratch, note
from driftline.detectors.kernels.warm_up import keep_reference
from driftline.detectors.state.arrays import Row
from driftline.detectors.state.fields import TEST_NAMES
from driftline.detectors.state.lanes import SHAPE_CELLS, SHAPE_WINDOW
from driftline.detectors.statistics.windows import reference_moments

NUMBER = TEST_NAMES.index("shape")
EDGES = np.array([NormalDist().inv_cdf(i / SHAPE_CELLS) for i in range(1, SHAPE_CELLS)])
PATTERN_WINDOWS = 4  # windows a pattern is learned from before it is compared with
PATTERN_WINDOWS_MAX = 200
LATE_MS, SPAN_MS_MAX = 900_000, 600_000  # of the pattern and of a window, where there may be a cycle
EXPECTED_MIN = 8.0  # values a category must have in a window to be judged alone


@inner
def cell_of(innovation: float) -> int:
    """The cell of an innovation: how many edges lie below it."""
    cell = 0
    for edge in range(SHAPE_CELLS - 1):
        cell += 1 if EDGES[edge] < innovation else 0
    return cell


@inner
def count_cells(signal: Any, shape: Any) -> None:
    """counts: a window's values per cell; a category's is where its middle lies in order of surprise."""
    counts, tally = shape["counts"], shape["tally"]
    for cell in range(SHAPE_CELLS):
        counts[cell] = tally[cell] if signal["transform"] != CATEGORY else 0
    if signal["transform"] == CATEGORY:
        for code in range(tally.shape[0]):
            middle = float(shape["level"][code]) - shape["table"][code] / 2.0
            counts[min(int(middle * SHAPE_CELLS), SHAPE_CELLS - 1)] += tally[code]


@inner
def pattern_statistic(signal: Any, shape: Any) -> float:
    """Chi-square of two samples, the window and the pattern [SHAPE_CELLS] learned before (in values)."""
    known = signal["shape_patterned"] * SHAPE_WINDOW
    statistic = 0.0
    for cell in range(SHAPE_CELLS):
        count, learned = float(shape["counts"][cell]), float(shape["pattern"][cell])
        share = (count + learned) / (known + SHAPE_WINDOW)
        if share > 0.0:
            difference = count / SHAPE_WINDOW - learned / known
            statistic += difference * difference / share
    return float(statistic / (1.0 / SHAPE_WINDOW + 1.0 / known))


@inner
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
    return float(statistic / (1.0 + SHAPE_WINDOW / signal["reference_count"]) * independence(signal))


@inner
def learn_pattern(signal: Any, shape: Any, windows: int) -> None:
    """A healthy window becomes part of the pattern, which slowly follows: it is that of so many windows."""
    known = signal["shape_patterned"]
    kept = windows / (known + 1.0) if known >= windows else 1.0
    for cell in range(SHAPE_CELLS):
        before = (
            float(shape["pattern"][cell]) if known > 0 else 0.0
        )  # else what it held is of no use any more
        shape["pattern"][cell] = (before + float(shape["counts"][cell])) * kept
    signal["shape_patterned"] = min(known + 1, windows)


@inner
def independence(signal: Any) -> float:
    """What a chi-square of autocorrelated values is multiplied by to be that of independent ones."""
    return float((1.0 - signal["phi"]) / (1.0 + signal["phi"]) / signal["long_run"])


@inner
def judged(signal: Any, shape: Any, span_ms: int) -> float:
    """The statistic of a full window, comparable to the threshold; what is learned from it."""
    category, moved = signal["transform"] == CATEGORY, signal["moved"] != 0
    if category and not moved:
        signal["shape_patterned"] = 0
        return float(category_statistic(signal, shape))
    count_cells(signal, shape)
    statistic, windows = 0.0, PATTERN_WINDOWS_MAX
    if signal["shape_patterned"] >= PATTERN_WINDOWS:
        statistic = pattern_statistic(signal, shape)
    if category:
        windows = min(max(LATE_MS // max(span_ms, 1), PATTERN_WINDOWS), PATTERN_WINDOWS_MAX)
        statistic *= independence(signal) * signal["shape_height"] / signal["shape_pattern_height"]
        if span_ms > SPAN_MS_MAX:
            statistic = 0.0
    if statistic <= signal["shape_height"]:
        learn_pattern(signal, shape, windows)
    return float(statistic)


@inner
def end_window(signal: Any, shape: Any, span_ms: int) -> bool:
    """Judges a full window; true when it is the first odd one."""
    statistic = judged(signal, shape, span_ms)
    odd = statistic > signal["shape_height"]
    news = odd and signal["odd"] == 0
    signal["shape_statistic"] = statistic
    if odd:
        signal["odd"] = 1
    elif statistic < signal["shape_height"] / 2:
        signal["odd"] = 0
    forget_window(signal, shape)
    return bool(news)


@inner
def forget_window(signal: Any, shape: Any) -> None:
    """Begins a new window."""
    for cell in range(shape["tally"].shape[0]):
        shape["tally"][cell] = 0
    signal["shape_tallied"] = 0


@inner
def run_shape(signal: Any, shape: Any, batch: Batch, scratch: Scratch, taken: int) -> None:
    """Counts the values of a chunk, and notes those that end an odd window after one that was none."""
    can = signal["transform"] == CATEGORY or (signal["transform"] == VALUE and signal["moved"] == 0)
    still = signal["away"] == 0 and signal["spread"] == 1.0
    if not (can and still) or signal["atoms"] == 1:
        return
    category, unit = signal["transform"] == CATEGORY, sqrt(signal["long_run"])
    for place in range(taken):
        if category and scratch.steps[place] != 0.0:  # other shares are expected then, nobody knows which
            forget_window(signal, shape)
            continue
        if signal["shape_tallied"] == 0:
            signal["shape_window_ms"] = batch.events[scratch.rows[place]]["time_ms"]
        cell = scratch.cells[place] if category else cell_of(scratch.anchored[place] * unit)
        shape["tally"][cell] += 1
        signal["shape_tallied"] += 1
        if signal["shape_tallied"] >= SHAPE_WINDOW:
            span_ms = batch.events[scratch.rows[place]]["time_ms"] - signal["shape_window_ms"]
            if end_window(signal, shape, span_ms):
                keep_reference(signal)
                note(scratch, place, NUMBER)


def set_threshold(signal: np.void, every: float) -> None:
    """Against the reference and against a pattern, for `every` values between false alarms."""
    cells = int(signal["shape_cells"]) or SHAPE_CELLS
    signal["shape_height"] = shape_height(every, SHAPE_WINDOW, cells)
    cells = min(int(signal["atoms"]) + 1, SHAPE_CELLS)
    signal["shape_pattern_height"] = shape_height(every, SHAPE_WINDOW, cells)
    if signal["rough"]:  # which says nothing of shape yet
        signal["shape_height"] = inf


@lru_cache(maxsize=4096)
def shape_height(false_alarm_every: float, window: int, cells: int) -> float:
    """The chi-square value that a window without a change exceeds once in `false_alarm_every` values."""
    return float(chdtri(max(cells - 1, 1), min(window / false_alarm_every, 0.5)))


def direction(signal: np.void) -> int:
    """Where the mean of the last values lies."""
    return 1 if signal["recent"][0, 5] >= 0 else -1


@inner
def statistic(signal: np.void, _: int) -> tuple[float, float]:
    """That of the last window."""
    return signal["shape_statistic"], signal["shape_height"]


def says(at: Detected, row: Row, direction: int) -> Finding:
    """A change of the distribution; that of a number is measured against the reference."""
    made = finding(at, row, last_values(row.signal, SHAPE_WINDOW, direction, at))
    return replace(made, before=made.before if made.share else reference_moments(row.signal), of="shape")


TEST = KernelTest(
    "shape", 1.0, "numbers", set_threshold, direction, statistic, says, of="shape", lasts=itemgetter("odd")
)
