"""From a score to an innovation: without the cycle, without what the value before foretold, without the
level, without what comes and goes.

The level is the running mean of the innovations, so each one is a recursive residual: its variance is 1 plus
the gain with which the level learns, and residuals of different values are uncorrelated, however few values
the level is known from (R. L. Brown, J. Durbin, J. M. Evans, J. R. Stat. Soc. B 37, 1975). While a signal is
away from its level the level stands still, so a change is not learned away. What wanders around the level is
followed by a Kalman filter (`detectors/forecast/wandering.py`).
"""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.reading import BOUNDED, CATEGORY, VALUE, is_number
from driftline.detectors.kernels.scratch import Batch, Scratch, slot_of
from driftline.detectors.signals import LINES
from driftline.detectors.state.fields import MARKS, PAST_MEANS, SLOTS, TALLY, TOTALS
from driftline.detectors.state.lanes import LANES

LOCAL_SD_MIN = 0.03
FAR = 20.0  # a score counts for no more than that far from the level
LEVEL_VALUES = 4000.0  # a level away from the reference is the mean of so many of its last values
AWAY_VALUES = 30.0  # so many values of the reference's variance are known of a new level before its first
LINE_VALUES = 30.0  # the slope of a new local level is that of so many at least
BACK, STAYS = 1, 2  # how a signal ceases to be away
HOUR_SLOTS = 2
RATE_SPREAD_MIN = 0.5
# A step of the week may come up to an hour too early or too late, once that is so sure (in nats).
SURE_OF_HOUR = 4.0


@inner
def remove_cycle(signal: Any, cycle: Any, batch: Batch, scratch: Scratch, count: int) -> None:
    """cycles, and residuals: the scores without them; spreads: the sd of a rate where it is now. Waves are
    interpolated between the middles of half hours, steps are not.
    """
    rate, stayed = is_share(signal), 0.0
    if rate:
        stayed = signal["carried"] * signal["sigma"] / (1.0 - signal["phi"])
    spread = rate_spread(signal, stayed) if stayed != 0.0 else 1.0
    for place in range(count):
        scratch.residuals[place] = scratch.scores[place]
        scratch.cycles[place] = scratch.steps[place] = 0.0
        scratch.spreads[place] = spread
    if signal["cyclic"] == 0:
        return
    knots = cycle["knots"]
    for place in range(count):
        scratch.cycles[place] = cycle_at(knots, batch, scratch.rows[place])
    if signal["stepped"] != 0:
        add_steps(cycle["steps"], batch, scratch, count)
    for place in range(count):
        scratch.residuals[place] -= scratch.cycles[place]
        if rate:
            scratch.spreads[place] = rate_spread(signal, scratch.cycles[place] + stayed)


@inner
def is_share(signal: Any) -> bool:
    """Whether values are 0 or 1, so that their sd follows from their mean."""
    return bool(signal["transform"] not in (VALUE, CATEGORY, BOUNDED))


@inner
def add_steps(steps: NDArray[np.int16], batch: Batch, scratch: Scratch, count: int) -> None:
    """The steps of the week, and what they would be an hour later (`early`) and an hour before (`late`)."""
    for place in range(count):
        slot = slot_of(batch, scratch.rows[place])
        step = steps[slot] * TALLY
        scratch.steps[place] = step
        scratch.cycles[place] += step
        scratch.early[place] = steps[(slot + HOUR_SLOTS) % SLOTS] * TALLY - step
        scratch.late[place] = steps[(slot - HOUR_SLOTS) % SLOTS] * TALLY - step


@inner
def has_steps(signal: Any) -> bool:
    """Whether steps of its cycle may come early or late: where a rate changes is never known so well."""
    return bool(is_number(signal) and signal["stepped"] != 0)


@inner
def hour_offset(signal: Any, scratch: Scratch, place: int, error: float, spread: float) -> float:
    """What a step that comes too early or too late adds to the cycle at a value, once that is sure."""
    hour, unit = signal["hour"], spread * signal["sigma"] / (1.0 - signal["phi"])
    hour[0] = odds_of_hour(hour[0], scratch.early[place] / unit, error / spread)
    hour[1] = odds_of_hour(hour[1], scratch.late[place] / unit, error / spread)
    if max(hour[0], hour[1]) <= SURE_OF_HOUR:
        return 0.0
    offset = scratch.early[place] if hour[0] > hour[1] else scratch.late[place]
    scratch.cycles[place] += offset
    return float(offset)


@inner
def rate_spread(signal: Any, moved: float) -> float:
    """The sd of a rate's values where a cycle, or a level that stayed, has moved it by so much of a score,
    against that of the reference.
    """
    rate, sd = signal["center"] + signal["scale"] * moved, signal["reference_sd"]
    return float(max(sqrt(max(rate * (1.0 - rate), 0.0)) / sd, RATE_SPREAD_MIN))


