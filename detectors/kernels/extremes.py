"""Values of a number that lie far beyond all others: three seconds where others take 40 ms, cents for euros.

The tests of the mean cut such a value off, for a wild one says little of the others (`innovate`): one value
in fifty a hundred times as large is nothing to them for hours. What is news is how many there are. A number
notes that some have come (`find_extremes`); from then on a signal of its own counts them (`is_extreme`), so
that nearly all numbers, which have none, pay nothing for it.

Several in a row are one: that is a step, which the tests of the mean find.
"""

from math import inf
from typing import Any

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.repeats import SPAN, note_value
from driftline.detectors.kernels.scratch import Scratch

EXTREME_SD = 5.0  # judged: normal values are there once in two million
ELSEWHERE_SD = 15.0  # judged: of a level where noise may be three times as wide
# Judged: four extremes, or thirteen that are one value; that is noted as such after three (`repeats.py`).
FEW_EXTREMES, ANOTHER, THE_SAME = 16, 4, 1
COUNTED_MAX = 100
FOLLOWS = 0.1  # judged: the level of about the last ten values, known to a quarter of their sd


@inner
def find_extremes(signal: Any, shape: Any, scratch: Scratch, count: int) -> None:
    """Takes the first `count` values of a chunk of a number; what came before counts for half, as in
    `find_repeats`.

    They are measured from the level that it has now, in the sd of the reference, which need not be that of
    another level. A constant has none.
    """
    if signal["reference_sd"] == 0.0:
        return
    is_usual = signal["away"] == 0 and signal["spread"] == 1.0
    far, halved = EXTREME_SD if is_usual else ELSEWHERE_SD, SPAN - 1 - signal["seen"] % SPAN
    found, held = int(signal["extremes"]), signal["at_extreme"] != 0
    for place in range(count):
        is_far = abs(scratch.deviations[place]) > far
        if is_far and not held and found < COUNTED_MAX:
            number = scratch.numbers[place]
            found += THE_SAME if number == signal["base_last"] else ANOTHER
            signal["base_last"] = number
            if found >= FEW_EXTREMES:
                note_value(signal, shape, inf, found)
        held = is_far
        if place == halved:
            found >>= 1
    signal["extremes"], signal["at_extreme"] = found, held


@inner
def is_extreme(signal: Any, number: float, first: bool) -> float:
    """1 where a number lies farther than `minimum` below or `maximum` above the level b, and the value before
    it too, else 0.

    b ← b + FOLLOWS · (number - b), but not for an extreme; a second value that is as far is a step, of which
    b ← number.
    """
    if first:
        signal["base"] = signal["base_last"] = number
    last, signal["base_last"] = signal["base_last"], number
    deviation, step = number - signal["base"], number - last
    if signal["minimum"] <= deviation <= signal["maximum"]:
        signal["base"] += FOLLOWS * deviation
        return 0.0
    if signal["minimum"] <= step <= signal["maximum"]:
        signal["base"] = number
        return 0.0
    return 1.0
