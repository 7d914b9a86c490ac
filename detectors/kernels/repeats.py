"""Finds single values of a number that come again and again: -999 for what is not known, the mean for a gap.

Values are hashed into 128 slots. A slot holds one value and counts it up when it comes again and down when
another one of the slot comes, which takes its place at zero: the majority vote of R. S. Boyer and J. S. Moore
("MJRTY", 1981), a sketch of Misra and Gries with one counter in each slot. So of what falls into a slot a
value that is more than half is held, whatever the others are: one with a share of 2 % of a number that else
never repeats itself has 0.8 % against it. Counts are halved every 512 values, so that they tell of shares
now.

It is noted once it has come clearly more often than its share of the reference explains; nothing is decided
here (`detectors/reference/masses.py`).
"""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.scratch import Batch, Scratch
from driftline.detectors.state.fields import GRID_POINTS, NOTED_VALUES, REPEAT_SLOTS

SLOT_SHIFT = 32 - (REPEAT_SLOTS.bit_length() - 1)  # the upper bits of a product are the mixed ones
SPAN = 512  # values after which counts are halved: a share q counts up to 1,024 q
REPEATS_SHARE = 0.00125  # one value has it in a number that repeats itself by nature: 3 of 2,000
# Judged, in median deviations of the reference, of which 1.48 are an sd: what the median moves by with a
# value (it is known to 0.12 then), and from where on it, or the deviation, is another one.
MIDDLE_STEP, MOVED, NARROW, WIDE = 0.015, 0.6, 0.6, 2.0
FEWEST = 3  # judged: where no value comes three times, the third is news
MASS_SHARE = 0.04  # what has it is two of the quantiles at least, which lie no more than 0.01995 apart
NOT_DUE, DUE, SEEN = 0, 1, 2  # `mass_due`


@inner
def hash_of(bits: int) -> int:
    """32 bits from the 64 of a float; the product stays below 2^63, where compiled and plain Python agree."""
    mixed = (bits ^ (bits >> 32)) & 0xFFFFFFFF
    return ((mixed ^ (mixed >> 16)) * 0x45D9F3B + 0x5BD1E995) & 0xFFFFFFFF


@inner
def usual_share(signal: Any, shape: Any, cell: int, number: float) -> float:
    """At most how large a share of the reference was this one number, which is in this cell of the table."""
    table, level, atoms = shape["table"], shape["level"], signal["atoms"]
    if atoms > 0:
        if cell == atoms or table[cell] != number:
            return 0.0
        return float(level[cell]) - (float(level[cell - 1]) if cell > 0 else 0.0)
    if number < signal["reference_low"] or number > signal["reference_high"]:
        return 0.0
    last = min(cell, GRID_POINTS - 1)
    while last + 1 < GRID_POINTS and table[last] == number:
        last += 1
    share = float(level[last]) - (float(level[cell - 1]) if cell > 0 else 0.0)
    return float(share if share >= MASS_SHARE else shape["usual"])


@inner
def hits_needed(share: float) -> float:
    """How often a value has to come again before it stands out of this share of the reference."""
    most = 2.0 * SPAN * share
    return float(FEWEST + 2.0 * most + 2.0 * sqrt(most))


@inner
def halve(hits: NDArray[np.uint16]) -> None:
    """What came before counts for half."""
    for slot in range(REPEAT_SLOTS):
        hits[slot] = hits[slot] >> 1


@inner
def note_value(signal: Any, shape: Any, value: float, hits: int) -> None:
    """Keeps a value for whoever asks, with how often it came, while there is room."""
    count = signal["suspects"]
    for place in range(count):
        if shape["noted"][place] == value:
            shape["noted_hits"][place] = hits
            return
    if count < NOTED_VALUES:
        shape["noted"][count] = value
        shape["noted_hits"][count] = hits
        signal["suspects"] = count + 1


@inner
def find_repeats(signal: Any, shape: Any, batch: Batch, scratch: Scratch, count: int) -> None:
    """Takes the first `count` values of a chunk of a number.

    One that comes several times in a row counts once: what stands still is no business of this.
    """
    tags, hits, column = shape["tags"], shape["hits"], signal["column"]
    held, halved = shape["held"], SPAN - 1 - signal["seen"] % SPAN
    for place in range(count):
        mixed = hash_of(int(np.float64(batch.matrix[column, scratch.rows[place]]).view(np.int64)))
        slot, tag = mixed >> SLOT_SHIFT, mixed & 0xFFFF
        if tags[slot] == tag:
            if mixed != held:
                hits[slot] += 1
                if hits[slot] % FEWEST == 0:
                    share = usual_share(signal, shape, scratch.cells[place], scratch.numbers[place])
                    if hits[slot] >= hits_needed(share):
                        note_value(signal, shape, batch.matrix[column, scratch.rows[place]], int(hits[slot]))
        elif hits[slot] > 0:
            hits[slot] -= 1
        else:
            tags[slot], hits[slot] = tag, 1
        held = mixed
        if place == halved:  # a chunk is shorter than a span
            halve(hits)
    shape["held"] = held
    if repeats_by_nature(signal, shape):
        follow_middle(signal, shape, scratch, count)
    if signal["mass_due"] == DUE:
        await_mode(signal, shape, batch, scratch, count)


@inner
def repeats_by_nature(signal: Any, shape: Any) -> bool:
    """Whether the values of a number are so few that the same come again: whole ones, tenths, cents."""
    return bool(signal["atoms"] > 0 or shape["usual"] >= REPEATS_SHARE)


@inner
def unit_of_middle(signal: Any, shape: Any) -> float:
    """How wide a number is by nature: the median deviation of its reference, or the sd where that is 0."""
    return float(shape["usual_spread"] if shape["usual_spread"] > 0.0 else signal["effect_sd"])


@inner
def follow_middle(signal: Any, shape: Any, scratch: Scratch, count: int) -> None:
    """The median, and the median deviation from it, of about the last two hundred values: each takes a step
    up or down. One value that takes a tenth of the others' places hardly moves them, however far away it is.

    Also counted is for how many values they have been those of the reference.
    """
    unit, usual, spreads = unit_of_middle(signal, shape), shape["usual_middle"], shape["usual_spread"] > 0.0
    step, least, most = MIDDLE_STEP * unit, unit * NARROW, unit * WIDE
    middle, spread, still = shape["middle"], shape["spread"], shape["still"]
    for place in range(count):
        deviation = scratch.numbers[place] - middle
        if deviation != 0.0:
            middle += step if deviation > 0.0 else -step
        spread += step if abs(deviation) > spread else -step
        is_usual = abs(middle - usual) <= MOVED * unit and (not spreads or least <= spread <= most)
        still = still + 1 if is_usual else 0
    shape["middle"], shape["spread"], shape["still"] = middle, max(spread, 0.0), still


@inner
def await_mode(signal: Any, shape: Any, batch: Batch, scratch: Scratch, count: int) -> None:
    """Notes the value that stood out of the reference when it comes, since that has it rounded."""
    for place in range(count):
        if scratch.numbers[place] == shape["mode"] and signal["suspects"] < NOTED_VALUES:
            note_value(signal, shape, batch.matrix[signal["column"], scratch.rows[place]], 0)
            signal["mass_due"] = SEEN
            return
