"""All tests of the kernel, and what goes through all of them.

A new one has a file of its own, a row here, and its lines in the two compiled functions, which cannot go
through a list.
"""

from collections.abc import Sequence
from math import log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import compiled, inner
from driftline.detectors.evidence import dependence, e_detector, page_hinkley, variance
from driftline.detectors.evidence import shape as shape_test
from driftline.detectors.evidence.kernel_test import part
from driftline.detectors.kernels.change_point import look_at_the_clock
from driftline.detectors.kernels.scratch import Batch, Scratch, note
from driftline.detectors.state.fields import Changed, Records

TESTS = (page_hinkley.TEST, e_detector.TEST, variance.TEST, shape_test.TEST, dependence.TEST)
"""In the order of `TEST_NAMES`: the place of a test is its bit in `tested`, and its place in `shares`."""

WEIGHTS = {**{test.name: test.weight for test in TESTS}, "adwin": 0.75}
"""By which detectors share the false alarms of a signal.

The fast path (the e-detector) gets most, since every share a detector does not get makes it slower.
Page-Hinkley and ADWIN see again what it sees, so little is lost by asking more of them.
"""
OTHER_WEIGHT = 1.0


def shares_of(names: Sequence[str]) -> dict[str, float]:
    """The share of each detector, by name; together they are 1."""
    weights = {name: WEIGHTS.get(name, OTHER_WEIGHT) for name in names}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def differs_in(signal: np.void) -> frozenset[Changed]:
    """What else than its mean is another one now, by the tests that have found it so."""
    return frozenset(test.of for test in TESTS if test.lasts is not None and test.lasts(signal))


@inner
def tell(signal: Any, shape: Any, batch: Batch, scratch: Scratch, taken: int) -> None:
    """Notes the detections of a chunk that are asked for, and runs the tests that stop nothing."""
    tested = signal["tested"]
    if signal["rough"] != 0:  # so few values say something of the mean alone
        tested &= 1 << e_detector.NUMBER
    if taken > 0 and signal["turned"] != 0 and tested >> e_detector.NUMBER & 1:
        note(scratch, taken - 1, e_detector.NUMBER)
    if taken > 0 and abs(signal["widened"]) == 1 and tested >> variance.NUMBER & 1:
        note(scratch, taken - 1, variance.NUMBER)
    told = signal["ph_told"]
    page_hinkley.run_page_hinkley(signal, scratch, taken, tested >> page_hinkley.NUMBER & 1 != 0)
    if signal["ph_told"] > told:
        look_at_the_clock(signal)
    if tested >> shape_test.NUMBER & 1:
        shape_test.run_shape(signal, shape, batch, scratch, taken)
    if tested >> dependence.NUMBER & 1:
        dependence.run_dependence(signal, scratch, taken)


@inner
def nearest_test(signal: Any) -> float:
    """How near the tests that a signal has are to their thresholds, the nearest one as a part of its."""
    tested, nearest = signal["tested"], 0.0
    for direction in (1, -1):
        if tested >> page_hinkley.NUMBER & 1:
            nearest = max(nearest, part(*page_hinkley.statistic(signal, direction)))
        if tested >> variance.NUMBER & 1:
            nearest = max(nearest, part(*variance.statistic(signal, direction)))
        if tested >> shape_test.NUMBER & 1:
            nearest = max(nearest, part(*shape_test.statistic(signal, direction)))
        if tested >> dependence.NUMBER & 1:
            nearest = max(nearest, part(*dependence.statistic(signal, direction)))
    if tested >> e_detector.NUMBER & 1:
        evidence, threshold = e_detector.statistic(signal, 1)
        nearest = max(nearest, part(log1p(evidence), log1p(threshold)))
    return nearest


def nearness_of(signals: Records) -> NDArray[np.float64]:
    """The largest statistic of the kernel's tests as a part of its threshold, 0 to 1 [signals].

    Of the e-detector, whose evidence multiplies, their logarithms. 0 before a signal is armed. Read from the
    records, which it does not change. A test starts again once it has found something, so a signal whose
    incident is open may be near nothing. ADWIN has no statistic between its cuts.
    """
    nearness = np.empty(len(signals))
    write_nearness(signals, nearness)
    return nearness


@compiled
def write_nearness(signals: Records, nearness: NDArray[np.float64]) -> None:
    """`nearness_of`, into an array that is there: one pass over all signals of a bank."""
    for index in range(len(signals)):
        signal = signals[index]
        nearness[index] = min(nearest_test(signal), 1.0) if signal["armed"] != 0 else 0.0
