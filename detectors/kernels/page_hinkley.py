"""Page-Hinkley as river computes it."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.compiled import compiled

INSTANCES_MIN = 30  # river's default


@compiled
def reset(signal: Any) -> None:
    """As river: the test forgets everything about the level before a detection."""
    signal["instances"] = 0
    signal["mean"] = 0.0
    signal["increase"] = 0.0
    signal["decrease"] = 0.0
    signal["increase_min"] = inf
    signal["decrease_max"] = -1.0
    signal["drift"] = 0


@compiled
def detect(signal: Any, scores: NDArray[np.float64], deviations: NDArray[np.float64], count: int) -> int:
    """river.drift.PageHinkley (alpha 1, both directions) on `count` scores, up to its first detection.

    Returns how many scores it took, and writes how far each was from the running mean. Sets drift to +1 or -1
    at a detection.
    """
    instances, mean = signal["instances"], signal["mean"]
    delta, threshold = signal["delta"], signal["threshold"]
    increase, decrease = signal["increase"], signal["decrease"]
    increase_min, decrease_max = signal["increase_min"], signal["decrease_max"]
    taken, drift = 0, 0
    while taken < count and drift == 0:
        score = scores[taken]
        instances += 1
        mean += (1.0 / instances) * (score - mean)
        deviation = score - mean
        deviations[taken] = deviation
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
    signal["instances"], signal["mean"], signal["drift"] = instances, mean, drift
    signal["increase"], signal["decrease"] = increase, decrease
    signal["increase_min"], signal["decrease_max"] = increase_min, decrease_max
    return taken


@compiled
def prime(signal: Any, scores: NDArray[np.float64]) -> None:
    """Shows the test the scores of a reference, as if it had watched it."""
    detect(signal, scores, np.empty(scores.shape[0]), scores.shape[0])
    if signal["drift"] != 0:
        reset(signal)