@inner
def odds_of_hour(odds: float, offset: float, error: float) -> float:
    """The log-likelihood, at least 0, of a step that comes early or late against one in time.

    offset: what it would explain of an error, both in sd of an innovation; 0 where there is no step.
    """
    if offset == 0.0:
        return 0.0
    return min(max(odds + offset * (error - offset / 2.0), 0.0), 2.0 * SURE_OF_HOUR)


@inner
def cycle_at(knots: NDArray[np.float32], batch: Batch, row: int) -> float:
    """The cycle at the time of a row."""
    slot, fraction = batch.events[row]["place"], batch.events[row]["fraction"]
    following = slot + 1 if slot + 1 < SLOTS else 0
    return float(knots[slot] * (1.0 - fraction) + knots[following] * fraction)


@inner
def gains(counted: float, is_line: bool) -> tuple[float, float]:
    """How much of an error a mean, or a line and its slope, learn when they are known from so many values.

    Of a mean 1/n; of a line those of least squares, which for a limited n are about those of Brown's double
    exponential smoothing. A lasting cycle bends a line much less than it shifts a mean.
    """
    number = counted + 1.0
    if not is_line:
        return 1.0 / number, 0.0
    product = number * (number + 1.0)
    return (4.0 * number - 2.0) / product, 6.0 / product


@inner
def usual_sd(signal: Any) -> float:
    """The sd that errors of a known level have in the long run, as far as no cycle moves it."""
    return sqrt(signal["spread"] * signal["long_run"])


@inner
def innovate(signal: Any, scratch: Scratch, count: int, limit: float) -> None:
    """errors, innovations (within ±limit) and, from now on, scores measured from the level.

    The level learns as if nothing wandered. Innovations have variance 1 also after the variance has changed.
    Of a signal that is away the trend is that of the new level, and `anchor` follows what wanders around it.
    """
    phi, inverse = signal["phi"], 1.0 / signal["sigma"]
    to_score, unit = signal["sigma"] / (1.0 - phi), usual_sd(signal)
    # Of a rate a mean: a line through its few ones would follow a change before it is seen.
    is_line = signal["local"] != 0 and signal["transform"] in LINES
    memory, drifted, healthy = signal["memory"], signal["drifted"], signal["away"] == 0
    previous, level, counted = signal["previous"], signal["level"], signal["counted"]
    trend, wander = (signal["trend"], signal["wander"]) if healthy else (0.0, 0.0)
    local_sd, known, long_run = signal["local_sd"], signal["variance_counted"], signal["long_run"]
    # Another variance than the reference's does not become normal.
    learns = healthy and signal["variance_memory"] > 0 and signal["spread"] == 1.0
    stepped = healthy and has_steps(signal)
    kept, follows = signal["wander_kept"], signal["wander_gain"]
    for place in range(count):
        residual, forecast = scratch.residuals[place], level + trend
        gain, slope = gains(counted, is_line)
        spread = sqrt(1.0 + gain) * unit * local_sd * scratch.spreads[place]
        error = (residual - phi * previous) * inverse - forecast - wander
        offset = hour_offset(signal, scratch, place, error, spread) if stepped else 0.0
        error -= offset / to_score
        innovation = min(max(error / spread, -limit), limit)
        scratch.errors[place], scratch.gains[place] = error, gain
        scratch.forecasts[place], scratch.innovations[place] = forecast, innovation
        scratch.scores[place] = min(max(residual - offset - (forecast - drifted) * to_score, -FAR), FAR)
        previous = residual
        if healthy:
            step = innovation * spread
            before, wander = wander, kept * (wander + follows * step)
            step += before
            level = forecast + gain * step
            trend += slope * step
            counted = min(counted + 1.0, memory)
        if learns:
            local_sd = sd_of_late(local_sd, innovation * innovation * long_run, known)
            known = min(known + 1.0, signal["variance_memory"])
        scratch.known[place] = known
    signal["local_sd"], signal["variance_counted"] = local_sd, known
    signal["previous"], signal["level"], signal["counted"] = previous, level, counted
    if healthy:
        signal["trend"], signal["wander"] = trend, wander


@inner
def anchor(signal: Any, scratch: Scratch, count: int, limit: float, unit: float) -> int:
    """anchored: innovations, after a change measured from the new level; returns how many belong together.

    unit is the sd of an innovation. It ends with the value after which the signal is back (or, without a
    known cycle, has been away too long to say).
    """
    for place in range(count):
        scratch.anchored[place] = scratch.innovations[place]
        scratch.deviations[place] = scratch.scores[place]
    if signal["away"] == 0:
        return count
    hold = signal["hold"] if signal["local"] != 0 else np.inf
    taken, ended = 0, False
    while taken < count and not ended:
        variance = anchor_value(signal, scratch, taken, limit) + signal["wander_variance"]
        taken += 1
        error = unit * sqrt(variance * max(signal["away_square"], 1.0))
        ended = abs(signal["shift"] + signal["drifted"]) < 2.0 * error
        ended = ended or signal["shift_count"] > hold
    if ended:
        signal["returned"] = STAYS if signal["shift_count"] > hold else BACK
    return taken


