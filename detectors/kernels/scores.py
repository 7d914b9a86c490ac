"""From a value to its score under the reference: mean 0 and sd 1 as long as nothing has changed."""

from math import exp, log, log1p, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import compiled, inner
from driftline.detectors.kernels.extremes import is_extreme
from driftline.detectors.kernels.known_codes import NEW
from driftline.detectors.kernels.reading import CATEGORY, EXTREME, TAIL, UNSEEN, VALUE, code_of
from driftline.detectors.kernels.residuals import FAR, gains
from driftline.detectors.kernels.scratch import CHUNK, Scratch
from driftline.detectors.state.fields import GRID_LOW, GRID_POINTS, GRID_STEP

CLIP = 3.7  # normal scores end here: the wildest value is as wild as one in 10,000
STEP_DRIFT, STEP_HEIGHT = 0.5, 20.0  # sd: this finds a shift of an sd in 40 values
SCORE_MAX = 1e6  # no score is farther beyond the end of its reference
GROWS = 2.0  # judged: noise does not come farther beyond an end, only what takes it somewhere else
STEPS = 4096
QUANTILES = np.array([NormalDist().inv_cdf(min(max(i / STEPS, 1e-4), 1 - 1e-4)) for i in range(STEPS + 1)])


@inner
def normal_quantile(probability: float) -> float:
    """The normal score of a probability, interpolated in a table of 4,097 points that ends at ±3.72."""
    place = probability * STEPS
    index = min(max(int(place), 0), STEPS - 1)
    return float(QUANTILES[index] + (QUANTILES[index + 1] - QUANTILES[index]) * (place - index))


@inner
def uniform(seed: int, count: int) -> float:
    """A number between 0 and 1 that follows from a signal's seed and count, so a replay repeats it.

    Three rounds of a 32-bit multiply-xorshift hash; products stay below 2^63, where compiled and plain Python
    agree.
    """
    mixed = (seed ^ count ^ (count >> 32)) & 0xFFFFFFFF
    for _ in range(3):
        mixed = ((mixed ^ (mixed >> 16)) * 0x45D9F3B + 0x5BD1E995) & 0xFFFFFFFF
    return ((mixed ^ (mixed >> 16)) + 0.5) / 4294967296.0


@inner
def tie_score(signal: Any, number: int, below: float, above: float) -> float:
    """The normal score of a value that shares the probabilities between `below` and `above` with its equals.

    number: how many values the signal has seen, this one included.
    """
    return normal_quantile(below + (above - below) * uniform(signal["seed"], number))


@inner
def lower_bound(table: NDArray[np.float64], points: int, value: float) -> int:
    """How many of the first `points` entries of a sorted table are below a value."""
    low = 0
    size = points
    while size > 1:
        half = size >> 1
        low += half if table[low + half - 1] < value else 0  # without a branch to mispredict
        size -= half
    return low + (1 if table[low] < value else 0)


@inner
def beyond(tail: NDArray[np.float64], distance: float) -> float:
    """The score that a value lies beyond an end of its reference, at most SCORE_MAX.

    tail: by how much quantiles grow there for a score of 1, and the growth of that. A cycle may take a signal
    very far from a reference of minutes; `innovate` says what is too far at once.
    """
    unit, growth = tail[0], tail[1]
    if growth > 0.0:
        grown = log1p(growth * distance / unit) / growth
        if grown < GROWS:
            return float(grown)
        factor = exp(growth * GROWS)
        more = min((distance - unit * (factor - 1.0) / growth) / (unit * factor), SCORE_MAX)
        return float(GROWS + more)
    return SCORE_MAX if distance >= SCORE_MAX * unit else float(distance / unit)


@inner
def beyond_atoms(signal: Any, side: int, distance: float) -> float:
    """The same of few distinct values. A constant has no sd: the first value that differs is as far as that
    (`FAR`), and says how far others are.
    """
    if signal["reference_sd"] > 0.0:
        return beyond(signal["tails"][side], distance)
    if signal["grain"] == 0.0:
        signal["grain"] = distance / FAR
    return float(min(distance / signal["grain"], SCORE_MAX))


