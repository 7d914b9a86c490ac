"""A clock that was changed by an hour: the cycle goes on an hour earlier or later.

Where a cycle is learned by another clock than its people's, it moves by an hour twice a year. Then every
flank of every day would be a change. So once a signal with a cycle has gone away it is asked each hour, for
two days, whether its half hours since are explained better by the cycle of an hour before or after than by
another level; then the cycle is moved.
"""

import numpy as np

from driftline.detectors.kernels.residuals import BACK, HOUR_SLOTS
from driftline.detectors.kernels.scratch import HOUR_MS
from driftline.detectors.season.arcs import median_variance
from driftline.detectors.season.weekly import scores_of
from driftline.detectors.state.arrays import Season
from driftline.detectors.state.fields import SLOTS, TALLY

HALF_HOURS_MIN = 6  # a level explains fewer as well
HALF_HOURS_MAX = 96
SURE = 12.0  # nats
AS_USUAL = 3.0  # times the noise: no more is left by the cycle that is moved


def follow_clock(signal: np.void, season: Season) -> None:
    """Moves the cycle by an hour where that explains the last hours, and the signal is back."""
    if not 0 < signal["clock_ms"] <= signal["last_ms"]:
        return
    first, now = int(signal["clock_from"]), int(signal["half_hour"])
    signal["clock_ms"] = signal["last_ms"] + HOUR_MS if now - first <= HALF_HOURS_MAX else 0
    slots = np.arange(first, now) % SLOTS
    moved = hour_moved(season, slots[-HALF_HOURS_MAX:])
    if not moved:
        return
    for name in ("mean", "weight", "knots", "steps", "weeks"):
        season[name] = np.roll(season[name], -moved, axis=-1)
    signal["clock_ms"] = 0
    if signal["away"]:
        signal["returned"] = BACK


def hour_moved(season: Season, slots: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    """By how many half hours the cycle comes too late for what the last half hours [count] were; 0: it does
    not.
    """
    weeks = scores_of(season["weeks"])
    latest, both = weeks[0, slots], np.isfinite(weeks).all(axis=0)
    seen = np.isfinite(latest)
    if min(seen.sum(), both.sum()) < HALF_HOURS_MIN:
        return 0
    noise = float(median_variance((weeks[0] - weeks[1])[both] ** 2)) / 2  # of a half hour
    latest, slots = latest[seen], slots[seen]
    cycle = season["knots"] + season["steps"] * TALLY
    in_time = latest - cycle[slots]
    left = {moved: latest - cycle[(slots + moved) % SLOTS] for moved in (HOUR_SLOTS, -HOUR_SLOTS)}
    moved = min(left, key=lambda each: float((left[each] ** 2).sum()))
    squares = float((left[moved] ** 2).sum())
    another_level = float(((in_time - in_time.mean()) ** 2).sum())
    is_better = float((in_time**2).sum()) - squares > 2 * SURE * noise and squares < another_level
    return moved if is_better and squares < AS_USUAL * noise * len(slots) else 0
