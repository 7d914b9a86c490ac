"""The evidence of numbers and categories: shifts of their normal scores, up and down, of several sizes.

A score x around a shift with sd s is likelier than without a change by

    exp(e (x - bend x² - drift)),   e = shift / s²,  bend = (1 - s²) / (2 shift),
                                    drift = shift / 2 + s² ln(s) / shift

With s = 1 that is exp(shift (x - shift / 2)). The alternative with s = 0.4 lies in the tail: there values of
heavy-tailed noise that are far apart are close together as normal scores. Scores of categories have another
distribution, which is known: with its drift (`calibration/categories.py`) a ratio is 1 on average there too.

A shift of autocorrelated scores is a smaller one of innovations (`forecast/whitening.py`). The smallest
alternative is made for what is left of that, and the second one for the middle between it and the third:
they are shifts times `shift_scale`, squared or not.

They also say when a signal is away from its level, so they run where nobody asks for them.
"""

from math import exp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.calibration.categories import drifts_of_categories
from driftline.detectors.calibration.crossings import crossed_by, raised
from driftline.detectors.compiled import inner
from driftline.detectors.kernels.crossings import LEVELS, count_crossings, forget_crossings
from driftline.detectors.kernels.scratch import Scratch
from driftline.detectors.state.lanes import (
    BENDS,
    DRIFTS,
    EXPONENTS,
    LANES,
    LARGEST,
    SHIFTS,
    drift_scale,
)

EXCESS = 1.93  # measured: normal scores take so much longer (benchmarks/calibration/shifts.py)
LOCAL_DELAYS = 4.0  # a shift seen after more than a quarter of a local level's memory would be the cycle


@inner
def run_shifts(signal: Any, scratch: Scratch, count: int) -> tuple[int, int]:
    """Takes up to `count` anchored innovations; returns how many, and ±1 when the last one fired, else 0.

    lanes: R ← (R + 1) × likelihood ratio, of each shift and direction; the ratios are exp(± e x) × gain.
    Fires when Σ weight R > 1.
    """
    lanes, weights, gains = signal["lanes"], signal["weights"], signal["gains"]
    healthy, shift_scale = signal["away"] == 0, signal["shift_scale"]
    taken, fired = 0, 0
    while taken < count and fired == 0:
        value = scratch.anchored[taken]
        taken += 1
        up, down = 0.0, 0.0
        for lane in range(LANES):
            exponent = EXPONENTS[lane] * drift_scale(lane, shift_scale)
            rise, bent = exp(exponent * value), 1.0
            if BENDS[lane] != 0.0:  # decided when compiled, as is the lane
                bent = exp(-exponent * BENDS[lane] * value * value)
            was_higher, was_lower = np.float64(lanes[0, lane]), np.float64(lanes[1, lane])
            higher = min((was_higher + 1.0) * (rise * bent * np.float64(gains[0, lane])), LARGEST)
            lower = min((was_lower + 1.0) * (bent / rise * np.float64(gains[1, lane])), LARGEST)
            if healthy and max(higher, lower) > LEVELS[0, lane]:
                count_crossings(signal, lane, was_higher, higher)
                count_crossings(signal, lane, was_lower, lower)
            lanes[0, lane], lanes[1, lane] = higher, lower
            up += np.float64(weights[lane]) * higher
            down += np.float64(weights[lane]) * lower
        if up + down > 1.0:
            fired = 1 if up > down else -1
    if healthy:
        signal["crossing_values"] += taken
        if fired != 0:
            for lane in range(LANES):
                forget_crossings(signal, lane, np.float64(max(lanes[0, lane], lanes[1, lane])))
    return taken, fired


def gains_of(signal: np.void) -> NDArray[np.float64]:
    """exp(-e (drift + allowance)) of each lane, upwards and downwards [2, LANES].

    With the drift ratios are 1 on average; what the level is uncertain by is given away besides.
    """
    scales = np.array([drift_scale(lane, float(signal["shift_scale"])) for lane in range(LANES)])
    drifts = drifts_of_categories(float(signal["cut"])) if signal["cut"] else np.tile(DRIFTS * scales, (2, 1))
    return np.asarray(np.exp(-EXPONENTS * scales * (drifts + float(signal["allowance"]))))


def weights_of(signal: np.void, every: float) -> list[float]:
    """The weight of each lane for `every` values between false alarms: 0 for those that are out of reach.

    All the same, but for those that are higher more often than normal scores make them.
    """
    within = [is_in_reach(signal, lane, every) for lane in range(LANES)]
    height, crossed = log(2 * max(sum(within), 1) * every / EXCESS), crossed_by(signal)
    heights = [raised(height, lane, crossed) for lane in range(LANES)]
    return [exp(-height) if near else 0.0 for height, near in zip(heights, within, strict=True)]


def is_in_reach(signal: np.void, lane: int, every: float) -> bool:
    """Whether a lane says something of this signal: scores of categories have no tails that go on, and while
    the level is local what it takes longer for than that would be the cycle.

    A shift is seen after some ln(every shift² / 2) 2 / shift² values, the logarithm by what it gains a value.
    """
    if signal["cut"] and BENDS[lane]:
        return False
    delay = log(every * SHIFTS[lane] ** 2 / 2) * 2 / SHIFTS[lane] ** 2
    return not signal["local"] or bool(delay * LOCAL_DELAYS <= signal["memory"] / 2)
