"""Page-Hinkley as river computes it."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.compiled import compiled, inner
from driftline.detectors.kernels.scratch import Scratch, note
from driftline.detectors.state.fields import TEST_NAMES

PAGE_HINKLEY = TEST_NAMES.index("page_hinkley")
INSTANCES_MIN = 30  # river's default


@inner
def reset(signal: Any) -> None:
    """As river: the test forgets everything about the level before a detection."""
    signal["ph_instances"] = 0
    signal["ph_mean"] = 0.0
    signal["ph_increase"] = 0.0
    signal["ph_decrease"] = 0.0
    signal["ph_increase_min"] = inf
    signal["ph_decrease_max"] = -1.0
    signal["ph_drift"] = 0


@compiled
def detect(signal: Any, scores: NDArray[np.float64]) -> int:
    """river.drift.PageHinkley (alpha 1, both directions) on scores, up to a detection.

    Returns how many it took. Sets drift to +1 or -1 at a detection.
    """
    instances, mean = signal["ph_instances"], signal["ph_mean"]
    delta, threshold = signal["ph_delta"], signal["ph_threshold"]
    increase, decrease = signal["ph_increase"], signal["ph_decrease"]
    increase_min, decrease_max = signal["ph_increase_min"], signal["ph_decrease_max"]
    taken, drift = 0, 0
    while taken < scores.shape[0] and drift == 0:
        score = scores[taken]
        instances += 1
        mean += (1.0 / instances) * (score - mean)
        deviation = score - mean
        increase = increase + deviation - delta
        decrease = decrease + deviation + delta
        increase_min = min(increase_min, increase)
        decrease_max = max(decrease_max, decrease)
        taken += 1
        if instances >= INSTANCES_MIN:
            if increase - increase_min > threshold:
                drift = 1
            elif decrease_max - decrease > threshold:
                drift = -1
    signal["ph_instances"], signal["ph_mean"], signal["ph_drift"] = instances, mean, drift
    signal["ph_increase"], signal["ph_decrease"] = increase, decrease
    signal["ph_increase_min"], signal["ph_decrease_max"] = increase_min, decrease_max
    return taken


@compiled
def prime(signal: Any, scores: NDArray[np.float64]) -> None:
    """Shows the test the scores of a reference, as if it had watched it."""
    detect(signal, scores)
    if signal["ph_drift"] != 0:
        reset(signal)


@inner
def run_page_hinkley(signal: Any, scratch: Scratch, count: int, tested: bool) -> None:
    """Shows the test the innovations of a chunk and notes its detections."""
    place = 0
    while place < count:
        if signal["ph_drift"] != 0:
            reset(signal)
        place += detect(signal, scratch.innovations[place:count])
        if signal["ph_drift"] != 0:
            signal["ph_told"] += 1
        if signal["ph_drift"] != 0 and tested:
            note(scratch, place - 1, PAGE_HINKLEY)