@inner
def atom_score(signal: Any, shape: Any, number: int, cell: int, value: float) -> float:
    """The normal score of a value whose reference has few distinct values, each with its probability."""
    level = shape["level"]
    below = float(level[cell - 1]) if cell > 0 else 0.0
    if cell < signal["atoms"] and shape["table"][cell] == value:
        if signal["atoms"] == 1:  # a constant: no noise where there was none
            return 0.0
        return tie_score(signal, number, below, float(level[cell]))
    if cell == 0:
        return normal_quantile(0.0) - beyond_atoms(signal, 0, shape["table"][0] - value)
    if cell == signal["atoms"]:
        return normal_quantile(1.0) + beyond_atoms(signal, 1, value - shape["table"][cell - 1])
    return normal_quantile(below)


@inner
def equals_score(signal: Any, shape: Any, number: int, cell: int) -> float:
    """The normal score of a value that equals quantiles, `cell` the first of them: many others equal it too.

    Between the last of them and the next one its probabilities end, and those of what comes next begin.
    """
    table, level = shape["table"], shape["level"]
    last = cell
    while last + 1 < GRID_POINTS and table[last + 1] == table[cell]:
        last += 1
    below = (float(level[cell - 1]) + float(level[cell])) / 2.0 if cell > 0 else 0.0
    above = (float(level[last]) + float(level[last + 1])) / 2.0 if last + 1 < GRID_POINTS else 1.0
    return tie_score(signal, number, below, above)


@inner
def clip(score: float) -> float:
    """The score within ±CLIP."""
    return min(max(score, -CLIP), CLIP)


@inner
def score_atoms(signal: Any, shape: Any, scratch: Scratch, count: int) -> None:
    """Scores and cells of numbers whose reference has few distinct values."""
    table = shape["table"]
    for place in range(count):
        value = scratch.numbers[place]
        cell = lower_bound(table, signal["atoms"], value)
        score = atom_score(signal, shape, signal["seen"] + place + 1, cell, value)
        scratch.cells[place] = cell
        scratch.scores[place] = (score - signal["center"]) / signal["scale"]


@inner
def score_numbers(signal: Any, shape: Any, scratch: Scratch, count: int) -> None:
    """Scores and cells of numbers by their place between the reference's quantiles, which lie 0.05 sd apart.

    Beyond the ends a score grows by 1 for each sd of the reference: a cycle may go where the reference has
    not been, and only what it leaves is cut off (`innovate`). They are corrected so that the reference itself
    has exactly mean 0 and sd 1.
    """
    table, tails = shape["table"], signal["tails"]
    center, scale, seen = signal["center"], signal["scale"], signal["seen"]
    for place in range(count):
        value = scratch.numbers[place]
        cell = lower_bound(table, GRID_POINTS, value)
        if cell == 0:
            score = GRID_LOW - beyond(tails[0], table[0] - value)
        elif cell == GRID_POINTS:
            score = -GRID_LOW + beyond(tails[1], value - table[cell - 1])
        else:
            score = GRID_LOW + GRID_STEP * (cell - (table[cell] - value) / (table[cell] - table[cell - 1]))
        # The ends may be single values, the least and the largest, which have no more than their place.
        if cell + 1 < GRID_POINTS and table[cell] == value and (cell > 0 or table[1] == value):
            score = equals_score(signal, shape, seen + place + 1, cell)
        scratch.cells[place] = cell
        scratch.scores[place] = (score - center) / scale


@inner
def score_categories(signal: Any, shape: Any, scratch: Scratch, count: int) -> None:
    """Scores of codes: in order of surprise, each holds its share of the probabilities, at random within.

    To that comes what its group adds (`weigh_groups`). A single category scores 0, any other then 3.7.
    """
    table, level = shape["table"], shape["level"]
    for place in range(count):
        code = code_of(table.shape[0], scratch.numbers[place])
        above = float(level[code])
        if signal["atoms"] == 1:
            score = CLIP if above >= 1.0 else 0.0
        else:
            score = clip(tie_score(signal, signal["seen"] + place + 1, above - table[code], above))
            score += signal["rare"] if above > signal["cut"] else signal["common"]
            score = (score - signal["center"]) / signal["scale"]
        scratch.values[place] = -log(table[code])
        scratch.cells[place] = code
        scratch.scores[place] = score


