"""Arming a signal: what it learned while warming up becomes the reference its detectors begin from."""

from math import fsum, inf, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from detectors.calibration import normal_parameters, rate_parameters
from detectors.categories import learn_categories, learn_shares
from detectors.kernels.change_point import best_mark
from detectors.kernels.page_hinkley import prime, reset
from detectors.kernels.scores import score
from detectors.kernels.scratch import CHUNK, make_scratch
from detectors.layout import GRID_LOW, GRID_POINTS, GRID_STEP, QUALITY, Arrays, clear_recent
from detectors.signals import BankSettings, Transform

ATOMS_MAX = 64  # a reference with more distinct values is treated as continuous
RATE_SCALE_MIN = 0.2  # a single 1 of a rare kind scores at most 5, so it cannot fire on its own
RATE_COUNT_MAX = 10_000  # a rate known from so many values is known well enough
UPDATES_PER_S = 8.0  # what river's detectors see of a fast signal under resolution "auto"
BLOCK_MAX = 64
RARE_RATE = 0.1
RARE_BLOCK = 8
NUMERIC = (Transform.VALUE, Transform.CATEGORY)
INHERITED = (
    *(
        "reference_count",
        "reference_missing",
        "reference_mean",
        "reference_sd",
        "reference_low",
        "reference_high",
    ),
    *("ones", "atoms", "center", "scale", "cut", "common", "rare", "origin", "every"),
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
    shape = arrays.shapes[signal["shape"]]
    if transform in (Transform.CATEGORY, Transform.UNSEEN, Transform.TAIL):
        clear_recent(signal)  # what it says begins with the reference
    if transform is Transform.VALUE:
        learn_distribution(signal, shape, values)
    elif transform is Transform.CATEGORY:
        learn_shares(signal, shape)
    else:
        if transform is Transform.TAIL:
            signal["cut"] = np.quantile(values, 0.95)
            signal["ones"] = np.count_nonzero(values > signal["cut"])
        elif transform is Transform.UNSEEN:
            signal["ones"] = learn_categories(shape)
        learn_rate(signal)
    signal["every"] = values_per_update(signal, settings)
    begin(signal, settings)


def learn_distribution(signal: np.void, shape: np.void, values: NDArray[np.float64]) -> None:
    """The quantile table of a number [129 points], or its atoms when there are few distinct values.

    Scores read from it are corrected to mean 0 and sd 1 on `values` [reference_count] themselves.
    """
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
    signal["center"], signal["scale"] = 0.0, 1.0
    scores = own_scores(signal, shape, values)
    if len(atoms) > 1:
        signal["center"] = fsum(scores) / len(scores)
        signal["scale"] = max(sqrt(fsum((scores - signal["center"]) ** 2) / len(scores)), 0.1)
    signal["reference_mean"] = signal["origin"] = values.mean() if len(atoms) > 1 else atoms[0]
    signal["reference_sd"] = values.std() if len(atoms) > 1 else 0.0
    signal["reference_low"], signal["reference_high"] = atoms[0], atoms[-1]
    rebuild_recent(signal, shape, values)


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
    signal["reference_sd"] = sqrt(rate * (1 - rate))
    signal["scale"] = max(signal["reference_sd"], RATE_SCALE_MIN)
    signal["reference_low"], signal["reference_high"] = 0.0, 1.0
    signal["origin"] = 0.0


def values_per_update(signal: np.void, settings: BankSettings) -> int:
    """How many values river's detectors see as one: a power of two up to 64, from the signal's own rate.

    Of events rarer than one in ten it is at least 8: single ones are too skewed for ADWIN, whose false alarms
    are then three times as frequent as requested (benchmarks/calibration/false_alarms.py).
    """
    if settings.resolution == "every_value":
        return 1
    seconds = max(int(signal["last_ms"]) - int(signal["first_ms"]), 1) / 1000
    per_s = (int(signal["reference_count"]) - 1) / seconds
    rate = float(signal["reference_mean"])
    rare = signal["transform"] not in NUMERIC and min(rate, 1 - rate) < RARE_RATE
    every = RARE_BLOCK if rare else 1
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


def begin(signal: np.void, settings: BankSettings) -> None:
    """Starts the detectors of a signal at its reference."""
    for name in ("emitted", "skipped", "block_count", "block_sum", "ring_count", "rings", "ring_sum", "ring"):
        signal[name] = 0
    for name in ("before", "level_ms", "level_offset", "level_direction", "stale"):
        signal[name] = 0
    signal["awake"] = signal["transform"] not in QUALITY
    signal["recalibrate"] = inf
    signal["armed"] = 1
    sd, scale, mean = (float(signal[name]) for name in ("reference_sd", "scale", "reference_mean"))
    numeric = signal["transform"] in NUMERIC
    set_thresholds(signal)
    reset(signal)
    prime(signal, reference_scores(signal))
    count, ones = float(signal["reference_count"]), float(signal["ones"])
    level = (
        (count, 0.0, count * sd**2, 0.0) if numeric else (count, ones, ones, (ones - count * mean) / scale)
    )
    signal["level"] = signal["marks"] = level
    signal["cusums"] = 0.0


def set_thresholds(signal: np.void) -> None:
    """Page-Hinkley's drift and threshold for the requested false alarms, at the reference."""
    every = float(signal["requested"])
    if signal["transform"] in NUMERIC:
        signal["delta"], signal["threshold"] = normal_parameters(every)
    else:
        mean, scale = float(signal["reference_mean"]), float(signal["scale"])
        signal["delta"], signal["threshold"] = rate_parameters(mean, scale, every)


def follow_rate(signal: np.void, settings: BankSettings) -> None:
    """Calibrates Page-Hinkley for the rate a 0/1 signal has changed to: its variance is another now.

    The few values up to a detection exaggerate the rate, so this is repeated whenever their number doubles.
    """
    after = signal["level"].copy()
    if signal["drift"] != 0:
        after -= signal["marks"][best_mark(signal, signal["drift"])]
    rate = (float(after[1]) + 0.5) / (float(after[0]) + 1)
    parameters = rate_parameters(rate, float(signal["scale"]), float(signal["requested"]))
    signal["delta"], signal["threshold"] = parameters
    signal["stale"] = 0
    signal["recalibrate"] = max(2 * float(after[0]), 64.0) if after[0] < RATE_COUNT_MAX else inf


def inherit_reference(
    arrays: Arrays, index: int, others: Arrays, source: int, settings: BankSettings
) -> None:
    """Arms a signal with the reference of a signal of another bank."""
    signal, other = arrays.signals[index], others.signals[source]
    for name in INHERITED:
        signal[name] = other[name]
    if signal["shape"]:
        theirs = others.shapes[other["shape"]]
        mine = arrays.shapes[signal["shape"]]
        if len(theirs["table"]) != len(mine["table"]):
            raise ValueError(
                "a reference can only be inherited between banks of the same setting `categories`"
            )
        mine["table"], mine["level"], mine["cells"] = theirs["table"], theirs["level"], 0
    clear_recent(signal)
    begin(signal, settings)
