"""Where a change may have begun: four CUSUMs remember what the level was when they last were zero.

What came after is the maximum likelihood estimate of the values since a change (D. V. Hinkley, Biometrika 58,
1971). It is best when the CUSUM's drift is half the change, and begins too early when the drift is smaller.
So one pair, upwards and downwards, has Page-Hinkley's drift, and one a steeper drift for larger changes.
"""

from typing import Any

from detectors.kernels.compiled import compiled
from detectors.kernels.page_hinkley import detect, reset
from detectors.kernels.scratch import Batch, Scratch

STEEPER = 2.5
MARKS = 4  # up, down, steeply up, steeply down


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
def last_zeros(signal: Any, scratch: Scratch, taken: int) -> tuple[int, int, int, int]:
    """Advances the CUSUMs; the places of the last values at which each was zero, -1 for none."""
    cusums, drift = signal["cusums"], signal["delta"]
    steep = STEEPER * drift
    up, down, steep_up, steep_down = cusums[0], cusums[1], cusums[2], cusums[3]
    zero_up, zero_down, zero_steep_up, zero_steep_down = -1, -1, -1, -1
    for place in range(taken):  # conditional expressions: branches would be mispredicted half of the time
        deviation = scratch.deviations[place]
        up = max(up + deviation - drift, 0.0)
        down = max(down - deviation - drift, 0.0)
        steep_up = max(steep_up + deviation - steep, 0.0)
        steep_down = max(steep_down - deviation - steep, 0.0)
        zero_up = place if up == 0.0 else zero_up
        zero_down = place if down == 0.0 else zero_down
        zero_steep_up = place if steep_up == 0.0 else zero_steep_up
        zero_steep_down = place if steep_down == 0.0 else zero_steep_down
    cusums[0], cusums[1], cusums[2], cusums[3] = up, down, steep_up, steep_down
    return zero_up, zero_down, zero_steep_up, zero_steep_down


@compiled
def mark(signal: Any, place: tuple[int, int], batch: Batch, scratch: Scratch, taken: int) -> None:
    """The totals at the last zero of CUSUM place[0], and when the value after it came (0 before it has)."""
    which, zero = place
    totals = signal["marks"][which]
    if zero >= 0:
        totals[:] = scratch.totals[zero]
        signal["marks_ms"][which] = signal["marks_offset"][which] = 0
    if zero + 1 < taken and totals[0] == scratch.totals[zero + 1, 0] - 1.0:
        row = scratch.rows[zero + 1]
        signal["marks_ms"][which] = batch.times_ms[row]
        signal["marks_offset"][which] = batch.offsets[row]


@compiled
def gain(signal: Any, which: int) -> float:
    """Twice the log-likelihood that a change at a mark gains over none, for normal scores of variance 1."""
    before, level = signal["marks"][which], signal["level"]
    count = level[0] - before[0]
    if count <= 0.0 or before[0] <= 0.0:
        return 0.0
    difference = (level[3] - before[3]) / count - before[3] / before[0]
    return float(difference * difference * count * before[0] / level[0])


@compiled
def best_mark(signal: Any, direction: int) -> int:
    """The likelier of the two marks of a direction, +1 or -1."""
    flat = 0 if direction > 0 else 1
    return flat + 2 if gain(signal, flat + 2) > gain(signal, flat) else flat


@compiled
def begin_level(signal: Any) -> None:
    """After a detection: the values since the change point are the new level, those before it the old one."""
    which = best_mark(signal, signal["drift"])
    signal["before"][:] = signal["marks"][which]
    for moment in range(4):
        signal["level"][moment] -= signal["before"][moment]
    signal["level_direction"] = signal["drift"]
    signal["level_ms"] = signal["marks_ms"][which]
    signal["level_offset"] = signal["marks_offset"][which]
    for other in range(MARKS):
        signal["marks"][other][:] = 0.0
        signal["cusums"][other] = 0.0
    reset(signal)


@compiled
def watch(signal: Any, batch: Batch, scratch: Scratch, count: int) -> int:
    """Takes up to `count` values, ending at a change or where its level asks for calibration; how many."""
    if signal["drift"] != 0:
        begin_level(signal)
    room = int(min(signal["recalibrate"] - signal["level"][0], float(count)))
    taken = detect(signal, scratch.scores, scratch.deviations, room)
    add_totals(signal, scratch, taken)
    zeros = last_zeros(signal, scratch, taken)
    for which in range(MARKS):
        mark(signal, (which, zeros[which]), batch, scratch, taken)
    return taken
