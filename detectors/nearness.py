"""How near a signal is to a finding: the statistics of its tests as parts of their thresholds."""

import numpy as np

from driftline.detectors.kernels.lanes import ODDS_LANES
from driftline.detectors.kernels.names import CUSUM, E_DETECTOR, NAMES, PAGE_HINKLEY, SHAPE, VARIANCE


def nearness_of(signal: np.void) -> float:
    """The largest statistic of the kernel's tests as a part of its threshold, 0 to 1; 0 before it is armed.

    Read from the record, which it does not change. A test starts again once it has found something, so a
    signal whose incident is open may be near nothing. ADWIN has no statistic between its cuts.
    """
    if not signal["armed"]:
        return 0.0
    tested = int(signal["tested"])
    parts = (_part(signal, test) for test in range(len(NAMES)) if tested >> test & 1)
    return float(min(max(parts, default=0.0), 1.0))


def _part(signal: np.void, test: int) -> float:
    if test == PAGE_HINKLEY:
        rising = float(signal["increase"] - signal["increase_min"])
        falling = float(signal["decrease_max"] - signal["decrease"])
        return _of(max(rising, falling), float(signal["threshold"]))
    if test == CUSUM:
        return max(
            _of(*each) for lanes in signal["lanes"] for each in zip(lanes, signal["heights"], strict=True)
        )
    if test == E_DETECTOR:
        return _of(float(signal["lanes"].sum()) / (2 * ODDS_LANES), float(signal["heights"][0]))
    if test == VARIANCE:
        return _of(float(signal["spreads"][:, 0].max()), float(signal["spread_height"]))
    assert test == SHAPE
    return _of(float(signal["shape_statistic"]), float(signal["shape_height"]))


def _of(statistic: float, threshold: float) -> float:
    """A threshold that is infinite (out of reach) or not set yet is no nearer for any statistic."""
    return statistic / threshold if threshold > 0.0 and np.isfinite(statistic) else 0.0
