"""What a healthy signal goes on learning: its autocorrelation, and what it is like at each half hour of the
week.

The kernel only adds up; when enough has come together a signal is `stale` and `detectors.learning` draws the
conclusions. A signal that is away from its reference teaches nothing, so a change is not learned away.
"""

from math import inf
from typing import Any

from driftline.detectors.compiled import inner
from driftline.detectors.kernels.long_run import add_products
from driftline.detectors.kernels.reading import is_number
from driftline.detectors.kernels.scratch import Batch, Scratch, slot_of
from driftline.detectors.kernels.weeks import add_to_weeks, at_its_time

WEIGHT_MAX = 60_000
# Judged, times the variance: less, and what is narrower, may be of the hour. With 1 instead, nights of skewed
# amounts were told daily (`everyday --spacing-s 10`: 2.08 a model and 30 days instead of 0.83).
WIDER_MAX = 4.0
# Judged, times the variance, at another level: noise there is the signal's only if it is as it was. With
# 4, what was a hundred times as large for four hours taught it, and the hours after it "varied less".
AWAY_MAX = 1.5


@inner
def teaches(signal: Any) -> bool:
    """Whether its noise is learned from: around a level that is local it is as good as around another, unless
    it is wider there, or much wider since a change.
    """
    if signal["away"] == 0:
        return bool(signal["spread"] < WIDER_MAX)
    return bool(signal["local"] != 0 and is_number(signal) and signal["away_square"] < AWAY_MAX)


@inner
def next_look_ms(signal: Any) -> int:
    """When there is something to conclude from time alone: about the season, or the clock; 0 for never."""
    season_ms, clock_ms = signal["season_ms"], signal["clock_ms"]
    if season_ms > 0 and clock_ms > 0:
        return int(min(season_ms, clock_ms))
    return int(max(season_ms, clock_ms))


@inner
def values_until_due(signal: Any, batch: Batch, scratch: Scratch, count: int) -> int:
    """How many of the next values to take before there is something to learn from them."""
    if teaches(signal) and signal["learn_at"] < inf:
        count = int(min(float(count), max(signal["learn_at"] - signal["products"][0], 1.0)))
    due_ms = next_look_ms(signal)
    if due_ms > 0 and batch.latest_ms >= due_ms:
        for place in range(count):
            if batch.events[scratch.rows[place]]["time_ms"] >= due_ms:
                return place + 1
    return count


@inner
def learn_more(signal: Any, season: Any, batch: Batch, scratch: Scratch, count: int) -> None:
    """Takes the values of a chunk into what is being learned; stale when there is something to conclude."""
    if count == 0 or signal["season"] == 0:
        return
    before = scratch.saved[0]  # as it was at the start: where that changes, the chunk ends
    if teaches(before):
        add_products(signal, scratch, count)
    if before["away"] == 0:
        add_to_season(signal, season, batch, scratch, count)
    add_to_weeks(signal, season, batch, scratch, count)
    due_ms = next_look_ms(signal)
    due = due_ms > 0 and batch.events[scratch.rows[count - 1]]["time_ms"] >= due_ms
    if due or (teaches(signal) and signal["products"][0] >= signal["learn_at"]):
        signal["stale"] = 1


@inner
def add_to_season(signal: Any, season: Any, batch: Batch, scratch: Scratch, count: int) -> None:
    """The running mean of each half hour: of scores while no cycle is known, then of what the level
    leaves.
    """
    mean, weight = season["mean"], season["weight"]
    for place in range(count):
        row = scratch.rows[place]
        slot = slot_of(batch, row)
        value = at_its_time(signal, scratch, place)
        number, known = weight[slot], float(mean[slot])
        mean[slot] = known + (value - known) / (number + 1.0)
        if number < WEIGHT_MAX:
            weight[slot] = number + 1
