"""Figures as people read them; one that does not exist is a dash."""

from datetime import UTC, datetime
from typing import Final

ABSENT: Final = "–"


def time_of(time_ms: float) -> str:
    """``2026-11-02 08:00`` (UTC)."""
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M}"


def duration(seconds: float | None) -> str:
    """``12.0 s``, ``33 min``, ``5.2 h``, ``3.1 days``."""
    if seconds is None:
        return ABSENT
    for limit, unit_s, name in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if abs(seconds) < limit:
            return f"{seconds / unit_s:.{0 if unit_s == 60 else 1}f} {name}"
    return f"{seconds / 86_400:.1f} days"


def number(value: float | None) -> str:
    """Three figures, thousands with commas."""
    if value is None:
        return ABSENT
    if value == 0 or 100 <= abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def share(value: float | None) -> str:
    """A part of 1 as per cent."""
    return ABSENT if value is None else f"{value:.1%}" if 0 < value < 0.1 else f"{value:.0%}"


def counted(count: int, noun: str) -> str:
    """``1 alert``, ``2 alerts``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def days_of(days: float) -> str:
    """``1 day``, ``6.5 days``."""
    written = f"{days:.3g}"
    return f"{written} day{'' if written == '1' else 's'}"


def words(name: str) -> str:
    """``data drift`` for ``data_drift``."""
    return name.replace("_", " ")
