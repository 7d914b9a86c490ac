"""Scores in blocks: for the per-signal detectors, and for the confirmation of an alarm."""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import compiled, inner
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.fields import RING_BLOCKS, Records


class Emissions(NamedTuple):
    """Block means for the per-signal detectors: signal i's stand at first[i] … last[i] - 1."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    scores: NDArray[np.float64]
    rows: NDArray[np.int64]


def room_for_emissions(signals: Records, rows: int) -> Emissions:
    """Room for every score that the per-signal detectors can get from so many rows."""
    first = np.empty(len(signals), np.int64)
    end = place_emissions(signals, rows, first)
    return Emissions(first, first.copy(), np.empty(end), np.empty(end, np.int64))


@compiled
def place_emissions(signals: Records, rows: int, first: NDArray[np.int64]) -> int:
    """Writes where the scores of each signal begin; returns how many there may be in all."""
    end = 0
    for index in range(signals.shape[0]):
        signal = signals[index]
        first[index] = end
        if signal["watched"] != 0:
            armed = signal["armed"] != 0 and signal["rough"] == 0
            end += rows // max(signal["every"], 1) + 1 if armed else rows + 1
    return end


@inner
def emit(signal: Any, index: int, scratch: Scratch, count: int, emissions: Emissions) -> None:
    """Adds scores to the signal's block and hands complete blocks to its detectors.

    A block's mean is multiplied by sqrt(k), so that it has the variance of a single innovation. A level that
    became the level to be measured from is no change for them: what they see goes on where it was.
    """
    every = signal["every"]
    block_sum, block_count = signal["block_sum"], signal["block_count"]
    unit, carried = sqrt(float(every)), signal["carried"]
    watched = signal["watched"] != 0 and signal["rough"] == 0
    end = emissions.last[index]
    for place in range(count):
        block_sum += scratch.innovations[place] + carried
        block_count += 1
        if block_count >= every:
            if watched:
                emissions.scores[end] = block_sum / unit
                emissions.rows[end] = scratch.rows[place]
                end += 1
            block_sum = 0.0
            block_count = 0
    signal["emitted"] += end - emissions.last[index]
    emissions.last[index] = end
    signal["block_sum"], signal["block_count"] = block_sum, block_count


@inner
def confirm(signal: Any, scratch: Scratch, count: int, block: int) -> None:
    """Adds scores to the ring of block means by which an alarm is confirmed."""
    ring_sum, ring_count = signal["ring_sum"], signal["ring_count"]
    for place in range(count):
        ring_sum += scratch.scores[place]
        ring_count += 1
        if ring_count >= block:
            signal["ring"][signal["rings"] % RING_BLOCKS] = ring_sum / ring_count
            signal["rings"] += 1
            ring_sum = 0.0
            ring_count = 0
    signal["ring_sum"], signal["ring_count"] = ring_sum, ring_count
