"""Page-Hinkley as river computes it, and the change point that its sums point at."""

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
def update(signal: Any, score: float) -> None:
    """One step of river.drift.PageHinkley (alpha 1, both directions); sets drift to +1, -1 or 0."""
    signal["instances"] += 1
    signal["mean"] += (1.0 / signal["instances"]) * (score - signal["mean"])
    deviation = score - signal["mean"]
    signal["increase"] = signal["increase"] + deviation - signal["delta"]
    signal["decrease"] = signal["decrease"] + deviation + signal["delta"]
    if signal["increase"] < signal["increase_min"]:
        signal["increase_min"] = signal["increase"]
    if signal["decrease"] > signal["decrease_max"]:
        signal["decrease_max"] = signal["decrease"]
    if signal["instances"] >= INSTANCES_MIN:
        if signal["increase"] - signal["increase_min"] > signal["threshold"]:
            signal["drift"] = 1
        elif signal["decrease_max"] - signal["decrease"] > signal["threshold"]:
            signal["drift"] = -1


@compiled
def prime(signal: Any, scores: NDArray[np.float64]) -> None:
    """Shows the test the scores of a reference, as if it had watched it."""
    for score in scores:
        update(signal, score)
        if signal["drift"] != 0:
            reset(signal)


@compiled
def begin_level(signal: Any) -> None:
    """After a detection: the values since the change point are the new level, those before it the old one."""
    up = signal["drift"] > 0
    mark = signal["rise"] if up else signal["fall"]
    for moment in range(4):
        signal["before"][moment] = mark[moment]
        signal["level"][moment] -= mark[moment]
    signal["level_direction"] = signal["drift"]
    signal["level_ms"] = signal["rise_ms"] if up else signal["fall_ms"]
    signal["level_offset"] = signal["rise_offset"] if up else signal["fall_offset"]
    for moment in range(4):
        signal["rise"][moment] = 0.0
        signal["fall"][moment] = 0.0
    reset(signal)


@compiled
def watch(signal: Any, value: float, score: float, time_ms: int, offset: int) -> None:
    """One value for the test and for the totals of its level.

    The totals at the last minimum of `increase` (maximum of `decrease`) are kept: what came after them is the
    maximum likelihood estimate of the values since a change upwards (downwards).
    """
    if signal["drift"] != 0:
        begin_level(signal)
    level = signal["level"]
    if level[0] == signal["rise"][0]:
        signal["rise_ms"] = time_ms
        signal["rise_offset"] = offset
    if level[0] == signal["fall"][0]:
        signal["fall_ms"] = time_ms
        signal["fall_offset"] = offset
    deviation = value - signal["origin"]
    level[0] += 1.0
    level[1] += deviation
    level[2] += deviation * deviation
    level[3] += score
    update(signal, score)
    if signal["increase"] == signal["increase_min"]:
        for moment in range(4):
            signal["rise"][moment] = level[moment]
    if signal["decrease"] == signal["decrease_max"]:
        for moment in range(4):
            signal["fall"][moment] = level[moment]
