"""Where a change may have begun: six CUSUMs remember what the level was when they last were zero.

What came after is the maximum likelihood estimate of the values since a change (D. V. Hinkley, Biometrika 58,
1971). It is best when the CUSUM's drift is half the change; it begins too early when the drift is smaller,
and too late when it is larger than the change. So one pair, upwards and downwards, has Page-Hinkley's drift,
one a steeper drift for larger changes and one a flatter drift for smaller ones.

Where a number leaps, a few values before it that happened to be high would be told as part of it, and a leap
of 18 sd as one of 5 to 12 by its first values. So the last value that cannot be one of a leap is marked too.
"""

from math import log
from typing import Any, NamedTuple

import numpy as np

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.reading import VALUE, is_number
from driftline.detectors.kernels.residuals import forget_lanes, is_share, usual_sd
from driftline.detectors.kernels.scratch import HOUR_MS, Batch, Scratch
from driftline.detectors.state.fields import CUSUMS, MARKS, TOTALS

SUMS = 5  # of the totals
SATURATED = 3.0  # a mean innovation so large says only that it is larger

AWAY_DELTA = 0.25  # Page-Hinkley's drift for numbers, whose innovations have variance 1 as well
# Judged, in scores: with the drift of a rare rate a single 1 keeps a sum from 0 for hundreds of values, and a
# field that is missing all at once would be told as "from 1 to 15 %" since a quarter of an hour. So the steep
# pair has at least this drift, and speaks for no fewer than so many of the rarer value.
STEEP, RATE_DRIFT, RARER_MIN = 1, 0.5, 3.0
STEEPNESS = np.array([1.0, 2.5, 0.4])  # times Page-Hinkley's drift, of each pair
LEAP = 2.0  # judged, sd of an innovation: none of a leap is less, of healthy ones every twentieth is more


@inner
def add_totals(signal: Any, scratch: Scratch, taken: int) -> None:
    """Adds values to the totals of the level, and notes them after each value."""
    sums = signal["totals"]
    number, total, squares, score, innovation = sums[0], sums[1], sums[2], sums[3], sums[4]
    anchor, origin = signal["anchor"], signal["origin"]
    for place in range(taken):
        deviation = scratch.values[place] - anchor - origin
        number += 1.0
        total += deviation
        squares += deviation * deviation
        score += scratch.scores[place]
        innovation += scratch.innovations[place]
        scratch.totals[place, 0] = number
        scratch.totals[place, 1] = total
        scratch.totals[place, 2] = squares
        scratch.totals[place, 3] = score
        scratch.totals[place, 4] = innovation
        scratch.totals[place, 5] = scratch.forecasts[place]
    if taken > 0:
        sums[5] = scratch.forecasts[taken - 1]
    sums[0], sums[1], sums[2], sums[3], sums[4] = number, total, squares, score, innovation


@inner
def drift_of(signal: Any) -> float:
    """Page-Hinkley's, which of a rate is that of its reference; away from it innovations have variance 1, and
    with the drift of a rare rate a sum of them would hardly ever be zero.
    """
    delta = float(signal["ph_delta"])
    return max(delta, AWAY_DELTA) if signal["away"] != 0 and not is_number(signal) else delta


@inner
def last_zeros(signal: Any, pair: int, scratch: Scratch, taken: int) -> tuple[int, int]:
    """Advances a pair of CUSUMs; the places of the last values at which each was zero, -1 for none."""
    cusums, drift = signal["onset_cusums"], STEEPNESS[pair] * drift_of(signal)
    if pair == STEEP and not is_number(signal):
        drift = max(drift, RATE_DRIFT)
    up, down = cusums[2 * pair], cusums[2 * pair + 1]
    zero_up, zero_down = -1, -1
    for place in range(taken):  # conditional expressions: branches would be mispredicted half of the time
        deviation = scratch.anchored[place]
        up = max(up + deviation - drift, 0.0)
        down = max(down - deviation - drift, 0.0)
        zero_up = place if up == 0.0 else zero_up
        zero_down = place if down == 0.0 else zero_down
    cusums[2 * pair], cusums[2 * pair + 1] = up, down
    return zero_up, zero_down


class Zero(NamedTuple):
    """The place in a chunk of the last value at which a CUSUM was zero, -1 for none; `mark` is its number, or
    CUSUMS for that of a leap.
    """

    mark: int
    place: int


@inner
def mark(signal: Any, last: Zero, batch: Batch, scratch: Scratch, taken: int) -> None:
    """The totals at the last zero of a CUSUM, and when the value after it came (0 before it has)."""
    which, zero = last.mark, last.place
    totals = signal["onset_marks"][which]
    if zero >= 0:
        for total in range(TOTALS):
            totals[total] = scratch.totals[zero, total]
        signal["onset_marks_ms"][which] = signal["onset_marks_offset"][which] = 0
    if zero + 1 < taken and totals[0] == scratch.totals[zero + 1, 0] - 1.0:
        row = scratch.rows[zero + 1]
        signal["onset_marks_ms"][which] = batch.events[row]["time_ms"]
        signal["onset_marks_offset"][which] = batch.events[row]["offset"]


