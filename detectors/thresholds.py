"""The thresholds of the kernel's tests for one signal, from the false alarms that are asked of it."""

from math import inf

import numpy as np

from driftline.detectors.calibration import (
    Crossed,
    category_heights,
    cusum_heights,
    e_height,
    normal_parameters,
    raised_cusums,
    raised_page_hinkley,
    raised_variance,
    rate_parameters,
    shape_height,
    variance_height,
)
from driftline.detectors.kernels.cusums import drift_scale
from driftline.detectors.kernels.lanes import SHAPE_CELLS, SHAPE_WINDOW, SHIFTS
from driftline.detectors.kernels.names import CUSUM, E_DETECTOR, PAGE_HINKLEY, SHAPE, VARIANCE
from driftline.detectors.signals import NUMERIC, Transform
from driftline.detectors.whitening import shift_in_innovations

SCALE_STEP = 0.1  # what a coefficient is known better by moves no threshold
LOCAL_DELAYS = 4.0  # a CUSUM slower than a quarter of a local level's memory would follow the cycle


def set_thresholds(signal: np.void) -> None:
    """The thresholds of the kernel's tests for the requested false alarms, which its detectors share.

    The CUSUMs and the e-detector always run, since they say when a signal is away from its level.
    """
    requested, shares = float(signal["requested"]), signal["shares"].tolist()
    every = [requested / share if share else inf for share in shares]
    away = E_DETECTOR if signal["transform"] not in NUMERIC else CUSUM
    away_every = every[away] if every[away] < inf else requested
    if signal["transform"] in NUMERIC:
        fit_to_autocorrelation(signal)
        crossings, values = signal["crossings"], float(signal["crossing_values"])
        crossed = Crossed(crossings, values, float(signal["shift_scale"]))
        signal["ph_delta"], threshold = normal_parameters(every[PAGE_HINKLEY], crossed.shift_scale)
        signal["ph_threshold"] = raised_page_hinkley(threshold, crossed)
        signal["heights"] = reachable(raised_heights(signal, crossed, away_every), signal)
        cells = int(signal["shape_cells"]) or SHAPE_CELLS
        signal["shape_height"] = shape_height(every[SHAPE], SHAPE_WINDOW, cells)
        cells = min(int(signal["atoms"]) + 1, SHAPE_CELLS)
        signal["shape_pattern_height"] = shape_height(every[SHAPE], SHAPE_WINDOW, cells)
        spread_height = variance_height(every[VARIANCE])
        signal["spread_height"] = max(
            spread_height * float(signal["long_run_squares"]),
            raised_variance(spread_height, crossed),
        )
        if signal["rough"]:  # which says nothing of spread or shape yet, nor of what is slow
            signal["ph_threshold"] = signal["spread_height"] = signal["shape_height"] = inf
    else:
        mean, scale = float(signal["reference_mean"]), float(signal["scale"])
        signal["ph_delta"], signal["ph_threshold"] = rate_parameters(mean, scale, every[PAGE_HINKLEY])
        if signal["local"]:  # what the day may move it by would add up within hours
            signal["ph_delta"] += float(signal["allowance"]) * float(signal["reference_sd"]) / scale
        signal["heights"] = e_height(mean, away_every)
        if signal["rough"]:
            signal["ph_threshold"] = inf


def fit_to_autocorrelation(signal: np.void) -> None:
    """Makes the CUSUMs of the smallest shifts, and Page-Hinkley, for what of those is left in innovations.

    Not while the level is local, for which they would be too slow, nor for categories, whose thresholds are
    those of a known distribution. What they have added up comes no nearer to a threshold.
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
        for lane in range(2):
            signal["lanes"][:, lane] *= drift_scale(lane, smaller)
        for extreme, total in (("ph_increase_min", "ph_increase"), ("ph_decrease_max", "ph_decrease")):
            signal[extreme] = signal[total] + (signal[extreme] - signal[total]) * smaller


def raised_heights(signal: np.void, crossed: Crossed, every: float) -> tuple[float, ...]:
    """The thresholds of the CUSUMs by what scores are like: known of categories, else as crossings say."""
    normal = cusum_heights(every, crossed.shift_scale)
    raised = raised_cusums(normal, crossed)
    if not signal["cut"]:
        return raised
    lanes = zip(category_heights(float(signal["cut"]), every), raised, normal, strict=True)
    return tuple(max(known, seen) if seen > usual else known for known, seen, usual in lanes)


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


def reachable(heights: tuple[float, ...], signal: np.void) -> tuple[float, ...]:
    """The thresholds of the CUSUMs; those too slow for a local level are out of reach while there is one."""
    if not signal["local"]:
        return heights
    memory = float(signal["memory"]) / 2
    return tuple(
        height if height / (shift / 2) * LOCAL_DELAYS <= memory else inf
        for height, shift in zip(heights, SHIFTS, strict=True)
    )