@inner
def above_base(signal: Any, number: float, count: int) -> float:
    """How far a number, the signal's `count`-th, lies above the line through the last hour, which it then is
    part of. Where it steps it follows at once.

    So a tail is that of its time of the day: where load is high every noon, latencies beyond the quantile of
    the night are no news. Whole numbers are spread over the room around them, or the share beyond a line that
    moves would jump.
    """
    forecast = signal["base"] + signal["base_trend"]
    deviation = number + signal["grain"] * (uniform(signal["seed"], count) - 0.5) - forecast
    gain, slope = gains(signal["base_counted"], True)
    step = min(max(deviation, -signal["base_limit"]), signal["base_limit"])
    signal["base"] = forecast + gain * step
    signal["base_trend"] += slope * step
    signal["base_counted"] = min(signal["base_counted"] + 1.0, signal["base_memory"])
    follow_steps(signal, step)
    return float(deviation)


@compiled
def heights_above_base(signal: Any, values: NDArray[np.float64], heights: NDArray[np.float64]) -> None:
    """How far each of a signal's first values [values] lies above it: heights [values]."""
    for place in range(len(values)):
        heights[place] = above_base(signal, values[place], place + 1)


@inner
def follow_steps(signal: Any, step: float) -> None:
    """When the level of the last hour has changed at once, it is that of the values since, by two CUSUMs."""
    # The sd is that of late: where traffic is high, counts are wide.
    known = signal["base_counted"] + signal["base_memory"]
    signal["base_variance"] += (step * step - signal["base_variance"]) / known
    sd, steps = sqrt(signal["base_variance"]), signal["base_steps"]
    for side in range(2):
        towards = step if side == 0 else -step
        excess = max(steps[side, 0] + towards - STEP_DRIFT * sd, 0.0)
        steps[side, 0] = excess
        steps[side, 1] = steps[side, 1] + 1.0 if excess > 0.0 else 0.0
        if excess > STEP_HEIGHT * sd:
            jump = excess / steps[side, 1] + STEP_DRIFT * sd
            signal["base"] += jump if side == 0 else -jump
            signal["base_trend"], signal["base_counted"] = 0.0, steps[side, 1]
            for other in range(2):
                steps[other, 0] = steps[other, 1] = 0.0


@inner
def score_rates(signal: Any, shape: Any, scratch: Scratch, count: int) -> None:
    """Values and scores of 0/1 signals: standardised by the rate of the reference."""
    transform, center, scale, seen = signal["transform"], signal["center"], signal["scale"], signal["seen"]
    for place in range(count):
        value = scratch.numbers[place]
        if transform == TAIL:
            value = 1.0 if above_base(signal, value, seen + place + 1) > signal["cut"] else 0.0
        elif transform == EXTREME:
            value = is_extreme(signal, value, seen + place == 0)
        elif transform == UNSEEN:
            level = shape["level"]
            code = code_of(level.shape[0], value)
            value, scratch.cells[place] = 1.0 if level[code] >= NEW else 0.0, code
        scratch.values[place] = value
        scratch.scores[place] = (value - center) / scale


@compiled
def score(signal: Any, shape: Any, scratch: Scratch, count: int) -> None:
    """Values, scores and histogram cells of the first `count` numbers of a chunk."""
    if signal["transform"] == CATEGORY:
        score_categories(signal, shape, scratch, count)
    elif signal["transform"] != VALUE:
        score_rates(signal, shape, scratch, count)
    elif signal["atoms"] > 0:
        score_atoms(signal, shape, scratch, count)
    else:
        score_numbers(signal, shape, scratch, count)


@compiled
def score_reference(
    signal: Any, shape: Any, scratch: Scratch, values: NDArray[np.float64], scores: NDArray[np.float64]
) -> None:
    """Scores [count] of the values [count] of a reference, as if they were the first ones seen."""
    seen = signal["seen"]
    for start in range(0, len(values), CHUNK):
        count = min(CHUNK, len(values) - start)
        for place in range(count):
            scratch.numbers[place] = values[start + place]
        signal["seen"] = start
        score(signal, shape, scratch, count)
        for place in range(count):
            scores[start + place] = scratch.scores[place]
    signal["seen"] = seen