@inner
def last_ordinary(scratch: Scratch, taken: int) -> int:
    """The place of the last value that is no part of a leap, -1 for none."""
    ordinary = -1
    for place in range(taken):
        ordinary = place if abs(scratch.anchored[place]) < LEAP else ordinary
    return ordinary


@inner
def run_marks(signal: Any, batch: Batch, scratch: Scratch, taken: int) -> None:
    """Takes the values of a chunk into the totals and the marks."""
    add_totals(signal, scratch, taken)
    for pair in range(len(STEEPNESS)):
        zero_up, zero_down = last_zeros(signal, pair, scratch, taken)
        mark(signal, Zero(2 * pair, zero_up), batch, scratch, taken)
        mark(signal, Zero(2 * pair + 1, zero_down), batch, scratch, taken)
    if signal["transform"] == VALUE:
        mark(signal, Zero(CUSUMS, last_ordinary(scratch, taken)), batch, scratch, taken)


@inner
def gain(signal: Any, which: int) -> float:
    """Twice the log-likelihood that a change at a mark gains over none: of 0/1 values as such, of others for
    innovations of variance 1.
    """
    before, now = signal["onset_marks"][which], signal["totals"]
    count = now[0] - before[0]
    if count <= 0.0 or before[0] <= 0.0:
        return 0.0
    if is_share(signal):
        ones = now[1] - before[1]
        rarer = count - ones if which % 2 == 1 else ones
        if which // 2 == STEEP and rarer < RARER_MIN:
            return 0.0
        return share_gain(ones / count, count, (before[1] + 0.5) / (before[0] + 1.0))
    difference = (now[4] - before[4]) / count - before[4] / before[0]
    if which == CUSUMS and abs(difference) < SATURATED:
        return 0.0
    return float(difference * difference * count * before[0] / now[0])


@inner
def share_gain(share: float, count: float, before: float) -> float:
    """That of so many values with this share of ones, where another share was before."""
    ones = share * log(share / before) if share > 0.0 else 0.0
    zeros = (1.0 - share) * log((1.0 - share) / (1.0 - before)) if share < 1.0 else 0.0
    return 2.0 * count * (ones + zeros)


@inner
def best_mark(signal: Any, direction: int) -> int:
    """The likeliest mark of a direction, +1 or -1."""
    best = 0 if direction > 0 else 1
    for other in range(best + 2, CUSUMS, 2):
        if gain(signal, other) > gain(signal, best):
            best = other
    leaps = signal["transform"] == VALUE and gain(signal, CUSUMS) > gain(signal, best)
    return CUSUMS if leaps else best


@inner
def followed(signal: Any, before: Any) -> float:
    """How much of the change its values were too small by on average: the level had begun to follow it."""
    return float((signal["totals"][5] - before[5]) / 2.0) if signal["away"] == 0 else 0.0


@inner
def begin_far(signal: Any) -> None:
    """After a jump of more than innovations show, the last value says where the new level is."""
    unit = usual_sd(signal) * signal["local_sd"]
    expected = signal["level"] + signal["wander"] + (signal["trend"] if signal["away"] == 0 else 0.0)
    shift = (signal["previous"] * (1.0 - signal["phi"]) / signal["sigma"] - expected) / unit
    if abs(shift) > abs(signal["shift"]) and shift * signal["shift"] > 0.0:
        signal["shift"], signal["shift_count"] = shift, 1.0


@inner
def look_at_the_clock(signal: Any) -> None:
    """What takes a signal with a cycle away may be a clock that was changed: that is looked at each hour."""
    if signal["cyclic"] != 0 and signal["clock_ms"] == 0:
        signal["clock_from"] = signal["half_hour"]
        signal["clock_ms"] = signal["last_ms"] + HOUR_MS


@inner
def begin_level(signal: Any) -> None:
    """After a detection: the values since the change point are the new level, those before it the old one.

    The signal is away from the level it had; how far is known from the values since the change point.
    """
    which = best_mark(signal, signal["turned"])
    for total in range(TOTALS):
        signal["before"][total] = signal["onset_marks"][which, total]
    for total in range(SUMS):
        signal["totals"][total] -= signal["before"][total]
    signal["level_direction"] = signal["turned"]
    signal["level_ms"] = signal["onset_marks_ms"][which]
    signal["level_offset"] = signal["onset_marks_offset"][which]
    for other in range(MARKS):
        for total in range(TOTALS):
            signal["onset_marks"][other, total] = 0.0
    for cusum in range(CUSUMS):
        signal["onset_cusums"][cusum] = 0.0
    forget_lanes(signal)
    learned = followed(signal, signal["before"])
    signal["totals"][3] += learned * signal["totals"][0] * signal["sigma"] / (1.0 - signal["phi"])
    signal["shift_count"] = max(signal["totals"][0], 1.0)
    signal["shift"] = signal["totals"][4] / signal["shift_count"]
    if abs(signal["shift"]) > SATURATED and signal["transform"] == VALUE:
        begin_far(signal)
    if signal["away"] == 0:
        look_at_the_clock(signal)
        signal["away_square"] = 1.0
        signal["level"] += signal["trend"]
        signal["drifted"] = signal["level"] - signal["before"][5]
    signal["trend"] = 0.0
    signal["away"] = 1
    if signal["ph_instances"] > signal["totals"][0]:  # Page-Hinkley has not fired since the level began
        signal["ph_told"] = 0
