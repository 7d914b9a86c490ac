"""What a signal was at each half hour of the last two weeks, healthy or not.

A signal that is away teaches its season nothing, so what comes every weekend would be news each time. What
the last week and the one before show alike, with the signal back at its level between, is no news: that is
for `detectors/season/weekly.py` to say.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.scratch import SLOT_MS, Batch, Scratch
from driftline.detectors.state.fields import SLOTS, TALLY, UNKNOWN

TALLY_MAX = 32_767.0
LASTING = 6 * 48  # half hours: what has been away for longer on end is no part of a week


@inner
def at_its_time(signal: Any, scratch: Scratch, place: int) -> float:
    """What a value says of its half hour: its score while no cycle is known, then what the level leaves."""
    if signal["local"] == 0:
        return float(scratch.scores[place] + scratch.cycles[place])
    to_score = signal["sigma"] / (1.0 - signal["phi"])
    return float(scratch.scores[place] + scratch.forecasts[place] * to_score)


@inner
def add_to_weeks(signal: Any, season: Any, batch: Batch, scratch: Scratch, count: int) -> None:
    """The mean of the half hour that is open; values of one that is over come too late."""
    total, number, half_hour = signal["half_hour_sum"], signal["half_hour_count"], signal["half_hour"]
    for place in range(count):
        row = scratch.rows[place]
        now = batch.events[row]["local_ms"] // SLOT_MS
        if now > half_hour:
            close_half_hour(signal, season["weeks"], total, number)
            open_half_hour(season["weeks"], half_hour, now)
            half_hour = signal["half_hour"] = now
            total = number = 0.0
        if now == half_hour:
            total += at_its_time(signal, scratch, place)
            number += 1.0
    signal["half_hour_sum"], signal["half_hour_count"] = total, number


@inner
def close_half_hour(signal: Any, weeks: NDArray[np.int16], total: float, number: float) -> None:
    """Writes down the mean of the half hour that ends (sum and count), unless what took it away lasts."""
    signal["away_half_hours"] = signal["away_half_hours"] + 1 if signal["away"] != 0 else 0
    if number > 0.0 and signal["away_half_hours"] <= LASTING:
        tally = total / number / TALLY
        weeks[0, signal["half_hour"] % SLOTS] = np.int16(np.rint(min(max(tally, -TALLY_MAX), TALLY_MAX)))


@inner
def open_half_hour(weeks: NDArray[np.int16], before: int, now: int) -> None:
    """What was known of a half hour now begun, and of those skipped, is of the week before from now on."""
    for half_hour in range(max(before + 1, now - SLOTS + 1), now + 1):
        slot = half_hour % SLOTS
        weeks[1, slot] = weeks[0, slot]
        weeks[0, slot] = UNKNOWN
