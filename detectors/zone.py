"""The clock of a time zone: what it shows at a time, for many times at once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

SECOND_MS = 1000
YEARS = 1970, 2100  # before and after, what holds at the ends
STEP = timedelta(days=7)  # no zone has changed its clock twice in a week and back


@dataclass(frozen=True)
class Zone:
    """By how much a clock differs from UTC, shifts_ms [changes + 1], and when that changes, changes_ms."""

    changes_ms: NDArray[np.int64]
    shifts_ms: NDArray[np.int64]

    def local_ms(self, times_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """What the clock shows, as if it were UTC, at times [count]; the times themselves in UTC."""
        if len(self.changes_ms) == 0 and self.shifts_ms[0] == 0:
            return times_ms
        return times_ms + self.shifts_ms[np.searchsorted(self.changes_ms, times_ms, side="right")]


@cache
def zone_of(name: str) -> Zone:
    """The zone of a name; raises ValueError, with what would be right, where there is none."""
    if name == "UTC":
        return Zone(np.zeros(0, np.int64), np.zeros(1, np.int64))
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name}: write UTC, or a name like Europe/Berlin.") from None
    changes, (time, end) = [], (datetime(year, 1, 1, tzinfo=UTC) for year in YEARS)
    shifts = [_shift(zone, time)]
    while time < end:
        if _shift(zone, time + STEP) != shifts[-1]:
            changes.append(_change(zone, time, time + STEP))
            shifts.append(_shift(zone, time + STEP))
        time += STEP
    return Zone(
        np.array([round(change.timestamp()) * SECOND_MS for change in changes], np.int64),
        np.array([shift // timedelta(milliseconds=1) for shift in shifts], np.int64),
    )


def _shift(zone: ZoneInfo, time: datetime) -> timedelta:
    return time.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second with another shift than `before`."""
    shift = _shift(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _shift(zone, middle) == shift else (before, middle)
    return after
