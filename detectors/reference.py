"""Arming a signal: what it learned while warming up becomes the reference its detectors begin from."""

from math import fsum, inf, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.categories import learn_categories, learn_shares
from detectors.cycle import looks_flat, means_of
from detectors.kernels.page_hinkley import prime, reset
from detectors.kernels.scores import CLIP, score
from detectors.kernels.scratch import CHUNK, make_scratch
from detectors.layout import (
    GRID_LOW,
    GRID_POINTS,
    GRID_STEP,
    QUALITY,
    SEASONAL,
    SLOTS,
    Arrays,
    clear_recent,
)
from detectors.learning import begin_learning
from detectors.signals import NUMERIC, BankSettings, Transform
from detectors.stabilising import is_dominated, noise_sd, stabilising_table
from detectors.tail import learn_tail
from detectors.thresholds import set_thresholds

ATOMS_MAX = 64  # a reference with more distinct values is treated as continuous
DAY_SLOTS = 48
TAIL_VALUES = 3
RATE_SCALE_MIN = 0.2  # a single 1 of a rare kind scores at most 5, so it cannot fire on its own
UPDATES_PER_S = 8.0  # what river's detectors see of a fast signal under resolution "auto"
BLOCK_MAX = 64
RARE_RATE = 0.1
RARE_BLOCK = 8
STARTED_AT_ZERO = (
    *("emitted", "block_count", "block_sum", "ring_count", "rings", "ring_sum", "ring", "before", "cusums"),
    *(
        "level_ms",
        "level_offset",
        "level_direction",
        "marks_ms",
        "marks_offset",
        "told",
        "away",
        "returned",
        "turned",
        "widened",
    ),
    *(
        "spread_count",
        "shift",
        "shift_count",
        "drifted",
        "carried",
        "lanes",
        "spreads",
        "tallied",
        "patterned",
        "odd",
        "shape_statistic",
        "crossings",
        "crossing_values",
    ),
)
GRID = np.array(
    [NormalDist().cdf(GRID_LOW + GRID_STEP * i) for i in range(GRID_POINTS)]
)  # probabilities of the quantile table


def arm(arrays: Arrays, index: int, settings: BankSettings) -> None:
    """Makes the reference of a signal that has seen its warm-up, and starts its detectors."""
    signal = arrays.signals[index]
    signal["reference_count"] = signal["seen"]
    signal["reference_missing"] = signal["missing"]
    transform = Transform(int(signal["transform"]))
    values = arrays.buffers[signal["buffer"], : signal["seen"]]
    slots = arrays.buffered_slots[signal["buffer"], : signal["seen"]]
    shape = arrays.shapes[signal["shape"]]
    if transform in (Transform.CATEGORY, Transform.UNSEEN, Transform.TAIL):
        clear_recent(signal)  # what it says begins with the reference
    if transform is Transform.VALUE:
        learn_number(signal, shape, values, slots)
        rebuild_recent(signal, shape, values)
    elif transform is Transform.CATEGORY:
        learn_shares(signal, shape)
    else:
        if transform is Transform.TAIL:
            learn_tail(signal, values)
        elif transform is Transform.UNSEEN:
            signal["ones"] = learn_categories(shape)
        learn_rate(signal)
    if transform in SEASONAL:
        scores = own_scores(signal, shape, values)
        begin_learning(signal, arrays.seasons[signal["season"]], scores, slots)
    else:
        begin_without_time(signal)
    signal["every"] = values_per_update(signal, settings)
    begin(signal)


def begin_without_time(signal: np.void) -> None:
    """A signal of data quality has neither cycle nor autocorrelation, and its level is its reference's."""
    signal["sigma"], signal["learn_at"] = 1.0, inf
    signal["counted"], signal["memory"] = float(signal["reference_count"]), 1e6
    signal["products"] = (float(signal["reference_count"]), 0.0, 0.0)
    signal["long_run"] = signal["long_run_squares"] = signal["local_sd"] = 1.0


