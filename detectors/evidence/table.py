"""All tests of the kernel. A new one has a file of its own, a row here, and its lines in the two compiled
functions that cannot go through a list.
"""

from typing import Any

from driftline.detectors.evidence import cusum, e_detector, page_hinkley, variance
from driftline.detectors.evidence import shape as shape_test
from driftline.detectors.evidence.kernel_test import part
from driftline.detectors.kernels.change_point import look_at_the_clock
from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.scratch import Batch, Scratch, note

TESTS = (page_hinkley.TEST, cusum.TEST, e_detector.TEST, variance.TEST, shape_test.TEST)
"""In the order of `TEST_NAMES`: the place of a test is its bit in `tested`, and its place in `shares`."""


@inner
def tell(signal: Any, shape: Any, batch: Batch, scratch: Scratch, taken: int) -> None:
    """Notes the detections of a chunk that are asked for, and runs the tests that stop nothing."""
    tested = signal["tested"]
    if signal["rough"] != 0:  # so few values say something of the mean alone
        tested &= (1 << cusum.NUMBER) | (1 << e_detector.NUMBER)
    for test in (cusum.NUMBER, e_detector.NUMBER):  # of which a signal has one
        if taken > 0 and signal["turned"] != 0 and tested >> test & 1:
            note(scratch, taken - 1, test)
    if taken > 0 and signal["widened"] != 0 and tested >> variance.NUMBER & 1:
        note(scratch, taken - 1, variance.NUMBER)
    told = signal["ph_told"]
    page_hinkley.run_page_hinkley(signal, scratch, taken, tested >> page_hinkley.NUMBER & 1 != 0)
    if signal["ph_told"] > told:
        look_at_the_clock(signal)
    if tested >> shape_test.NUMBER & 1:
        shape_test.run_shape(signal, shape, batch, scratch, taken)


@inner
def nearest_test(signal: Any) -> float:
    """How near the tests that a signal has are to their thresholds, the nearest one as a part of its."""
    tested, nearest = signal["tested"], 0.0
    for direction in (1, -1):
        if tested >> page_hinkley.NUMBER & 1:
            nearest = max(nearest, part(*page_hinkley.statistic(signal, direction)))
        if tested >> cusum.NUMBER & 1:
            nearest = max(nearest, part(*cusum.statistic(signal, direction)))
        if tested >> variance.NUMBER & 1:
            nearest = max(nearest, part(*variance.statistic(signal, direction)))
        if tested >> shape_test.NUMBER & 1:
            nearest = max(nearest, part(*shape_test.statistic(signal, direction)))
    if tested >> e_detector.NUMBER & 1:
        nearest = max(nearest, part(e_detector.mixed_evidence(signal), signal["heights"][0]))
    return nearest
