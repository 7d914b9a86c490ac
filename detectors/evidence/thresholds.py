"""The thresholds of the kernel's tests for one signal, from the false alarms that are asked of it."""

from math import inf

import numpy as np

from driftline.detectors.evidence.table import TESTS
from driftline.detectors.forecast.whitening import shift_in_innovations
from driftline.detectors.signals import Transform, is_rate

SCALE_STEP = 0.1  # what a coefficient is known better by moves no threshold


def set_thresholds(signal: np.void) -> None:
    """The thresholds of the kernel's tests for the requested false alarms, which its detectors share."""
    requested, rate = float(signal["requested"]), is_rate(signal)
    if not rate:
        fit_to_autocorrelation(signal)
    for test, share in zip(TESTS, signal["shares"].tolist(), strict=True):
        if test.applies(rate=rate):
            test.set_threshold(signal, requested / share if share else inf)


def fit_to_autocorrelation(signal: np.void) -> None:
    """Makes the two smallest shifts, and Page-Hinkley's, what is left of them in innovations.

    Not while the level is local, for which they would be too slow, nor for categories, whose drifts are those
    of a known distribution. What they have added up comes no nearer to a threshold.
    """
    before = float(signal["shift_scale"])
    suits = signal["transform"] == Transform.VALUE and not signal["local"]
    now = min(shift_in_innovations(signal), 1.0) ** 0.5 if suits else 1.0
    if before and abs(now / before - 1) < SCALE_STEP:
        return
    signal["shift_scale"] = now
    if before:
        for name in ("crossings", "crossing_values"):
            signal[name] = 0.0
        smaller = min(before / now, 1.0)
        for extreme, total in (("ph_increase_min", "ph_increase"), ("ph_decrease_max", "ph_decrease")):
            signal[extreme] = signal[total] + (signal[extreme] - signal[total]) * smaller


def recalibrate(signal: np.void, name: str, requested: float) -> bool:
    """Asks for another number of values between false alarms; whether it moved by more than a factor of 2.

    Raises ValueError for a number below 100.
    """
    if not 100 <= requested < inf:
        raise ValueError(f"{name}: {requested} values between false alarms; at least 100 are possible")
    before, signal["requested"] = float(signal["requested"]), requested
    if signal["armed"] and before != requested:
        set_thresholds(signal)
    return not 0.5 < requested / before < 2.0
