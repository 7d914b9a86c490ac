"""The sliding recent window: moments, extremes, missing values and a histogram, in two halves."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.reading import is_number
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.fields import REPEAT_SLOTS

LARGEST_CODE = 65_535  # that two bytes hold; one beyond counts as any other


@inner
def turn(signal: Any) -> None:
    """The half that is full becomes the one before, and an empty one begins."""
    recent = signal["recent"]
    for moment in range(recent.shape[1]):
        recent[1, moment] = recent[0, moment]
        recent[0, moment] = 0.0
    recent[0, 3] = inf
    recent[0, 4] = -inf
    signal["gaps"][1] = signal["gaps"][0]
    signal["gaps"][0] = 0


@inner
def turn_cells(cells: NDArray[np.uint16]) -> None:
    """The same for the histogram."""
    for cell in range(cells.shape[1]):
        cells[1, cell] = cells[0, cell]
        cells[0, cell] = 0


@inner
def has_cells(signal: Any) -> bool:
    """Whether its values are counted by cell: of numbers and categories, once the reference made cells."""
    return bool(is_number(signal) and signal["armed"] != 0)


@inner
def add_gaps(signal: Any, gaps: int) -> None:
    """Counts missing values."""
    signal["missing"] += gaps
    signal["gaps"][0] += gaps


@inner
def remember(signal: Any, cells: NDArray[np.uint16], scratch: Scratch, count: int, window: int) -> None:
    """Adds `count` values and the missing ones before each; cells [2, cells]: their histogram."""
    place, counted = 0, has_cells(signal)
    while place < count:
        if signal["recent"][0, 0] >= window:
            add_gaps(signal, scratch.gaps[place])
            scratch.gaps[place] = 0
            turn(signal)
            if counted:
                turn_cells(cells)
        room = window - int(signal["recent"][0, 0])
        end = min(count, place + room)
        remember_half(signal, scratch, place, end)
        if counted:
            count_in_cells(cells, scratch, place, end)
        place = end


@inner
def remember_half(signal: Any, scratch: Scratch, start: int, end: int) -> None:
    """Adds values that all belong to the half being filled."""
    recent = signal["recent"]
    anchor, origin = signal["anchor"], signal["origin"]
    total, squares, low, high, score = recent[0, 1], recent[0, 2], recent[0, 3], recent[0, 4], recent[0, 5]
    gaps = 0
    for place in range(start, end):
        value = scratch.values[place]
        deviation = value - anchor - origin
        total += deviation
        squares += deviation * deviation
        low = min(low, value)
        high = max(high, value)
        score += scratch.scores[place]
        gaps += scratch.gaps[place]
    recent[0, 0] += end - start
    recent[0, 1], recent[0, 2], recent[0, 3], recent[0, 4], recent[0, 5] = total, squares, low, high, score
    add_gaps(signal, gaps)


@inner
def count_in_cells(cells: NDArray[np.uint16], scratch: Scratch, start: int, end: int) -> None:
    """Counts values of the half being filled by their cells."""
    for place in range(start, end):
        cells[0, scratch.cells[place]] += 1


@inner
def gaps_among(scratch: Scratch, start: int, end: int) -> int:
    """How many missing values come before values start … end - 1."""
    gaps = 0
    for place in range(start, end):
        gaps += scratch.gaps[place]
    return gaps


@inner
def keep_codes(shape: Any, scratch: Scratch, count: int) -> None:
    """Keeps the codes of the last values, by which a change of a few values is told (`shares.py`)."""
    codes, held = shape["tags"], shape["held"]
    for place in range(count):
        code = scratch.cells[place]
        codes[(held + place) % REPEAT_SLOTS] = code if code <= LARGEST_CODE else 0
    shape["held"] = held + count
