"""What a signal has learned of time: its cycle, its level, its autocorrelation.

It is asked once when the signal is armed, then now and again.
A cycle can be told from drift only after a week. Until then a signal is watched against a local level, a line
through the last hour or so: it sees jumps, not slow drift. It changes over by itself, after a week,
or after two days that show no daily cycle.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.forecast.allowance import allow_for_the_day, grain_of
from driftline.detectors.forecast.hidden_noise import Seen, hidden_variance
from driftline.detectors.forecast.local_level import (
    MATERIAL,
    begin_local,
    following_ms,
    set_memory,
    values_per_ms,
)
from driftline.detectors.forecast.wandering import NONE, follow, follow_more, wandering
from driftline.detectors.forecast.whitening import surely, to_score, whitening
from driftline.detectors.kernels.learning import WEIGHT_MAX, teaches
from driftline.detectors.kernels.long_run import BLOCK, add_reference_blocks, add_reference_means
from driftline.detectors.kernels.residuals import hold_against_level, usual_sd
from driftline.detectors.kernels.scores import CLIP
from driftline.detectors.kernels.scratch import DAY_MS, HOUR_MS, SLOT_MS, WEEK_MS
from driftline.detectors.season.cycle import DAY_SLOTS, looks_flat, means_of
from driftline.detectors.season.daily import daily_steps
from driftline.detectors.season.weekly import (
    SMALLEST,
    fit_waves,
    scores_of,
    shared_steps,
    tallies,
)
from driftline.detectors.signals import LINES, Transform, is_rate
from driftline.detectors.state.arrays import Season
from driftline.detectors.state.fields import SLOTS, TALLY, UNKNOWN
from driftline.detectors.statistics.levels import score_unit

# Values: with so few a half hour is hardly more than one of them, and a local line is longer than a day.
FEW_IN_A_HALF_HOUR = 2.0  # judged
# What is counted of a signal's noise beside the products that phi and sigma are made of.
BESIDE_PRODUCTS = ("blocks", "wander_sums", "crossings", "crossing_values")
HALF_A_ONE = 0.5  # of `learn_rate` in reference.py
ALLOWANCE = 1.0  # standard errors of the fitted cycle
MEMORY_MS = {"consumer": 28 * DAY_MS, "enterprise": 182 * DAY_MS}
"""How long a healthy reference is remembered: consumer behaviour moves over weeks, enterprise data jumps."""


def begin_learning(
    signal: np.void, season: Season, scores: NDArray[np.float64], slots: NDArray[np.uint16]
) -> None:
    """After the warm-up: what its scores [values] in their half hours of the week [values] say."""
    means, weights = means_of(scores, slots)
    season["mean"], season["weight"] = means, np.minimum(weights, WEIGHT_MAX)
    season["knots"] = 0.0
    begin_weeks(signal, season, int(slots[-1]))
    signal["local"], signal["cyclic"] = 1, 0
    signal["allowance"] = 0.0
    signal["season_from_ms"] = signal["first_ms"]
    conclude_season(signal, season, float(len(scores)))
    begin_local(signal)
    if signal["local"] and is_rate(signal):
        allow_for_the_day(signal, season)
    residuals = scores - cycle_of(season)[slots]
    is_line = bool(signal["local"]) and signal["transform"] in LINES
    levels = np.full(len(residuals), residuals.mean())
    if is_line:
        levels = _lines(residuals, int(signal["memory"]))
    residuals = np.clip(residuals - levels, -CLIP, CLIP)
    signal["products"] = products_of(residuals)
    signal["score_before"] = residuals[-1]
    signal["learn_at"] = 2.0 * len(scores)
    add_reference_means(signal, residuals)
    set_whitening(signal)
    add_reference_blocks(signal, residuals)
    set_long_run(signal)
    if not signal["local"]:
        allow_for_misfit(signal, season)
    signal["previous"] = scores[-1] - cycle_of(season)[slots[-1]]
    signal["counted"] = min(float(len(scores)), float(signal["memory"]))
    signal["level"] = signal["trend"] = 0.0
    if is_line and len(scores) > 1:
        ends = levels[-2:] / to_score(signal)  # while a level is local there is no cycle to add
        signal["level"], signal["trend"] = ends[1], 0.0 if is_rate(signal) else ends[1] - ends[0]
    if signal["last_ms"] >= signal["first_ms"] + DAY_MS:
        follow_the_day(signal, season)


def begin_seasons(signal: np.void, season: Season) -> None:
    """Of a signal of data quality, which keeps no values to learn from: what its days are like is learned
    from now on.
    """
    season["mean"] = season["weight"] = season["knots"] = 0
    signal["local"], signal["cyclic"], signal["allowance"] = 1, 0, 0.0
    signal["season_from_ms"], signal["season_ms"] = signal["last_ms"], signal["last_ms"] + DAY_MS
    # Here nothing says which half hour it is on the clock of the zone: one that is over everywhere.
    begin_weeks(signal, season, (int(signal["last_ms"]) // SLOT_MS - DAY_SLOTS) % SLOTS)
    begin_local(signal)
    allow_for_the_day(signal, season)
    signal["counted"] = min(float(signal["counted"]), float(signal["memory"]))
    signal["products"] = 0.0


def begin_weeks(signal: np.void, season: Season, slot: int) -> None:
    """The half hours of the warm-up, the last of which is `slot`, are those of the week that is known."""
    season["weeks"], season["steps"] = UNKNOWN, 0
    season["weeks"][0] = tallies(np.where(season["weight"] > 0, season["mean"], np.nan))
    half_hour = int(signal["last_ms"]) // SLOT_MS
    ahead = (slot - half_hour + SLOTS // 2) % SLOTS - SLOTS // 2  # of UTC, on the clock of the zone
    signal["half_hour"] = half_hour + ahead
    signal["half_hour_sum"] = signal["half_hour_count"] = signal["stepped"] = 0


def learn(signal: np.void, season: Season) -> None:
    """Draws conclusions when there is something new to learn from."""
    if teaches(signal) and signal["products"][0] >= signal["learn_at"]:
        whiten_again(signal)
        signal["learn_at"] = 2.0 * float(signal["products"][0])
        set_memory(signal)
    if 0 < signal["season_ms"] <= signal["last_ms"]:
        if signal["away"]:
            signal["season_ms"] += HOUR_MS
        else:
            conclude_season(signal, season, float(season["weight"].astype(np.float64).sum()))
    signal["stale"] = 0


def whiten_again(signal: np.void) -> None:
    """phi and sigma anew; what is counted in sd of innovations stays where it is in scores."""
    unit, sigma, usual = to_score(signal), float(signal["sigma"]), usual_sd(signal)
    set_whitening(signal)
    longer = unit / to_score(signal)
    for name in ("level", "wander", "drifted"):
        signal[name] *= longer
    if signal["variance_memory"]:
        signal["local_sd"] *= sigma / float(signal["sigma"])
        longer *= float(signal["sigma"]) / sigma
    if signal["away"]:
        for name in ("shift", "trend"):
            signal[name] *= longer * usual / usual_sd(signal)


def conclude_season(signal: np.void, season: Season, values: float) -> None:
    """A cycle, once a week has been seen; that there is none, perhaps already after two days."""
    from_ms, now_ms = int(signal["season_from_ms"]), int(signal["last_ms"])
    elapsed_ms = now_ms - from_ms
    means, weights = season["mean"].astype(np.float64), season["weight"].astype(np.float64)
    if not weights.any():  # all that a weekly job has sent was its reference: nothing is known of a week
        signal["season_ms"] = now_ms + DAY_MS
    elif elapsed_ms >= WEEK_MS - HOUR_MS:
        grain = grain_of(signal, cycle_of(season))
        if signal["local"]:
            learn_daily_steps(signal, season, means, weights)
        fit, mean = fit_waves(means - season["steps"] * TALLY, weights, grain)
        season["knots"] = fit.knots
        add_steps(signal, season, mean if signal["local"] and signal["armed"] else 0.0)
        cycle = cycle_of(season)
        signal["cyclic"] = int(bool(cycle.any())) + int(cycle.std() > MATERIAL)
        signal["allowance"] = ALLOWANCE * sqrt(fit.freedom / max(values, 1.0))
        if signal["armed"]:  # else its noise is not known yet
            give_back_noise(signal, season, fit.freedom)
            allow_for_misfit(signal, season)
        leave_local(signal, season, mean)
        signal["season_ms"] = now_ms + WEEK_MS
        season["weight"] = np.minimum(season["weight"], season["weight"].max() // 2 + 1)
        signal["crossings"] /= 2.0
        signal["crossing_values"] /= 2.0
    elif elapsed_ms >= 2 * DAY_MS - HOUR_MS and is_at_one_level(signal) and looks_flat(means, weights):
        signal["allowance"] = 0.0
        if signal["armed"]:
            give_back_noise(signal, season, 0.0)
            allow_for_misfit(signal, season)
        leave_local(signal, season, float(np.average(means, weights=weights)))
        signal["season_ms"] = from_ms + WEEK_MS
    else:  # asked again when the next day is whole
        signal["season_ms"] = from_ms + (elapsed_ms // DAY_MS + 1) * DAY_MS
        if signal["armed"] and signal["transform"] == Transform.VALUE:
            follow_the_day(signal, season)
        elif signal["armed"] and is_rate(signal):
            allow_for_the_day(signal, season)


def learn_daily_steps(
    signal: np.void, season: Season, means: NDArray[np.float64], weights: NDArray[np.float64]
) -> None:
    """The jumps that the days of the first week share are steps of its cycle; where they took the signal away
    and taught nothing, means and weights [336] become what the week was.
    """
    week = scores_of(season["weeks"])[0]
    steps = daily_steps(week)
    season["steps"], signal["stepped"] = tallies(steps), int(steps.any())
    untaught = (steps != 0) & (weights == 0) & np.isfinite(week)
    means[untaught] = week[untaught]
    weights[untaught] = weight_of_half_hour(signal)
    season["mean"][untaught], season["weight"][untaught] = means[untaught], weights[untaught]


def weight_of_half_hour(signal: np.void) -> float:
    """How many values a half hour has in two weeks."""
    return min(max(2 * SLOT_MS * values_per_ms(signal), 1.0), WEIGHT_MAX)


def follow_the_day(signal: np.void, season: Season) -> None:
    """A local level becomes as short as it takes to follow the day that was seen."""
    means, weights = season["mean"].astype(np.float64), season["weight"].astype(np.float64)
    signal["local_ms"] = following_ms(signal, means, weights)
    set_memory(signal)


def is_at_one_level(signal: np.void) -> bool:
    """Whether a local level has followed no change: else two days are of two levels, perhaps of a weekend."""
    return bool(signal["local"] and abs(signal["carried"]) < MATERIAL)


def add_steps(signal: np.void, season: Season, level: float) -> None:
    """What the last two weeks share beyond waves and steps, around a level, becomes steps.

    Where it was away each time the half hours have taught nothing: they are what these weeks were.
    """
    weeks, weights = scores_of(season["weeks"]), season["weight"].astype(np.float64)
    cycle, smallest = cycle_of(season), SMALLEST / score_unit(signal)
    steps = shared_steps(weeks - level - cycle, weights, smallest, grain_of(signal, cycle))
    if not steps.any():
        return
    news = np.flatnonzero((steps != 0) & np.isfinite(weeks).all(axis=0))
    season["steps"] = tallies(season["steps"] * TALLY + steps)
    season["mean"][news] = weeks[:, news].mean(axis=0)
    season["weight"][news] = weight_of_half_hour(signal)
    signal["stepped"] = int(season["steps"].any())


def cycle_of(season: Season) -> NDArray[np.float64]:
    """Waves and steps at the middles of half hours [336]."""
    return np.asarray(season["knots"] + season["steps"] * TALLY)


def give_back_noise(signal: np.void, season: Season, freedom: float) -> None:
    """Before a number leaves its local level: the autocorrelation that it has around its cycle, not around a
    line. freedom: how many numbers the cycle took.

    A line through few values an hour follows no day, and leaves the whole cycle as noise: then the half hours
    themselves, around the cycle, are what is known of the noise. What wanders beside independent noise is
    followed instead (`allow_for_misfit`).
    """
    if not signal["local"] or is_rate(signal) or signal["wander_gain"] > 0:
        return
    variance, values = half_hours_vary_by(season)
    known = np.count_nonzero(season["weight"])
    unfitted = known / max(known - freedom - 1, 1.0)
    if values <= FEW_IN_A_HALF_HOUR:
        around = (season["mean"] - cycle_of(season))[season["weight"] > 0]
        signal["products"] = products_of((around - around.mean()) * sqrt(unfitted))
        for name in BESIDE_PRODUCTS:
            signal[name] = 0.0
    else:
        count, squares, lagged = (float(number) for number in signal["products"])
        hidden = hidden_variance(Seen(squares / count, lagged / count, unfitted * variance, values))
        signal["products"][1:] += count * hidden
    whiten_again(signal)


def products_of(residuals: NDArray[np.float64]) -> tuple[int, float, float]:
    """Number, squares and lagged products of residuals [values] in the order of time."""
    return len(residuals), float((residuals**2).sum()), float((residuals[1:] * residuals[:-1]).sum())


def half_hours_vary_by(season: Season) -> tuple[float, float]:
    """The variance of means of half hours around the cycle, each weighed by its values; and their number."""
    weights = season["weight"].astype(np.float64)
    seen = weights > 0
    deviations = (season["mean"] - cycle_of(season))[seen]
    deviations -= np.average(deviations, weights=weights[seen])
    return float(np.average(deviations**2, weights=weights[seen])), float(weights[seen].mean())


def allow_for_misfit(signal: np.void, season: Season) -> None:
    """Adds to the allowance what the cycle's knots are off by in a half hour, besides what is not known well.

    The means of half hours may vary around them more than values of the signal's autocorrelation would: days
    are not alike. And between two knots lies a line, the cycle a twelfth of its second difference beside it.
    """
    knots, known = season["knots"].astype(np.float64), np.count_nonzero(season["weight"])
    variance = (to_score(signal) * float(signal["local_sd"])) ** 2 * float(signal["long_run"])
    of_means, values = half_hours_vary_by(season)
    more = (surely(of_means * values / variance, float(known)) - 1) * variance / values
    if signal["wander_gain"] > 0:  # it follows what is slow, whatever days differ by
        follow_more(signal, more / to_score(signal) ** 2)
        more = 0.0
    bends = (np.roll(knots, 1) - 2 * knots + np.roll(knots, -1)) / 12
    misfit = more + float((bends**2).mean())
    signal["allowance"] = sqrt(float(signal["allowance"]) ** 2 + ALLOWANCE**2 * misfit / variance)


def leave_local(signal: np.void, season: Season, mean: float) -> None:
    """From now on the signal is watched against its cycle, around the mean score of all that was seen.

    The half hours go on with what that level leaves, of which those that were seen more would have more.
    """
    if signal["local"] and signal["armed"]:
        if signal["wander_gain"] > 0:  # not all of where the signal is now are its mean and cycle
            expected = mean + cycle_now(signal, season)
            signal["wander"] += float(signal["level"]) - expected / to_score(signal)
        signal["level"], signal["trend"] = mean / to_score(signal), 0.0
        hold_against_level(signal)
        season["mean"] -= np.float32(mean)
        season["weeks"] = tallies(scores_of(season["weeks"]) - mean)
        signal["counted"] = float(signal["products"][0])
        give_way(signal)
    signal["local"] = 0
    set_memory(signal)


def cycle_now(signal: np.void, season: Season) -> float:
    """The cycle at the time of the last value: between the middles of half hours lie lines."""
    slot = int(signal["half_hour"]) % SLOTS
    middle = slot + int(signal["last_ms"]) % SLOT_MS / SLOT_MS - 0.5
    waves = np.interp([middle], np.arange(SLOTS), season["knots"], period=SLOTS)
    return float(waves[0]) + float(season["steps"][slot]) * TALLY


def give_way(signal: np.void) -> None:
    """What was learned around another level, or in other scores, counts for less than what comes."""
    for name in ("products", *BESIDE_PRODUCTS):
        signal[name] /= 4.0
    signal["learn_at"] = 2.0 * float(signal["products"][0])


def set_whitening(signal: np.void) -> None:
    """phi and sigma from what has come together; a 0/1 signal keeps the scale of its scores.

    Half a 1 is part of its reference and stands alone: or a signal that never changed would foretell itself.
    """
    count, squares, lagged = (float(number) for number in signal["products"])
    if is_rate(signal):
        squares += HALF_A_ONE / float(signal["scale"]) ** 2
    slow = NONE if is_rate(signal) else wandering(signal["wander_sums"].tolist(), squares / max(count, 1.0))
    squares, lagged = squares - count * slow.variance, lagged - count * slow.variance * slow.kept
    phi, sigma = whitening(count, squares, lagged, rough=bool(signal["rough"]))
    signal["phi"], signal["sigma"] = phi, 1.0 if is_rate(signal) else sigma
    follow(signal, slow)
    signal["spread_error"] = sqrt(2 / (count + 1) * (1 + phi) / (1 - phi))
    set_long_run(signal)


def set_long_run(signal: np.void) -> None:
    """How much more sums of innovations, and of their squares, vary than of independent normal ones."""
    signal["long_run"] = signal["long_run_squares"] = 1.0
    count, squared, energy, energy_squared = (float(number) for number in signal["blocks"])
    if is_rate(signal) or count < 2:
        return
    signal["long_run"] = surely(squared / (count * BLOCK) / to_score(signal) ** 2, count)
    mean = energy / count
    variance = energy_squared / count - mean**2
    signal["long_run_squares"] = surely(variance * BLOCK / (2 * mean**2), count) if mean else 1.0


def _lines(values: NDArray[np.float64], span: int) -> NDArray[np.float64]:
    """Lines through values [count], a new one every `span` values counted from the end."""
    first = len(values) % span
    parts = np.split(values, np.arange(first or span, len(values), span))
    if first and first < span / 2 and len(parts) > 1:  # too short for a line of its own
        parts[:2] = [np.concatenate(parts[:2])]
    return np.concatenate([_line(part) for part in parts])


def _line(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The line of least squares through values [count]."""
    places = np.arange(len(values)) - (len(values) - 1) / 2
    squares = float((places**2).sum())
    slope = float((places * values).sum()) / squares if squares else 0.0
    return np.asarray(values.mean() + slope * places)
