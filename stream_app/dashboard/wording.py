"""Numbers, times and states in words: what the templates call."""

from datetime import UTC, datetime
from math import isfinite
from typing import Final

from driftline.stream_app.evaluation.look import SYMBOLS

SHARE: Final = "share"
TONES: Final = {"critical": "bad", "warning": "further", "info": "quiet", "": "good"}
"""By severity (none: all is well), the tone whose colour and shape it has."""
STEPS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))
KIND_WORDS: Final = {
    "concept_drift": "concept drift",
    "behavior": "user behaviour",
    "target": "target missed",
    "silence": "silence",
    "data_quality": "data quality",
    "data_drift": "data drift",
    "output_drift": "output drift",
    "serving": "serving",
    "volume": "volume",
    "service": "driftline itself",
}
ENDINGS: Final = {
    "back_at_reference": "back at its reference",
    "followed": "the reference followed",
    "accepted": "accepted as the new normal",
    "no_traffic": "no traffic any more",
    "version_gone": "the version is gone",
    "met": "the target is met again",
    "over": "over",
}
DASH: Final = "–"


def ago(time_ms: int, now_ms: int) -> str:
    """``3 s ago``; the future (clocks differ) is ``just now``."""
    elapsed_ms = now_ms - time_ms
    return "just now" if elapsed_ms < 1000 else f"{span(elapsed_ms)} ago"


def span(duration_ms: int) -> str:
    """A duration in its largest unit, rounded down: ``2 h``."""
    for unit_ms, word in STEPS:
        if duration_ms >= unit_ms:
            return f"{duration_ms // unit_ms:,} {word}"
    return f"{max(duration_ms, 0)} ms"


def clock(time_ms: int | None) -> str:
    """``2026-11-29 02:24 UTC``; a dash for no time."""
    if not time_ms:
        return DASH
    try:
        return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return DASH


def number(value: float | None) -> str:
    """Four figures that matter; a dash for none."""
    if value is None or not isfinite(value):
        return DASH
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def quantity(value: float | None, unit: str) -> str:
    """A number with its unit; a share as per cent."""
    if value is None or not isfinite(value):
        return DASH
    if unit == SHARE:
        return f"{100 * value:.3g} %"
    return f"{number(value)} {unit}".rstrip()


def effect(value: float | None) -> str:
    """``+2.1 sd``."""
    return DASH if value is None or not isfinite(value) else f"{value:+.2f} sd"


def percent(part: float | None) -> str:
    """A part of 1 in whole per cent, without ever rounding to all or nothing."""
    if part is None or not isfinite(part):
        return DASH
    rounded = round(100 * part)
    rounded = 99 if rounded == 100 and part < 1 else 1 if rounded == 0 and part > 0 else rounded
    return f"{rounded} %"


def counted(count: int, word: str, plural: str = "") -> str:
    """``1 incident``, ``2,000 incidents``."""
    return f"{count:,} {word if count == 1 else plural or word + 's'}"


def kind_words(kind: str) -> str:
    """A kind of drift for people."""
    return KIND_WORDS.get(kind, kind.replace("_", " "))


def tone_of(severity: str) -> str:
    """The tone of a severity, which is also a class of the style sheet."""
    return TONES.get(severity, "quiet")


def symbol_of(severity: str) -> str:
    """The shape of a severity."""
    return SYMBOLS[tone_of(severity)]


def ending(ended: str | None) -> str:
    """Why an incident is over."""
    return ENDINGS.get(ended or "", "back at its reference")
