"""All tests of the kernel. A new one has a file of its own, a row here, and its lines in the two compiled
functions that cannot go through a list.
"""

from typing import Any

from driftline.detectors.evidence import cusum, e_detector, page_hinkley, shape, variance
from driftline.detectors.evidence.cusum import CUSUM, cusum_statistic
from driftline.detectors.evidence.e_detector import E_DETECTOR, mixed_evidence
from driftline.detectors.evidence.kernel_test import part
from driftline.detectors.evidence.page_hinkley import page_hinkley_statistic
from driftline.detectors.evidence.shape import SHAPE, run_shape, shape_statistic
from driftline.detectors.evidence.variance import VARIANCE, variance_statistic
from driftline.detectors.kernels.change_point import look_at_the_clock
from driftline.detectors.kernels.compiled import inner
from driftline.detectors.kernels.page_hinkley import PAGE_HINKLEY, run_page_hinkley
from driftline.detectors.kernels.scratch import Batch, Scratch, note

TESTS = (page_hinkley.TEST, cusum.TEST, e_detector.TEST, variance.TEST, shape.TEST)
"""In the order of `TEST_NAMES`: the place of a test is its bit in `tested`, and its place in `shares`."""


@inner
def tell(signal: Any, shape: Any, batch: Batch, scratch: Scratch, taken: int) -> None:
    """Notes the detections of a chunk that are asked for, and runs the tests that stop nothing."""
    tested = signal["tested"]
    if signal["rough"] != 0:  # so few values say something of the mean alone
        tested &= (1 << CUSUM) | (1 << E_DETECTOR)
    for test in (CUSUM, E_DETECTOR):  # of which a signal has one
        if taken > 0 and signal["turned"] != 0 and tested >> test & 1:
            note(scratch, taken - 1, test)
    if taken > 0 and signal["widened"] != 0 and tested >> VARIANCE & 1:
        note(scratch, taken - 1, VARIANCE)
    told = signal["ph_told"]
    run_page_hinkley(signal, scratch, taken, tested >> PAGE_HINKLEY & 1 != 0)
    if signal["ph_told"] > told:
        look_at_the_clock(signal)
    if tested >> SHAPE & 1:
        run_shape(signal, shape, batch, scratch, taken)


@inner
def nearest_test(signal: Any) -> float:
    """How near the tests that a signal has are to their thresholds, the nearest one as a part of its."""
    tested, nearest = signal["tested"], 0.0
    for direction in (1, -1):
        if tested >> PAGE_HINKLEY & 1:
            nearest = max(nearest, part(*page_hinkley_statistic(signal, direction)))
        if tested >> CUSUM & 1:
            nearest = max(nearest, part(*cusum_statistic(signal, direction)))
        if tested >> VARIANCE & 1:
            nearest = max(nearest, part(*variance_statistic(signal, direction)))
        if tested >> SHAPE & 1:
            nearest = max(nearest, part(*shape_statistic(signal, direction)))
    if tested >> E_DETECTOR & 1:
        nearest = max(nearest, part(mixed_evidence(signal), signal["heights"][0]))
    return nearest
