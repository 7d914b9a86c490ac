"""Page-Hinkley as river computes it, on the innovations that river's detectors read: a second opinion.

With alpha 1 it is a two-sided CUSUM whose drift is delta (`calibration/run_length.py`). The running mean
costs nothing: differences from it are uncorrelated, and once a reference has been seen their variance is 1.

For 0/1 scores the correction follows from the skewness g of X and its smaller step s, as the sum of the
mean overshoots upwards and downwards: g/3 is their difference (Siegmund, 10.3), and the overshoot in the
direction of the small steps is about s/2.
"""

from functools import lru_cache
from math import expm1, inf, log, sqrt
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.calibration.crossings import Crossed, crossed_by, raised
from driftline.detectors.calibration.run_length import OVERSHOOT, bisect, mean_run_length
from driftline.detectors.compiled import compiled, inner
from driftline.detectors.evidence.kernel_test import KernelTest
from driftline.detectors.findings import Detected, Finding, exceeds_the_day, mean_changed
from driftline.detectors.kernels.scratch import Scratch, note
from driftline.detectors.signals import is_rate
from driftline.detectors.state.arrays import Row
from driftline.detectors.state.fields import TEST_NAMES
from driftline.detectors.state.lanes import EXPONENTS, SHIFTS, drift_scale

NUMBER = TEST_NAMES.index("page_hinkley")
INSTANCES_MIN = 30  # river's default
NORMAL_DELTA = 0.25  # half of the smallest shift, in sd, that it is to find quickly


@inner
def reset(signal: Any) -> None:
    """As river: the test forgets everything about the level before a detection."""
    signal["ph_instances"] = 0
    signal["ph_mean"] = 0.0
    signal["ph_increase"] = 0.0
    signal["ph_decrease"] = 0.0
    signal["ph_increase_min"] = inf
    signal["ph_decrease_max"] = -1.0
    signal["ph_drift"] = 0


@compiled
def detect(signal: Any, scores: NDArray[np.float64]) -> int:
    """river.drift.PageHinkley (alpha 1, both directions) on scores, up to a detection.

    Returns how many it took. Sets drift to +1 or -1 at a detection.
    """
    instances, mean = signal["ph_instances"], signal["ph_mean"]
    delta, threshold = signal["ph_delta"], signal["ph_threshold"]
    increase, decrease = signal["ph_increase"], signal["ph_decrease"]
    increase_min, decrease_max = signal["ph_increase_min"], signal["ph_decrease_max"]
    taken, drift = 0, 0
    while taken < scores.shape[0] and drift == 0:
        score = scores[taken]
        instances += 1
        mean += (1.0 / instances) * (score - mean)
        deviation = score - mean
        increase = increase + deviation - delta
        decrease = decrease + deviation + delta
        increase_min = min(increase_min, increase)
        decrease_max = max(decrease_max, decrease)
        taken += 1
        if instances >= INSTANCES_MIN:
            if increase - increase_min > threshold:
                drift = 1
            elif decrease_max - decrease > threshold:
                drift = -1
    signal["ph_instances"], signal["ph_mean"], signal["ph_drift"] = instances, mean, drift
    signal["ph_increase"], signal["ph_decrease"] = increase, decrease
    signal["ph_increase_min"], signal["ph_decrease_max"] = increase_min, decrease_max
    return taken


@compiled
def prime(signal: Any, scores: NDArray[np.float64]) -> None:
    """Shows the test the scores of a reference, as if it had watched it."""
    detect(signal, scores)
    if signal["ph_drift"] != 0:
        reset(signal)


@inner
def run_page_hinkley(signal: Any, scratch: Scratch, count: int, tested: bool) -> None:
    """Shows the test the innovations of a chunk and notes its detections."""
    place = 0
    while place < count:
        if signal["ph_drift"] != 0:
            reset(signal)
        place += detect(signal, scratch.innovations[place:count])
        if signal["ph_drift"] != 0:
            signal["ph_told"] += 1
        if signal["ph_drift"] != 0 and tested:
            note(scratch, place - 1, NUMBER)


