"""A second look at the distribution of a number, when its first day is over.

The reference of a fast signal is minutes long. Where a cycle takes the signal elsewhere, scores under it are
those of the ends of its quantile table, which few values have made: their spread is off there, at the same
time of every day. So what has a daily cycle gets a table of its whole first day. What was learned in scores
of the first table (level and autocorrelation) is carried over.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.cycle import looks_flat, means_of
from driftline.detectors.distribution import is_no_spike, learn_number, own_scores
from driftline.detectors.kernels.sample import SAMPLE_MS
from driftline.detectors.kernels.scratch import DAY_MS, SLOT_MS
from driftline.detectors.learning import give_way, set_whitening
from driftline.detectors.local_level import HOLD_MS, following_ms, set_memory
from driftline.detectors.reference import begin
from driftline.detectors.state.arrays import Season, clear_recent
from driftline.detectors.state.fields import KEPT_THROUGH_A_SECOND_LOOK, SLOTS, UNKNOWN
from driftline.detectors.weekly import scores_of, tallies
from driftline.detectors.whitening import to_score

SAMPLE_MIN = SLOTS // 2
COUNTED_MAX = 100.0  # values: where the level lies in the new scores is known about as well as from so many,
VARIANCE_COUNTED = 30.0  # and the variance as well as from so many


def look_again(signal: np.void, shape: np.void, season: Season) -> None:
    """After the first day, once the signal is at its level: a new reference where there is a cycle.

    A signal that is away for longer than a level is held is looked at all the same: what takes it away may
    be the table of its first minutes.
    """
    from_ms = int(signal["sampled_from_ms"])
    due_ms = from_ms + DAY_MS + (HOLD_MS if signal["away"] else 0)
    if not from_ms or signal["last_ms"] < due_ms:
        return
    values, slots = take_sample(signal, season)
    season["mean"], season["weight"], season["knots"] = 0.0, 0, 0.0
    if not len(values):
        return
    before = own_scores(signal, shape, values)
    means, weights = means_of(before, slots)
    if len(values) >= SAMPLE_MIN and np.ptp(values) > 0 and not looks_flat(means, weights):
        learn_number(signal, shape, values, slots)
        after = own_scores(signal, shape, values)
        carry_over(signal, before, after, within(after, slots) / max(within(before, slots), 1e-6))
        means, weights = means_of(after, slots)
        begin_again(signal, shape)
        order = np.argsort(before)
        known = np.interp(scores_of(season["weeks"]), before[order], after[order])
        season["weeks"] = tallies(np.where(weights > 0, means, known))
        season["weeks"][1] = UNKNOWN
    signal["local_ms"] = following_ms(signal, means, weights)
    set_memory(signal)
    season["mean"], season["weight"] = means, weights


def take_sample(signal: np.void, season: Season) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The values of the first day, measured from the anchor, and their half hours of the week; ends it."""
    parts = np.flatnonzero(~np.isnan(season["sample"]))
    parts = parts[is_no_spike(season["sample"][parts])]
    middles_ms = int(signal["sampled_from_ms"]) + parts * SAMPLE_MS + SAMPLE_MS // 2
    signal["sampled_from_ms"] = 0
    values = season["sample"][parts]
    season["weeks"][1] = UNKNOWN  # where the sample stood
    ahead = int(signal["half_hour"]) - int(signal["last_ms"]) // SLOT_MS  # of UTC, on the clock of the zone
    return values, (middles_ms // SLOT_MS + ahead) % SLOTS


def carry_over(
    signal: np.void, before: NDArray[np.float64], after: NDArray[np.float64], ratio: float
) -> None:
    """Level and autocorrelation in scores of the second table, from those in scores of the first.

    before, after: scores of the sample under both. ratio: of the variances that their half hours leave.
    """
    unit, sigma = to_score(signal), float(signal["sigma"])
    level, trend = (float(signal["level"]) + float(signal["wander"])) * unit, float(signal["trend"]) * unit
    intercept, slope = line_near(level, before, after)
    give_way(signal)
    signal["products"][1:] *= ratio
    signal["blocks"][1] *= ratio
    signal["wander_sums"][1:] *= ratio
    signal["score_before"] *= slope
    signal["previous"] = intercept + slope * float(signal["previous"])
    set_whitening(signal)
    unit = to_score(signal)
    signal["level"], signal["trend"] = (intercept + slope * level) / unit, slope * trend / unit
    signal["local_sd"] *= slope * sigma / float(signal["sigma"])
    signal["variance_counted"] = VARIANCE_COUNTED
    signal["counted"] = min(float(signal["counted"]), COUNTED_MAX)


def begin_again(signal: np.void, shape: np.void) -> None:
    """Starts the kernel's detectors at the new reference; those of Python go on."""
    clear_recent(signal)
    shape["cells"] = 0
    continued = {name: signal[name].copy() for name in KEPT_THROUGH_A_SECOND_LOOK}
    begin(signal)
    for name, value in continued.items():
        signal[name] = value


def line_near(level: float, before: NDArray[np.float64], after: NDArray[np.float64]) -> tuple[float, float]:
    """Intercept and slope of the scores after by those before, about one sd around a level."""
    weights = np.exp(-0.5 * np.clip(before - level, -6.0, 6.0) ** 2)
    x, y = float(np.average(before, weights=weights)), float(np.average(after, weights=weights))
    spread = float(np.average((before - x) ** 2, weights=weights))
    slope = float(np.average((before - x) * (after - y), weights=weights)) / spread if spread else 1.0
    return y - slope * x, slope


def within(scores: NDArray[np.float64], slots: NDArray[np.int64]) -> float:
    """The sum of squares around the means of half hours."""
    means, _ = means_of(scores, slots)
    return float(((scores - means[slots]) ** 2).sum())
