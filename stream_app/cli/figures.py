"""Figures in small places: how a signal is doing in one cell, as a strip, as a line of blocks."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from driftline.stream_app.evaluation.wording import ABSENT, number, share

BLOCKS: Final = "▁▂▃▄▅▆▇█"
QUANTILES: Final = ("p05", "p25", "p50", "p75", "p95")

Level = Mapping[str, Any]


def is_share(level: Level) -> bool:
    """Whether the values of a level are 0 and 1, so that its mean is a share."""
    ends = {level.get("min"), level.get("max")}
    return level.get("quantiles") is None and bool(level.get("count")) and ends <= {0.0, 1.0}


def is_number(level: Level) -> bool:
    """Whether the values are numbers; those of a category are scores that tell people nothing."""
    return level.get("quantiles") is not None


def level_of(level: Level | None) -> str:
    """The mean: a number, or a share as per cent; categories have none."""
    if not level or not level.get("count"):
        return ABSENT
    if is_share(level):
        return share(level["mean"])
    return number(level["mean"]) if is_number(level) else ABSENT


def effect_of(effect_size_sd: float | None) -> str:
    """``+0.12 sd``."""
    return ABSENT if effect_size_sd is None else f"{effect_size_sd:+.2f} sd"


def sparkline(values: Sequence[float | None], width: int) -> str:
    """The last values as blocks, lowest to highest; a gap where there is none."""
    shown = list(values)[-width:]
    known = [value for value in shown if value is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    steps = len(BLOCKS) - 1
    return "".join(
        " " if value is None else BLOCKS[round((value - low) / span * steps) if span else steps // 2]
        for value in shown
    )


def strip(level: Level, low: float, high: float, width: int) -> str:
    """Quantiles on a scale: ``├──[ ┃ ]──┤`` from 5 to 95 %, the box from 25 to 75 %, the bar at the median.

    ``low`` and ``high`` are the ends of the scale, in the unit of the values.
    """
    span = high - low or 1.0
    places = [
        min(max(round((level["quantiles"][name] - low) / span * (width - 1)), 0), width - 1)
        for name in QUANTILES
    ]
    p05, p25, p50, p75, p95 = places
    cells = [" "] * width
    cells[p05 : p95 + 1] = "─" * (p95 - p05 + 1)
    cells[p25 : p75 + 1] = "█" * (p75 - p25 + 1)
    cells[p05], cells[p95] = "├", "┤"
    cells[p50] = "┃"
    return "".join(cells)