def set_threshold(signal: np.void, every: float) -> None:
    """delta and the threshold, for `every` values between false alarms."""
    if is_rate(signal):
        mean, scale = float(signal["reference_mean"]), float(signal["scale"])
        signal["ph_delta"], signal["ph_threshold"] = rate_parameters(mean, scale, every)
        if signal["local"]:  # what the day may move it by would add up within hours
            signal["ph_delta"] += float(signal["allowance"]) * float(signal["reference_sd"]) / scale
    else:
        crossed = crossed_by(signal)
        signal["ph_delta"], threshold = normal_parameters(every, crossed.shift_scale)
        signal["ph_threshold"] = raised_page_hinkley(threshold, crossed)
    if signal["rough"]:  # which says nothing yet of what is slow
        signal["ph_threshold"] = inf


class PageHinkleyParameters(NamedTuple):
    """The drift delta and the threshold, in sd of the score."""

    delta: float
    threshold: float


@lru_cache(maxsize=1024)
def normal_parameters(false_alarm_every: float, shift_scale: float = 1.0) -> PageHinkleyParameters:
    """For normal scores, with a mean number of values between false alarms of both sides together.

    shift_scale: what the smallest shift is multiplied by.
    """
    delta = NORMAL_DELTA * shift_scale

    def excess(threshold: float) -> float:
        return mean_run_length(threshold, 2 * delta, delta, OVERSHOOT) / 2 - false_alarm_every

    return PageHinkleyParameters(delta, bisect(excess, 0.0, 1e4))


def lundberg(high: float, low: float, rate: float, delta: float) -> float:
    """Solves Lundberg's equation for a score of `high` with probability rate, else `low`; inf: no root."""
    if max(high, low) <= delta:
        return inf  # no single value goes up, so the sum never does

    def excess(theta: float) -> float:
        return rate * expm1(theta * (high - delta)) + (1 - rate) * expm1(theta * (low - delta))

    return bisect(excess, 1e-9, 600 / max(high, low))


@lru_cache(maxsize=65536)
def rate_parameters(rate: float, scale: float, false_alarm_every: float) -> PageHinkleyParameters:
    """For 0/1 signals of a reference rate, whose score is (x - rate) / scale.

    delta is at most 0.25 and at most 0.4 of the largest fall that is possible, so that a rare event that
    stops happening can be seen as well.
    """
    high, low = (1 - rate) / scale, -rate / scale
    small = min(high, -low)
    delta = min(NORMAL_DELTA, 0.4 * small)
    variance = rate * (1 - rate) / scale**2
    skewness = abs((1 - 2 * rate) / sqrt(rate * (1 - rate))) * sqrt(variance)
    correction = skewness / 3 + small
    rising, falling = lundberg(high, low, rate, delta), lundberg(-low, -high, 1 - rate, delta)

    def excess(threshold: float) -> float:
        lengths = (mean_run_length(threshold, theta, delta, correction) for theta in (rising, falling))
        return 1 / false_alarm_every - sum(1 / max(length, 1e-9) for length in lengths)

    return PageHinkleyParameters(delta, bisect(excess, 0.0, 1e6))


def raised_page_hinkley(threshold: float, crossed: Crossed) -> float:
    """By how often the evidence of a shift of twice its delta came over lower levels: as a threshold for that
    would be which takes as many values to reach (Siegmund's formula; half of his correction is of the lower
    end).
    """
    lane = SHIFTS.index(2 * NORMAL_DELTA)
    exponent = float(EXPONENTS[lane]) * drift_scale(lane, crossed.shift_scale)
    usual = exponent * (threshold + OVERSHOOT / 2) + log(2 / exponent**2)
    return threshold + (raised(usual, lane, crossed) - usual) / exponent


@inner
def statistic(signal: np.void, direction: int) -> tuple[float, float]:
    """How far the sum has risen from its lowest place, or fallen from its highest."""
    if direction > 0:
        return signal["ph_increase"] - signal["ph_increase_min"], signal["ph_threshold"]
    return signal["ph_decrease_max"] - signal["ph_decrease"], signal["ph_threshold"]


def says(at: Detected, row: Row, direction: int) -> Finding | None:
    """A change of the mean; not what the time of the day may do."""
    made = mean_changed(at, row, direction)
    return made if exceeds_the_day(row.signal, made) else None


TEST = KernelTest("page_hinkley", 0.75, "all", set_threshold, itemgetter("ph_drift"), statistic, says)
