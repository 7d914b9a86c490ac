"""How near signals are to a finding: the statistics of their tests as parts of their thresholds."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.kernels.compiled import compiled, inner
from driftline.detectors.kernels.lanes import LANES, ODDS_LANES
from driftline.detectors.kernels.names import CUSUM, E_DETECTOR, PAGE_HINKLEY, SHAPE, VARIANCE
from driftline.detectors.state.fields import Records


def nearness_of(signals: Records) -> NDArray[np.float64]:
    """The largest statistic of the kernel's tests as a part of its threshold, 0 to 1 [signals].

    0 before a signal is armed. Read from the records, which it does not change. A test starts again once it
    has found something, so a signal whose incident is open may be near nothing. ADWIN has no statistic
    between its cuts.
    """
    nearness = np.empty(len(signals))
    write_nearness(signals, nearness)
    return nearness


@compiled
def write_nearness(signals: Records, nearness: NDArray[np.float64]) -> None:
    """`nearness_of`, into an array that is there: one pass over all signals of a bank."""
    for index in range(len(signals)):
        signal = signals[index]
        nearness[index] = min(nearest_test(signal), 1.0) if signal["armed"] != 0 else 0.0


@inner
def nearest_test(signal: Any) -> float:
    """The largest part of all tests that the signal has."""
    tested, nearest = signal["tested"], 0.0
    if tested >> PAGE_HINKLEY & 1:
        risen = signal["ph_increase"] - signal["ph_increase_min"]
        fallen = signal["ph_decrease_max"] - signal["ph_decrease"]
        nearest = max(nearest, part(max(risen, fallen), signal["ph_threshold"]))
    if tested >> CUSUM & 1:
        for lane in range(LANES):
            largest = max(signal["lanes"][0, lane], signal["lanes"][1, lane])
            nearest = max(nearest, part(largest, signal["heights"][lane]))
    if tested >> E_DETECTOR & 1:
        total = 0.0
        for lane in range(LANES):
            total += signal["lanes"][0, lane] + signal["lanes"][1, lane]
        nearest = max(nearest, part(total / (2 * ODDS_LANES), signal["heights"][0]))
    if tested >> VARIANCE & 1:
        largest = max(signal["spreads"][0, 0], signal["spreads"][1, 0])
        nearest = max(nearest, part(largest, signal["spread_height"]))
    if tested >> SHAPE & 1:
        nearest = max(nearest, part(signal["shape_statistic"], signal["shape_height"]))
    return nearest


@inner
def part(statistic: float, threshold: float) -> float:
    """A threshold that is infinite (out of reach) or not set yet is no nearer for any statistic."""
    return statistic / threshold if threshold > 0.0 and np.isfinite(statistic) else 0.0
