"""The test for a change of variance: log-likelihood ratios of innovations with twice and half the variance.

A test of the mean never sees it. The variance of the reference is known from so many values only (fewer
independent ones where they are autocorrelated), so each side gives away one standard error of it
(`spread_error`).

A sum of log-likelihood ratios solves Lundberg's equation with theta = 1, so one side fires after about
(exp(b) - b - 1) / |mean ratio| values, b = h + correction (Siegmund, 1985, eq. 2.57). The correction is the
mean overshoot: upwards that of a chi-square tail, (ratio - 1) / 2 · its mean residual 1.
"""

from dataclasses import replace
from functools import lru_cache
from math import expm1, inf, log, sqrt
from operator import itemgetter
from typing import Any

import numpy as np

from driftline.detectors.calibration.crossings import crossed_by, raised_variance
from driftline.detectors.calibration.run_length import bisect
from driftline.detectors.compiled import inner
from driftline.detectors.evidence.kernel_test import KernelTest
from driftline.detectors.findings import Detected, Finding, finding, last_values, sized
from driftline.detectors.kernels.crossings import (
    LEVELS,
    NARROWER_SUM,
    WIDER_SUM,
    count_crossings,
    forget_crossings,
)
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.arrays import Row
from driftline.detectors.state.fields import TEST_NAMES
from driftline.detectors.state.lanes import VARIANCE_RATIO
from driftline.detectors.statistics.windows import told_spread

NUMBER = TEST_NAMES.index("variance")
HALF_LOG = log(VARIANCE_RATIO) / 2
WIDER = (1 - 1 / VARIANCE_RATIO) / 2
NARROWER = (VARIANCE_RATIO - 1) / 2
OVERSHOOT = 0.7
# By so much a variance that a cycle moves differs from that of late, or from that of the reference.
MOVED, MOVED_FAR = 0.1, 0.3
STEP_MAX = 0.2  # sd: elsewhere under the reference scores have another spread, as when a signal is away
SPREAD_MAX = 1e4  # times the variance; what is beyond changes nothing more
LEAST = 1e-6  # a sum of squares is told as this at least: a ratio of 0 has no logarithm
SAME = 0.2  # a variance within e^±0.2 of the reference's is back
# The values that made a change certain are not like those after it: what the variance has become is
# said again from so many of these, then from twice as many (judged; 256 does no better in the grid).
KNOWN_FROM = 128.0
# Standard errors of so many values: what lasted would outweigh for as long again what comes when it is over.
LIKE_THE_REFERENCE, UNLIKE_OF_LATE = 2.0, 4.0
KNOWN_BETTER = 2  # of `widened`, beside ±1 for a detection


@inner
def run_variance(signal: Any, scratch: Scratch, count: int) -> tuple[int, int]:
    """Takes up to `count` anchored innovations; returns how many, and ±1 when the last one fired, 2 when a
    block of values since it did is whole, else 0.
    """
    height = signal["spread_height"]
    error = signal["spread_error"]
    of_late = signal["variance_memory"] > 0
    if of_late:
        error += MOVED if signal["local"] == 0 else MOVED_FAR  # nobody knows yet how far it goes
    elif signal["moved"] != 0:
        error += MOVED_FAR
    sums, long_run = signal["spreads"], signal["long_run"]
    wider, narrower = sums[0], sums[1]
    notable = min(height, LEVELS[0, WIDER_SUM])
    stay, stays = signal["spread_stay"], signal["spread"] != 1.0
    for place in range(count):
        if abs(scratch.steps[place]) > STEP_MAX:
            continue
        square = scratch.anchored[place] * scratch.anchored[place] * long_run
        given = error + sqrt(1.0 / (scratch.known[place] + 1.0)) if of_late else error
        was_wider, was_narrower = wider[0], narrower[0]
        advance_sum(wider, WIDER * square / (1.0 + given) - HALF_LOG, square)
        advance_sum(narrower, HALF_LOG - NARROWER * square * (1.0 + given), square)
        if max(wider[0], narrower[0]) > notable:
            count_crossings(signal, WIDER_SUM, was_wider, wider[0])
            count_crossings(signal, NARROWER_SUM, was_narrower, narrower[0])
            fired = 1 if wider[0] > height else -1 if narrower[0] > height else 0
            if fired != 0:
                forget_crossings(signal, WIDER_SUM, wider[0])
                forget_crossings(signal, NARROWER_SUM, narrower[0])
                return place + 1, fired
        if stays:
            stay[0] += 1.0
            stay[1] += square
            if stay[0] % KNOWN_FROM == 0.0:
                return place + 1, KNOWN_BETTER
    return count, 0


@inner
def is_checked(count: float) -> bool:
    """Whether a count is `KNOWN_FROM` · 2^k."""
    while count > KNOWN_FROM:
        count /= 2.0
    return bool(count == KNOWN_FROM)


