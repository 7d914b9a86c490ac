"""What half hours of a rate may be off by: through single values, and through the time of the day while its
cycle is not known.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.forecast.local_level import (
    has_seen_a_day,
    left_of_the_day,
    set_memory,
    values_per_ms,
)
from driftline.detectors.forecast.whitening import to_score
from driftline.detectors.kernels.scratch import SLOT_MS
from driftline.detectors.season.cycle import amplitude_of_day
from driftline.detectors.season.weekly import SMOOTH, Grain, scores_of, seen_twice
from driftline.detectors.signals import is_rate, is_share
from driftline.detectors.state.arrays import Season

# Judged: log-odds by which noon or midnight differs from the mean of the day, or from what was seen first.
DAY_MOVES, DAY_MOVES_ROUGH = 0.4, 0.6


def allow_for_the_day(signal: np.void, season: Season) -> None:
    """What the time of the day may move a rate by is given away until its cycle is known, for its local level
    is that of many hours and cannot follow. Before a day was seen its odds may move by half; what took it
    away on two days, at the same time, it may do again.
    """
    sd, rate = float(signal["reference_sd"]), float(signal["reference_mean"])
    set_memory(signal)
    if not has_seen_a_day(signal):
        moves = DAY_MOVES_ROUGH if signal["rough"] else DAY_MOVES
        signal["allowance"] = moves * rate * (1.0 - rate) / sd * left_of_the_day(signal)
        return
    means, weights = season["mean"].astype(np.float64), season["weight"].astype(np.float64)
    noise = variance_since(signal, float(np.average(means, weights=weights)))
    amplitude = amplitude_of_day(means, weights, noise) * left_of_the_day(signal)
    off = scores_of(season["weeks"])[0] - float(signal["level"]) * to_score(signal)
    twice = seen_twice(off, grain_of(signal, np.zeros(1)))
    signal["allowance"] = max(amplitude, twice) * float(signal["scale"]) / sd


def variance_since(signal: np.void, mean: float) -> float:
    """The variance of a rate's scores, no less than their mean since the reference says: the reference of one
    that had never been 1 knows nothing of it.
    """
    scale, variance = float(signal["scale"]), float(signal["reference_sd"]) ** 2
    if is_share(signal):
        rate = min(max(float(signal["center"]) + scale * mean, 0.0), 1.0)
        variance = max(variance, rate * (1.0 - rate))
    return variance / scale**2


def grain_of(signal: np.void, cycle: NDArray[np.float64]) -> Grain:
    """What a single 0 or 1 does to the mean score of a half hour, where a cycle [336] takes its rate.

    Of values that depend on each other there are as many fewer as their sums vary more.
    """
    if not is_rate(signal):
        return SMOOTH
    scale, phi = float(signal["scale"]), float(signal["phi"])
    rate = np.clip(float(signal["center"]) + scale * cycle, 0.0, 1.0)
    values = SLOT_MS * values_per_ms(signal) * (1 - phi) / (1 + phi)
    farthest = float(np.maximum(rate, 1 - rate).max())
    return Grain(rate * (1 - rate) / scale**2 / values, farthest / scale / values)