def learn_distribution(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> None:
    """The quantile table of a number [129 points], or its atoms when there are few distinct values."""
    atoms, counts = np.unique(values, return_counts=True)
    if len(atoms) <= ATOMS_MAX:
        signal["atoms"] = len(atoms)
        shape["table"][: len(atoms)] = atoms
        shape["level"][: len(atoms)] = np.cumsum(counts) / len(values)
    else:
        signal["atoms"] = 0
        places = np.clip(GRID * len(values) - 0.5, 0, len(values) - 1)
        shape["table"][:GRID_POINTS] = np.interp(places, np.arange(len(values)), np.sort(values))
        shape["level"][:GRID_POINTS] = GRID
        lengthen_tails(shape["table"][:GRID_POINTS], len(values), float(values.std()))
    describe(signal, shape, values)


def learn_number(
    signal: np.void, shape: np.void, values: NDArray[np.float64], slots: NDArray[np.integer[Any]]
) -> None:
    """The table that fits a number best, from its values in the order of time and their half hours."""
    step = max(len(values) // SLOTS, 1)  # neighbours of a sample depend on each other less
    sample, sampled = values[::step], slots[::step]
    spans_a_day = len(np.unique(sampled % DAY_SLOTS)) == DAY_SLOTS
    if spans_a_day and is_dominated(sample) and not looks_flat(*means_of(sample, sampled)):
        learn_stabilised(signal, shape, values, sample)
    else:
        learn_distribution(signal, shape, values)


def learn_stabilised(
    signal: np.void, shape: np.void, values: NDArray[np.float64], sample: NDArray[np.float64]
) -> None:
    """The table [129 points] of a number that a cycle dominates, from a sample in the order of time.

    Its noise has sd 1 in scores, and effects are measured in it: the sd of all values is the cycle's.
    """
    signal["atoms"] = 0
    table = stabilising_table(sample)
    shape["table"][:GRID_POINTS] = table
    shape["level"][:GRID_POINTS] = np.searchsorted(np.sort(values), table, side="right") / len(values)
    describe(signal, shape, values)
    signal["scale"] *= noise_sd(own_scores(signal, shape, sample))
    signal["effect_sd"] = noise_sd(sample)


def describe(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> None:
    """Moments and range of the reference's values [reference_count].

    Scores read from its table are corrected to mean 0 and sd 1 on these values themselves.
    """
    varies = bool(np.ptp(values))
    signal["center"], signal["scale"] = 0.0, 1.0
    signal["reference_sd"] = signal["effect_sd"] = values.std() if varies else 0.0
    scores = np.clip(own_scores(signal, shape, values), -CLIP, CLIP)
    if varies:
        signal["center"] = fsum(scores) / len(scores)
        signal["scale"] = max(sqrt(fsum((scores - signal["center"]) ** 2) / len(scores)), 0.1)
    signal["reference_mean"] = signal["origin"] = values.mean() if varies else values[0]
    signal["reference_low"], signal["reference_high"] = values.min(), values.max()


def lengthen_tails(table: NDArray[np.float64], count: int, sd: float) -> None:
    """Where fewer than three of the reference's values lie beyond, quantiles go on with the reference's sd.

    Else the largest of a few values would stand for all quantiles up to 3.2 sd.
    """
    sure = min(int(np.searchsorted(GRID, 1 - TAIL_VALUES / count)), GRID_POINTS - 1)
    steps = GRID_STEP * sd * np.arange(1, GRID_POINTS - sure)
    table[sure + 1 :] = table[sure] + steps
    table[: GRID_POINTS - sure - 1] = (table[GRID_POINTS - sure - 1] - steps)[::-1]


def own_scores(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores [values] of the reference's own values."""
    scratch, scores = make_scratch(), np.empty(len(values))
    seen = int(signal["seen"])
    for start in range(0, len(values), CHUNK):
        part = values[start : start + CHUNK]
        signal["seen"] = start
        scratch.numbers[: len(part)] = part
        score(signal, shape, scratch, len(part))
        scores[start : start + len(part)] = scratch.scores[: len(part)]
    signal["seen"] = seen
    return scores


def rebuild_recent(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> None:
    """The recent window again, now around the reference mean and with its histogram."""
    end = len(values)
    points = int(signal["atoms"]) or GRID_POINTS
    for half in (0, 1):
        part = values[end - int(signal["recent"][half, 0]) : end]
        end -= len(part)
        deviations = part - signal["origin"]
        signal["recent"][half, 1:3] = deviations.sum(), (deviations**2).sum()
        cells = np.searchsorted(shape["table"][:points], part)
        shape["cells"][half] = np.bincount(cells, minlength=shape["cells"].shape[1])


def learn_rate(signal: np.void) -> None:
    """The reference of a 0/1 signal: rate (ones + 1/2) / (count + 1), which is never 0 or 1."""
    rate = (float(signal["ones"]) + 0.5) / (float(signal["reference_count"]) + 1)
    signal["reference_mean"] = signal["center"] = rate
    signal["reference_sd"] = signal["effect_sd"] = sqrt(rate * (1 - rate))
    signal["scale"] = max(signal["reference_sd"], RATE_SCALE_MIN)
    signal["reference_low"], signal["reference_high"] = 0.0, 1.0
    signal["origin"] = 0.0


def values_per_update(signal: np.void, settings: BankSettings) -> int:
    """How many values river's detectors see as one: a power of two up to 64, from the signal's own rate.

    Of events rarer than one in ten it is at least 8: single ones are too skewed for ADWIN, whose false alarms
    are then three times as frequent as requested (benchmarks/calibration/false_alarms.py). So it is where
    innovations are not independent: ADWIN goes by their variance, which is that of the long run in blocks.
    """
    if settings.resolution == "every_value":
        return 1
    seconds = max(int(signal["last_ms"]) - int(signal["first_ms"]), 1) / 1000
    per_s = (int(signal["reference_count"]) - 1) / seconds
    rate = float(signal["reference_mean"])
    rare = signal["transform"] not in NUMERIC and min(rate, 1 - rate) < RARE_RATE
    every = RARE_BLOCK if rare or signal["long_run"] > 1 else 1
    while every < BLOCK_MAX and per_s / every > UPDATES_PER_S:
        every *= 2
    return every


def reference_scores(signal: np.void, every: int = 1) -> NDArray[np.float64]:
    """The reference as detectors see it before the first value [reference_count // every scores].

    Alternately one sd above and below its mean: they need no more of it than count, mean and variance.
    """
    count = int(signal["reference_count"])
    mean, spread = 0.0, 1.0
    if signal["transform"] not in NUMERIC:
        rate = float(signal["ones"]) / count
        mean = (rate - float(signal["center"])) / float(signal["scale"]) * sqrt(every)
        spread = sqrt(rate * (1 - rate)) / float(signal["scale"])
    scores = np.full(count // every // 2 * 2, mean)
    scores[::2] += spread
    scores[1::2] -= spread
    return scores


def begin(signal: np.void) -> None:
    """Starts the detectors of a signal at its reference."""
    for name in STARTED_AT_ZERO:
        signal[name] = 0
    signal["spread"] = 1.0
    signal["awake"] = signal["transform"] not in QUALITY or signal["ones"] > 0
    signal["armed"] = 1
    set_thresholds(signal)
    reset(signal)
    prime(signal, reference_scores(signal))
    sd, scale, mean = (float(signal[name]) for name in ("reference_sd", "scale", "reference_mean"))
    count, ones = float(signal["reference_count"]), float(signal["ones"])
    if signal["transform"] in NUMERIC:
        totals = (count, 0.0, count * sd**2, 0.0, 0.0)
    else:
        score = (ones - count * mean) / scale
        totals = (count, ones, ones, score, score)
    signal["totals"] = signal["marks"] = (*totals, float(signal["level"]))


def wake(signal: np.void) -> None:
    """The first 1 of a signal of data quality: all the zeros so far are its reference."""
    # What it has inherited were zeros too.
    signal["reference_count"] = max(int(signal["reference_count"]), int(signal["seen"]), 1)
    learn_rate(signal)
    begin_without_time(signal)
    begin(signal)
    signal["awake"], signal["stale"] = 1, 0
