"""The test for a change of variance: log-likelihood ratios of innovations with twice and half the variance.

A test of the mean never sees it. The variance of the reference is known from so many values only (fewer
independent ones where they are autocorrelated), so each side gives away one standard error of it
(`spread_error`).
"""

from math import log, sqrt
from typing import Any

from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.crossings import (
    LEVELS,
    NARROWER_SUM,
    WIDER_SUM,
    count_crossings,
    forget_crossings,
)
from driftline.detectors.kernels.lanes import VARIANCE_RATIO
from driftline.detectors.kernels.scratch import Scratch

HALF_LOG = log(VARIANCE_RATIO) / 2
WIDER = (1 - 1 / VARIANCE_RATIO) / 2
NARROWER = (VARIANCE_RATIO - 1) / 2
# By so much a variance that a cycle moves differs from that of late, or from that of the reference.
MOVED, MOVED_FAR = 0.1, 0.3
STEP_MAX = 0.2  # sd: elsewhere under the reference scores have another spread, as when a signal is away
SPREAD_MAX = 1e4  # times the variance; what is beyond changes nothing more
SAME = 0.2  # a variance within e^±0.2 of the reference's is back


@inner
def run_variance(signal: Any, scratch: Scratch, count: int) -> tuple[int, int]:
    """Takes up to `count` anchored innovations; returns how many, and ±1 when the last one fired, else 0."""
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
    return count, 0


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
def begin_spread(signal: Any, direction: int) -> None:
    """After a detection: the variance since the change is the one to measure from, 1 when it is back.

    Known from few values, it is taken for a standard error larger: the tests of the mean rely on it.
    """
    sums = signal["spreads"][0 if direction > 0 else 1]
    count = max(sums[1], 1.0)
    spread = signal["spread"] * max(sums[2] / count, 0.01) * (1.0 + sqrt(2.0 / count))
    spread = min(max(spread, 1.0 / SPREAD_MAX), SPREAD_MAX)
    signal["spread"] = spread if abs(log(spread)) > SAME else 1.0


@inner
def forget_sums(signal: Any) -> None:
    """Begins anew."""
    for side in range(2):
        for number in range(3):
            signal["spreads"][side, number] = 0.0
