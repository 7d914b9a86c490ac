"""What a signal has learned while warming up becomes the reference that its detectors begin from."""

from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.evidence.page_hinkley import prime, reset
from driftline.detectors.evidence.thresholds import set_thresholds
from driftline.detectors.forecast.learning import begin_learning, begin_seasons
from driftline.detectors.reference.categories import learn_shares, learn_unseen
from driftline.detectors.reference.distribution import is_no_spike, learn_number, own_scores, rebuild_recent
from driftline.detectors.reference.masses import learn_masses
from driftline.detectors.reference.rising import RISES, only_rises
from driftline.detectors.reference.tail import learn_tail
from driftline.detectors.signals import NUMERIC, BankSettings, Transform
from driftline.detectors.state.arrays import QUALITY, SEASONAL, Arrays, Season, clear_recent
from driftline.detectors.state.fields import PRIMED_MAX, RESTARTED
from driftline.detectors.statistics.windows import reference_totals

RATE_SCALE_MIN = 0.2  # a single 1 of a rare kind scores at most 5, so it cannot fire on its own
SPREAD_MIN = 1e-3  # below, no change of a value from 0 to 1 is worth a word
UPDATES_PER_S = 8.0  # what river's detectors see of a fast signal under resolution "auto"
BLOCK_MAX = 64
RARE_RATE = 0.1
RARE_BLOCK = 8


def learn_reference(arrays: Arrays, index: int, first: int, settings: BankSettings) -> None:
    """What was learned from the value `first` on becomes the reference that the detectors begin from."""
    signal = arrays.signals[index]
    transform, learned = Transform(int(signal["transform"])), int(signal["learned"])
    signal["reference_count"] = learned - first
    signal["reference_missing"] = signal["missing"]
    values = arrays.buffers[signal["buffer"], first:learned]
    slots = arrays.buffered_slots[signal["buffer"], first:learned]
    shape = arrays.shapes[signal["shape"]]
    if transform in (Transform.CATEGORY, Transform.UNSEEN, Transform.TAIL):
        clear_recent(signal)  # what it says begins with the reference
    if transform is Transform.VALUE:
        healthy = is_no_spike(values)
        values, slots = values[healthy], slots[healthy]
        learn_number(signal, shape, values, slots)
        if not signal["rough"]:
            learn_masses(signal, shape, arrays.buffers[signal["buffer"], first:learned])
        rebuild_recent(signal, shape, arrays.buffers[signal["buffer"], :learned])
        signal["rises"] = RISES if only_rises(arrays.buffers[signal["buffer"], :learned]) else 0
    elif transform is Transform.CATEGORY:
        learn_shares(signal, shape, values)
    else:
        if transform is Transform.TAIL:
            learn_tail(signal, values)
        elif transform is Transform.UNSEEN:
            signal["ones"] = learn_unseen(shape, settings.categories)
        learn_rate(signal)
        if transform is Transform.BOUNDED:
            learn_spread(signal, values)
    if transform in SEASONAL:
        scores = own_scores(signal, shape, values)
        begin_learning(signal, Season(arrays, index), scores, slots)
    else:
        begin_without_time(signal)
        if signal["season"]:
            begin_seasons(signal, Season(arrays, index))
    signal["every"] = values_per_update(signal, settings)
    begin(signal)


def begin_without_time(signal: np.void) -> None:
    """A signal of data quality knows neither cycle nor autocorrelation yet, its level is its reference's."""
    signal["sigma"], signal["learn_at"] = 1.0, inf
    signal["counted"], signal["memory"] = float(signal["reference_count"]), 1e6
    signal["products"] = (float(signal["reference_count"]), 0.0, 0.0)
    signal["long_run"] = signal["long_run_squares"] = signal["local_sd"] = 1.0


def learn_rate(signal: np.void) -> None:
    """The reference of a 0/1 signal: rate (ones + 1/2) / (count + 1), which is never 0 or 1."""
    rate = (float(signal["ones"]) + 0.5) / (float(signal["reference_count"]) + 1)
    signal["reference_mean"] = signal["center"] = rate
    signal["reference_sd"] = signal["effect_sd"] = sqrt(rate * (1 - rate))
    signal["scale"] = max(signal["reference_sd"], RATE_SCALE_MIN)
    signal["reference_low"], signal["reference_high"] = 0.0, 1.0
    signal["origin"] = 0.0


def learn_spread(signal: np.void, values: NDArray[np.float64]) -> None:
    """The sd of values [values] from 0 to 1, which is less than that of 0/1 values of the same mean."""
    signal["reference_sd"] = signal["effect_sd"] = max(float(values.std()), SPREAD_MIN)
    signal["scale"] = max(signal["reference_sd"], RATE_SCALE_MIN)
    signal["reference_low"], signal["reference_high"] = float(values.min()), float(values.max())


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
    """The reference as detectors see it before the first value [primed // every scores].

    Alternately one sd above and below its mean: they need no more of it than count, mean and variance.
    """
    count = int(signal["primed"])
    mean, spread = 0.0, 1.0
    if signal["transform"] not in NUMERIC:
        rate = float(signal["ones"]) / int(signal["reference_count"])
        mean = (rate - float(signal["center"])) / float(signal["scale"]) * sqrt(every)
        spread = sd_of(signal, rate) / float(signal["scale"])
    scores = np.full(count // every // 2 * 2, mean)
    scores[::2] += spread
    scores[1::2] -= spread
    return scores


def sd_of(signal: np.void, rate: float) -> float:
    """The sd of the values of a reference with this mean: it follows from that where they are 0/1."""
    bounded = signal["transform"] == Transform.BOUNDED
    return float(signal["reference_sd"]) if bounded else sqrt(rate * (1 - rate))


def begin(signal: np.void) -> None:
    """Starts the detectors of a signal at its reference."""
    for name in RESTARTED:
        signal[name] = 0
    signal["spread"] = 1.0
    signal["awake"] = signal["transform"] not in QUALITY or signal["ones"] > 0
    signal["armed"] = 1
    signal["primed"] = min(int(signal["reference_count"]), PRIMED_MAX)
    set_thresholds(signal)
    reset(signal)
    prime(signal, reference_scores(signal))
    signal["totals"] = signal["onset_marks"] = reference_totals(signal)


def wake(arrays: Arrays, index: int) -> None:
    """The first 1 of a signal of data quality: all the zeros so far are its reference."""
    signal = arrays.signals[index]
    # What it has inherited were zeros too.
    signal["reference_count"] = max(int(signal["reference_count"]), int(signal["seen"]), 1)
    learn_rate(signal)
    begin_without_time(signal)
    if signal["season"]:
        begin_seasons(signal, Season(arrays, index))
    begin(signal)
    signal["awake"], signal["stale"] = 1, 0
