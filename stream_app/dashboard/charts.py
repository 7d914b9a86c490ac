"""Charts as SVG: colours come from the style sheet, so that they fit light and dark; no inline style."""

from collections.abc import Sequence
from html import escape
from math import isfinite
from typing import Final, NamedTuple

from driftline.schemas import CategoryShares
from driftline.stream_app.dashboard.signals import Point
from driftline.stream_app.dashboard.wording import percent, quantity
from driftline.stream_app.evaluation.ticks import ticks

WIDTH: Final = 960
HEIGHT: Final = 260
LEFT: Final = 84
RIGHT: Final = 12
TOP: Final = 10
BOTTOM: Final = 28
LABELS: Final = 5


class Band(NamedTuple):
    """From where to where the reference's values lie (5th to 95th per cent), and their mean."""

    low: float
    high: float
    mean: float


class Scale(NamedTuple):
    """From values to places in a picture."""

    began: float
    ended: float
    low: float
    high: float

    def x(self, minute: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (minute - self.began) / max(self.ended - self.began, 1.0)

    def y(self, value: float) -> float:
        part = (value - self.low) / ((self.high - self.low) or 1.0)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * part


def signal_svg(points: Sequence[Point], band: Band | None, unit: str, title: str, sentence: str) -> str:
    """A signal over time with the band of its reference; moments at which it fired have a mark."""
    known = [point for point in points if point.mean is not None and isfinite(point.mean)]
    opening = (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}. {escape(sentence)}"><title>{escape(title)}</title>'
        f"<desc>{escape(sentence)}</desc>"
    )
    if not known:
        text = (
            f'<text class="small" x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle">no history yet</text>'
        )
        return f"{opening}{text}</svg>"
    scale = scale_of(known, band)
    parts = [opening, *_frame(scale, unit)]
    if band is not None:
        top, bottom = scale.y(band.high), scale.y(band.low)
        shape = f'x="{LEFT}" y="{top:.1f}" width="{WIDTH - LEFT - RIGHT}" height="{max(bottom - top, 1):.1f}"'
        parts.append(f'<rect class="band" {shape}><title>reference</title></rect>')
        parts.append(_line("middle", LEFT, WIDTH - RIGHT, scale.y(band.mean)))
    parts.append(f'<path class="curve" d="{_curve(known, scale)}"/>')
    for point in known:
        if point.firing:
            x, y = scale.x(point.minute), scale.y(point.mean or 0.0)
            parts.append(f'<path class="cross bad" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"/>')
    return "".join([*parts, "</svg>"])


def scale_of(points: Sequence[Point], band: Band | None) -> Scale:
    """Room for all points and the band, and a little air."""
    values = [point.mean for point in points if point.mean is not None]
    values += [] if band is None else [band.low, band.high]
    low, high = min(values), max(values)
    air = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return Scale(points[0].minute, points[-1].minute, low - air, high + air)


def spark_svg(values: Sequence[float], title: str) -> str:
    """A line without axes."""
    low, high = min(values), max(values)
    step = 120 / max(len(values) - 1, 1)
    places = " ".join(
        f"{place * step:.1f},{26 - 24 * (value - low) / ((high - low) or 1.0):.1f}"
        for place, value in enumerate(values)
    )
    return (
        f'<svg class="spark" viewBox="0 0 120 28" role="img" aria-label="{escape(title)}">'
        f'<polyline class="curve" points="{places}"/></svg>'
    )


def bar_svg(part: float | None, title: str, tone: str = "quiet") -> str:
    """A part of 1 as a bar."""
    width = 100 * min(max(part or 0.0, 0.0), 1.0)
    return (
        f'<svg class="meter" viewBox="0 0 100 10" role="img" aria-label="{escape(title)}">'
        f'<rect class="rail" width="100" height="10" rx="3"/>'
        f'<rect class="{tone}" width="{width:.1f}" height="10" rx="3"/></svg>'
    )