@inner
def anchor_value(signal: Any, scratch: Scratch, place: int, limit: float) -> float:
    """Measures one value from the new level, a running mean since the change began, and returns its variance.

    A number's new level that stays local goes on as a line, and so does its sd: a cycle is no change. Noise
    may be wider there than the reference's (never taken for narrower): anchored has variance 1 all the same.
    """
    number, shift, trend = signal["shift_count"], signal["shift"], signal["trend"]
    is_line = signal["local"] != 0 and is_number(signal)
    memory, known = signal["memory"] if is_line else LEVEL_VALUES, signal["variance_memory"]
    sd, wander = usual_sd(signal) * signal["local_sd"], signal["wander"]
    whole = (scratch.errors[place] / sqrt(1.0 + scratch.gains[place]) - wander) / sd
    deviation = whole - shift - trend
    learned = min(number, memory)
    gain, slope = gains(max(learned, LINE_VALUES) if is_line else learned, is_line)
    variance = max(gain, 1.0 / (number + 1.0))
    noise = sqrt(max(signal["away_square"], 1.0))
    anchored = min(max(deviation / (noise * sqrt(1.0 + variance)), -limit), limit)
    known_of_noise = min(number, LEVEL_VALUES) + AWAY_VALUES
    signal["away_square"] = noise * noise * (1.0 + (anchored * anchored - 1.0) / (known_of_noise + 1.0))
    scratch.innovations[place] = min(max(whole, -limit), limit)
    scratch.anchored[place] = anchored
    scratch.errors[place] -= shift + trend
    scratch.deviations[place] -= (shift + trend) * sd * signal["sigma"] / (1.0 - signal["phi"])
    scratch.gains[place] = variance
    surprise = min(max(deviation, -limit * noise), limit * noise)
    signal["wander"] = signal["wander_kept"] * (wander + signal["wander_gain"] * surprise * sd)
    surprise += wander / sd  # the level learns as if nothing wandered
    shift += trend + gain * surprise
    trend += slope * surprise
    if is_line and known > 0:
        before = signal["local_sd"]
        signal["local_sd"] = sd_of_late(before, anchored * anchored * signal["long_run"], known)
        shift, trend = shift * before / signal["local_sd"], trend * before / signal["local_sd"]
    signal["shift"], signal["trend"], signal["shift_count"] = shift, trend, number + 1.0
    return float(variance)


@inner
def sd_of_late(sd: float, square: float, known: float) -> float:
    """The sd of so many innovations of late, with one more whose square is measured in it."""
    return max(sd * (1.0 + (square - 1.0) / (2.0 * (known + 1.0))), LOCAL_SD_MIN)


@inner
def carry_season(signal: Any, season: Any) -> None:
    """Before a level that stays becomes the level: what half hours were like is what they would be at it.

    Else the mean of all that was seen, from which a signal is watched once it needs no local level any more,
    would lie between the two, and the change be found a second time days after it was followed.
    """
    if signal["season"] == 0:
        return
    moved = signal["shift"] * usual_sd(signal) * signal["local_sd"] * signal["sigma"] / (1.0 - signal["phi"])
    for slot in range(SLOTS):
        if season["weight"][slot] > 0:
            season["mean"][slot] += moved


@inner
def come_back(signal: Any) -> None:
    """The signal is at its level again, or the level it stays at becomes its level."""
    signal["away"] = signal["ph_told"] = 0
    if signal["returned"] == STAYS:
        signal["carried"] += signal["shift"]
        unit = usual_sd(signal) * signal["local_sd"]
        signal["level"] += signal["shift"] * unit
        signal["trend"] *= unit
        signal["counted"] = min(signal["counted"], 200.0)
    else:
        signal["level"] -= signal["drifted"]
        signal["trend"] = 0.0
        if signal["wander_gain"] > 0.0:
            signal["wander"] += signal["shift"] * usual_sd(signal) * signal["local_sd"]
    for mean in range(PAST_MEANS):
        signal["past_means"][mean] = 0.0
    signal["drifted"] = 0.0
    hold_against_level(signal)
    forget_lanes(signal)


@inner
def hold_against_level(signal: Any) -> None:
    """What began before is compared with this level, not with one that was at marks which may be gone."""
    signal["totals"][TOTALS - 1] = signal["level"]
    for which in range(MARKS):
        signal["onset_marks"][which, TOTALS - 1] = signal["level"]


@inner
def forget_lanes(signal: Any) -> None:
    """Begins the evidence of the e-detector anew."""
    for lane in range(LANES):
        signal["lanes"][0, lane] = signal["lanes"][1, lane] = 0.0
