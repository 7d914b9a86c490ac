"""Where an axis of time is labelled."""

from datetime import UTC, datetime
from typing import Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
STEPS_MS: Final = (
    *(minutes * MINUTE_MS for minutes in (1, 2, 5, 10, 30)),
    *(hours * HOUR_MS for hours in (1, 3, 6, 12)),
    *(days * DAY_MS for days in (1, 2, 7, 30, 90, 365)),
)
MOST: Final = 9


def ticks(began_ms: int, ended_ms: int) -> list[tuple[int, str]]:
    """At most ten round moments (UTC) with their labels: the hour, or the day where that is a new one."""
    length_ms = max(ended_ms - began_ms, 1)
    step_ms = next((step for step in STEPS_MS if length_ms / step <= MOST), length_ms)
    first_ms = -(-began_ms // step_ms) * step_ms
    return [(time_ms, label(time_ms)) for time_ms in range(first_ms, ended_ms + 1, step_ms)]


def label(time_ms: int) -> str:
    """``2 Nov`` at midnight, else ``08:00``."""
    instant = datetime.fromtimestamp(time_ms / 1000, UTC)
    return f"{instant.day} {instant:%b}" if time_ms % DAY_MS == 0 else f"{instant:%H:%M}"
