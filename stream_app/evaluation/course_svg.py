"""How a signal went, as inline SVG: a line, the band around it, and the reference across."""

from html import escape
from typing import Final

from driftline.stream_app.evaluation.document import Course, Moment
from driftline.stream_app.evaluation.svg import LABEL, WIDTH, mark_svg, opening
from driftline.stream_app.evaluation.ticks import ticks
from driftline.stream_app.evaluation.wording import number

HEIGHT: Final = 240
TOP: Final = 14
BOTTOM: Final = HEIGHT - 40
RIGHT: Final = WIDTH - 20


class Scale:
    """Where times and values are drawn."""

    def __init__(self, chart: Course) -> None:
        moments, reference = chart.moments, chart.reference
        values = [value for each in moments for value in (each.low, each.high)] + list(reference or ())
        self.low, self.high = min(values), max(values)
        self.span = (self.high - self.low) or abs(self.high) or 1.0
        self.began_ms, self.ended_ms = moments[0].time_ms, moments[-1].time_ms

    def x(self, time_ms: float) -> float:
        """From left to right."""
        share = (time_ms - self.began_ms) / max(self.ended_ms - self.began_ms, 1)
        return LABEL + (RIGHT - LABEL) * min(max(share, 0.0), 1.0)

    def y(self, value: float) -> float:
        """From the bottom to the top."""
        return BOTTOM - (BOTTOM - TOP) * (value - self.low) / self.span


def course_svg(chart: Course) -> str:
    """The values of a signal over time."""
    scale = Scale(chart)
    parts = [opening(chart.title, chart.summary, HEIGHT)]
    for time_ms, label in ticks(scale.began_ms, scale.ended_ms):
        x = scale.x(time_ms)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}"/>')
        parts.append(f'<text class="small" x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{label}</text>')
    for value in (scale.low, scale.high):
        parts.append(_label(number(value), scale.y(value) + 4))
    if chart.reference is not None:
        parts += _reference(scale, *chart.reference)
    parts.append(f'<path class="span quiet" d="{_band(scale, chart.moments)}"/>')
    line = " ".join(f"{scale.x(each.time_ms):.1f},{scale.y(each.middle):.1f}" for each in chart.moments)
    parts.append(f'<polyline class="course" points="{line}"/>')
    parts += [mark_svg(mark, scale.x(mark.time_ms), BOTTOM + 12) for mark in chart.marks]
    return "\n".join([*parts, "</svg>"])


def _reference(scale: Scale, low: float, middle: float, high: float) -> list[str]:
    top, height = scale.y(high), max(scale.y(low) - scale.y(high), 2.0)
    shape = f'x="{LABEL}" y="{top:.1f}" width="{RIGHT - LABEL}" height="{height:.1f}"'
    title = f"<title>{escape(f'reference: {number(low)} to {number(high)}')}</title>"
    return [f'<rect class="span good" {shape}>{title}</rect>', _label("reference", scale.y(middle) + 4)]


def _label(text: str, y: float) -> str:
    return f'<text class="small" x="{LABEL - 12}" y="{y:.1f}" text-anchor="end">{escape(text)}</text>'


def _band(scale: Scale, moments: tuple[Moment, ...]) -> str:
    above = [f"{scale.x(each.time_ms):.1f} {scale.y(each.high):.1f}" for each in moments]
    below = [f"{scale.x(each.time_ms):.1f} {scale.y(each.low):.1f}" for each in reversed(moments)]
    return f"M{'L'.join([*above, *below])}Z"
