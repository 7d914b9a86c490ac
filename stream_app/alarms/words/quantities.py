"""Numbers, times and durations as people read them."""

from datetime import UTC, datetime
from typing import Final

from driftline.stream_app.config.units import SHARE

DIGITS: Final = 3
DIGITS_MAX: Final = 6
SIGN_DIGITS: Final = 4
PER_SECOND: Final = "events/s"
STEPS: Final = ((1.0, "events/s"), (60.0, "events/min"), (3600.0, "events/h"), (86_400.0, "events/day"))
"""Seconds, and the unit of so many events in them."""


def number(value: float, digits: int = DIGITS) -> str:
    """So many significant digits and all digits before the point: ``3,311``, ``33.1``, ``0.0277``."""
    text = f"{value:.{digits}g}"
    if value == 0 or not 1e-4 <= abs(value) < 1e9:
        return text
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.{max(digits - len(str(int(abs(value)))), 0)}f}"
    return f"{float(text):,.10f}".rstrip("0").rstrip(".")


def quantities(values: list[float], unit: str) -> list[str]:
    """Values of one signal, each with its unit: ``5 %``, ``40 ms``, ``15 events/min``."""
    texts, suffix = numbers(values, unit)
    return [f"{text}{suffix}" for text in texts]


def quantity_beside(value: float, told: list[float], unit: str) -> str:
    """A value in the unit in which others of its signal were told: ``0.78 events/min``."""
    factor, suffix = scale_of(told, unit)
    return f"{number(factor * value)}{suffix}"


def from_to(before: float, after: float, unit: str) -> str:
    """``from 40 to 90 ms``."""
    (one, other), suffix = numbers([before, after], unit)
    return f"from {one}{suffix if suffix == ' %' else ''} to {other}{suffix}"


def numbers(values: list[float], unit: str) -> tuple[list[str], str]:
    """Values of one signal as texts that differ where the values do, and what stands behind each."""
    factor, suffix = scale_of(values, unit)
    scaled = [factor * value for value in values]
    for digits in range(DIGITS, DIGITS_MAX + 1):
        texts = [number(value, digits) for value in scaled]
        if len(set(texts)) == len(set(values)):
            break
    return texts, suffix


def scale_of(values: list[float], unit: str) -> tuple[float, str]:
    """What to multiply values by, and the unit to write; of events the first step that has one or more."""
    if unit == SHARE:
        return 100.0, " %"
    if unit == PER_SECOND:
        most = max(map(abs, values))
        fitting = (step for step in STEPS if step[0] * most >= 1)
        factor, unit = next(fitting, STEPS[-1])
        return factor, f" {unit}"
    return 1.0, f" {unit}" if unit else ""


def clock(time_ms: int) -> str:
    """``2026-11-16 10:13 UTC``."""
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


def duration(elapsed_ms: float) -> str:
    """``40 s``, ``12 min``, ``5.2 h``, ``3 days``."""
    seconds = elapsed_ms / 1000
    for limit, unit_s, name in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / unit_s:.{1 if unit_s == 3600 else 0}f} {name}".replace(".0 ", " ")
    return f"{seconds / 86_400:.1f} days".replace(".0 ", " ")
