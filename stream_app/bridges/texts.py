"""Texts for people, as short as the far side wants them."""

from typing import Any, Final

from driftline.stream_app.bridges.words import Showing, Word, plain

ELLIPSIS: Final = "…"
SHARE: Final = "share"


def shortened(text: str, characters: int) -> str:
    """At most so many characters, never a part of one."""
    return text if len(text) <= characters else text[: characters - len(ELLIPSIS)] + ELLIPSIS


def figure(value: float | None, unit: str) -> str:
    """A number with its unit: ``9.3 %``, ``212 ms``; a dash where nothing true can be said."""
    if value is None:
        return "–"
    return f"{value * 100:.3g} %" if unit == SHARE else f"{value:.4g} {unit}".rstrip()


def signal_line(showing: Showing) -> str:
    """A signal in one line: ``error:intent 6 % → 15 %``."""
    before, after = figure(showing.before.mean, showing.unit), figure(showing.after.mean, showing.unit)
    return f"{showing.signal} {before} → {after}{' (back)' if showing.recovered else ''}"


def first_signals(word: Word, count: int) -> list[Showing]:
    """The signals that come first: the cause, then the largest effects."""
    return word.drift.signals[:count]


def signal_facts(showing: Showing) -> dict[str, Any]:
    """The same for programs; no values of people."""
    return {
        "signal": showing.signal,
        "kind": showing.kind,
        "direction": showing.direction,
        "before": figure(showing.before.mean, showing.unit),
        "after": figure(showing.after.mean, showing.unit),
        "effect_size_sd": plain(showing.effect_size_sd),
        "recovered": showing.recovered,
    }