@inner
def advance_sum(sums: Any, step: float, square: float) -> None:
    """One step of a sum that is never below 0; with it, count and squares since it last was 0."""
    if sums[0] + step <= 0.0:
        sums[0] = sums[1] = sums[2] = 0.0
        return
    sums[0] += step
    sums[1] += 1.0
    sums[2] += square


@inner
def begin_spread(signal: Any, widened: int) -> None:
    """The variance since the change is the one to measure from, 1 when it is back: after a detection the mean
    square since its sum rose, later that of all values after it.

    The few values that a test fired at say little: what is 0.7 by them would be another variance until a test
    finds what is none. So later ones say that it is back where they cannot tell it from the reference's, by
    two standard errors.
    """
    stay = signal["spread_stay"]
    if widened == KNOWN_BETTER:
        count = stay[0]
        if ends_with(signal, (stay[1] - stay[2]) / KNOWN_FROM):
            signal["spread"] = 1.0
        elif is_checked(count):
            stay[1] = count * spread_of(signal, count, stay[1], max(SAME, 2.0 * sqrt(2.0 / count)))
        stay[2] = stay[1]
        return
    sums = signal["spreads"][0 if widened > 0 else 1]
    spread_of(signal, max(sums[1], 1.0), sums[2], SAME)
    stay[0] = stay[1] = stay[2] = 0.0
    stay[3] = signal["sigma"]


@inner
def ends_with(signal: Any, mean_square: float) -> bool:
    """Whether another variance ends with a block of KNOWN_FROM values, whose mean square is measured in it:
    they are as wide as the reference was when it began, and surely not as it. What it has taught since
    (`whiten_again`) does not count: what lasts would be over as soon as it is learned.
    """
    error, square = sqrt(2.0 * signal["long_run_squares"] / KNOWN_FROM), max(mean_square, LEAST)
    since = signal["sigma"] / signal["spread_stay"][3]
    is_back = abs(log(square * signal["spread"] * since * since)) <= LIKE_THE_REFERENCE * error
    return bool(is_back and abs(log(square)) >= UNLIKE_OF_LATE * error)


@inner
def spread_of(signal: Any, count: float, squares: float, same: float) -> float:
    """Sets the variance to that of so many squares, or to 1 within e^±same of it; returns the mean square
    measured in that.

    Known from few values, it is taken for a standard error larger: the tests of the mean rely on it.
    """
    margin = 1.0 + sqrt(2.0 / count)
    spread = signal["spread"] * max(squares / count, 0.01)
    is_back = abs(log(spread)) <= same
    signal["spread"] = 1.0 if is_back else min(max(spread * margin, 1.0 / SPREAD_MAX), SPREAD_MAX)
    return 1.0 / margin


@inner
def forget_sums(signal: Any) -> None:
    """Begins anew."""
    for side in range(2):
        for number in range(3):
            signal["spreads"][side, number] = 0.0


def set_threshold(signal: np.void, every: float) -> None:
    """For `every` values between false alarms, where squares vary more, or their sums cross more often."""
    height = variance_height(every)
    raised = raised_variance(height, crossed_by(signal))
    signal["spread_height"] = max(height * float(signal["long_run_squares"]), raised)
    if signal["rough"]:  # which says nothing of spread yet
        signal["spread_height"] = inf


@lru_cache(maxsize=4096)
def variance_height(false_alarm_every: float) -> float:
    """The threshold, for a mean number of values between false alarms of both sides together."""
    wider, narrower = abs(WIDER - HALF_LOG), abs(HALF_LOG - NARROWER)

    def excess(height: float) -> float:
        b = height + OVERSHOOT
        crossings = expm1(b) - b if b < 700 else inf
        return crossings / (wider + narrower) - false_alarm_every

    return bisect(excess, 0.0, 1e3)


@inner
def statistic(signal: np.void, direction: int) -> tuple[float, float]:
    """The sum for a wider or a narrower variance."""
    return signal["spreads"][0 if direction > 0 else 1, 0], signal["spread_height"]


def says(at: Detected, row: Row, direction: int) -> Finding:
    """A change of the variance since its sum rose: its effect says how much wider than the reference."""
    _, count, squares = row.signal["spreads"][0 if direction > 0 else 1].tolist()
    ratio = sqrt(float(row.signal["spread"]) * max(squares, LEAST) / max(count, 1.0))
    made = finding(at, row, last_values(row.signal, count, direction, at))
    before, after = told_spread(row.signal, count, ratio)
    return sized(replace(made, before=before, after=after, effect_size_sd=ratio - 1, of="variance"))


TEST = KernelTest(
    "variance",
    1.5,
    "numbers",
    set_threshold,
    itemgetter("widened"),
    statistic,
    says,
    of="variance",
    lasts=lambda signal: bool(signal["spread"] != 1.0),
)