class Pair(NamedTuple):
    """A level before and after a change, and how much single values scattered before it."""

    before: float
    after: float
    sd: float


def pair_svg(pair: Pair, unit: str, name: str) -> str:
    """Before and after as two bars over one axis from 0, or between them when 0 is far away."""
    low = min(pair.before, pair.after, 0.0)
    high = max(pair.before, pair.after, 0.0)
    spread = abs(pair.after - pair.before)
    if spread and spread < 0.1 * (high - low):  # both ends of long bars would look the same
        low, high = min(pair.before, pair.after) - spread, max(pair.before, pair.after) + spread
    bars = []
    for place, (value, tone) in enumerate(((pair.before, "good"), (pair.after, "bad"))):
        zero = min(max(0.0, low), high)
        first, last = sorted((_part(zero, low, high), _part(value, low, high)))
        shape = f'x="{first:.1f}" y="{place * 9}" width="{max(last - first, 1.0):.1f}" height="7" rx="2"'
        bars.append(f'<rect class="{tone}" {shape}/>')
    title = escape(f"{name}: {quantity(pair.before, unit)} before, {quantity(pair.after, unit)} after")
    return f'<svg class="pair" viewBox="0 0 100 16" role="img" aria-label="{title}">{"".join(bars)}</svg>'


def category_svg(categories: Sequence[CategoryShares]) -> str:
    """Shares of categories now, each with a mark where it was in the reference."""
    row, label, room = 24, 250, 560
    most = (
        max([each.share or 0.0 for each in categories] + [each.reference or 0.0 for each in categories])
        or 1.0
    )
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {row * len(categories) + 6}" role="img" '
        'aria-label="Shares of categories now and in the reference; the table below has the figures">'
    ]
    for place, each in enumerate(categories):
        y = place * row + 4
        name = each.category if each.category is not None else "all others"
        text = escape(name if len(name) <= 32 else name[:31] + "…")
        width = room * (each.share or 0.0) / most
        parts.append(f'<text class="small" x="{label - 10}" y="{y + 13}" text-anchor="end">{text}</text>')
        shape = f'x="{label}" y="{y + 2}" width="{width:.1f}" height="{row - 8}" rx="3"'
        parts.append(f'<rect class="quiet" {shape}><title>{escape(name)}</title></rect>')
        if each.reference is not None:
            x = label + room * each.reference / most
            parts.append(f'<path class="then" d="M{x:.1f} {y}v{row - 4}"/>')
        shares = f"{percent(each.share)}, was {percent(each.reference)}"
        parts.append(f'<text class="small" x="{label + room + 12}" y="{y + 13}">{shares}</text>')
    return "".join([*parts, "</svg>"])


def _part(value: float, low: float, high: float) -> float:
    return 100 * (value - low) / ((high - low) or 1.0)


def _frame(scale: Scale, unit: str) -> list[str]:
    parts = []
    for step in range(LABELS):
        value = scale.low + (scale.high - scale.low) * step / (LABELS - 1)
        y = scale.y(value)
        parts.append(_line("grid", LEFT, WIDTH - RIGHT, y))
        label = escape(quantity(value, unit))
        parts.append(f'<text class="small" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for time_ms, label in ticks(int(scale.began * 60_000), int(scale.ended * 60_000)):
        x = scale.x(time_ms / 60_000)
        parts.append(f'<text class="small" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{label}</text>')
    return parts


def _line(name: str, x1: float, x2: float, y: float) -> str:
    return f'<line class="{name}" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _curve(points: Sequence[Point], scale: Scale) -> str:
    """A line that breaks where more than an hour is missing."""
    parts, before = [], None
    for point in points:
        verb = "M" if before is None or point.minute - before > 60 else "L"
        parts.append(f"{verb}{scale.x(point.minute):.1f} {scale.y(point.mean or 0.0):.1f}")
        before = point.minute
    return "".join(parts)
