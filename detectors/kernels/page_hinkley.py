"""Page-Hinkley as river computes it, and the change point that its sums point at."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.kernels.compiled import compiled
from detectors.kernels.scratch import Batch, Scratch

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
def detect(signal: Any, scores: NDArray[np.float64], count: int) -> tuple[int, int, int]:
    """river.drift.PageHinkley (alpha 1, both directions) on `count` scores, up to its first detection.

    Returns how many scores it took, and the places of the last new minimum of `increase` and maximum of
    `decrease`, -1 where there was none. Sets drift to +1 or -1 at a detection.
    """
    instances, mean = signal["instances"], signal["mean"]
    delta, threshold = signal["delta"], signal["threshold"]
    increase, decrease = signal["increase"], signal["decrease"]
    increase_min, decrease_max = signal["increase_min"], signal["decrease_max"]
    taken, rise, fall, drift = 0, -1, -1, 0
    while taken < count and drift == 0:
        score = scores[taken]
        instances += 1
        mean += (1.0 / instances) * (score - mean)
        deviation = score - mean
        increase = increase + deviation - delta
        decrease = decrease + deviation + delta
        if increase < increase_min:
            increase_min = increase
            rise = taken
        if decrease > decrease_max:
            decrease_max = decrease
            fall = taken
        taken += 1
        if instances >= INSTANCES_MIN:
            if increase - increase_min > threshold:
                drift = 1
            elif decrease_max - decrease > threshold:
                drift = -1
    signal["instances"], signal["mean"], signal["drift"] = instances, mean, drift
    signal["increase"], signal["decrease"] = increase, decrease
    signal["increase_min"], signal["decrease_max"] = increase_min, decrease_max
    return taken, rise, fall


@compiled
def prime(signal: Any, scores: NDArray[np.float64]) -> None:
    """Shows the test the scores of a reference, as if it had watched it."""
    detect(signal, scores, scores.shape[0])
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
    signal["rise"][:] = 0.0
    signal["fall"][:] = 0.0
    reset(signal)


@compiled
def add_totals(signal: Any, scratch: Scratch, taken: int) -> None:
    """Adds values to the totals of the level, and notes them after each value."""
    level = signal["level"]
    number, total, squares, score = level[0], level[1], level[2], level[3]
    origin = signal["origin"]
    for place in range(taken):
        deviation = scratch.values[place] - origin
        number += 1.0
        total += deviation
        squares += deviation * deviation
        score += scratch.scores[place]
        scratch.totals[place, 0] = number
        scratch.totals[place, 1] = total
        scratch.totals[place, 2] = squares
        scratch.totals[place, 3] = score
    level[0], level[1], level[2], level[3] = number, total, squares, score


@compiled
def mark_rise(signal: Any, batch: Batch, scratch: Scratch, place: int, taken: int) -> None:
    """The totals at the last minimum of `increase`, and when the value after it came (0 before it has)."""
    if place >= 0:
        signal["rise"][:] = scratch.totals[place]
        signal["rise_ms"] = signal["rise_offset"] = 0
    if place + 1 < taken and signal["rise"][0] == scratch.totals[place + 1, 0] - 1.0:
        row = scratch.rows[place + 1]
        signal["rise_ms"] = batch.times_ms[row]
        signal["rise_offset"] = batch.offsets[row]


@compiled
def mark_fall(signal: Any, batch: Batch, scratch: Scratch, place: int, taken: int) -> None:
    """The totals at the last maximum of `decrease`, and when the value after it came (0 before it has)."""
    if place >= 0:
        signal["fall"][:] = scratch.totals[place]
        signal["fall_ms"] = signal["fall_offset"] = 0
    if place + 1 < taken and signal["fall"][0] == scratch.totals[place + 1, 0] - 1.0:
        row = scratch.rows[place + 1]
        signal["fall_ms"] = batch.times_ms[row]
        signal["fall_offset"] = batch.offsets[row]


@compiled
def watch(signal: Any, batch: Batch, scratch: Scratch, count: int) -> int:
    """Takes up to `count` values, ending at a change or where its level asks for calibration; how many.

    The totals at the last minimum of `increase` (maximum of `decrease`) are kept: what came after is the
    maximum likelihood estimate of the values since a change upwards (downwards).
    """
    if signal["drift"] != 0:
        begin_level(signal)
    room = int(min(signal["recalibrate"] - signal["level"][0], float(count)))
    taken, rise, fall = detect(signal, scratch.scores, room)
    add_totals(signal, scratch, taken)
    mark_rise(signal, batch, scratch, rise, taken)
    mark_fall(signal, batch, scratch, fall, taken)
    return taken
