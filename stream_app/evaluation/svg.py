"""Charts as inline SVG: colours come from the page's style sheet, so that they fit light and dark."""

from html import escape
from typing import Final

from driftline.stream_app.evaluation.document import Bar, Bars, Lane, Mark, Timeline
from driftline.stream_app.evaluation.ticks import ticks

WIDTH: Final = 960
LABEL: Final = 190
LANE: Final = 34
BAR: Final = 26
MARK: Final = 5.0
TEXT_WIDTH: Final = 7.2  # of one character at the font size of labels


def timeline_svg(chart: Timeline) -> str:
    """Lanes below each other over one axis of time."""
    height = LANE * len(chart.lanes) + 34
    parts = [opening(chart.title, chart.summary, height)]
    for time_ms, label in ticks(chart.began_ms, chart.ended_ms):
        x = _x(chart, time_ms)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height - 26}"/>')
        parts.append(f'<text class="small" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{label}</text>')
    for place, lane in enumerate(chart.lanes):
        parts += _lane(chart, lane, place * LANE + LANE / 2 + 4)
    return "\n".join([*parts, "</svg>"])


def _lane(chart: Timeline, lane: Lane, y: float) -> list[str]:
    label = escape(lane.label)
    parts = [
        f'<text class="label" x="{LABEL - 12}" y="{y + 4:.1f}" text-anchor="end">{label}</text>',
        f'<line class="lane" x1="{LABEL}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}"/>',
    ]
    for span in lane.spans:
        x, until = _x(chart, span.began_ms), _x(chart, span.ended_ms)
        width = max(until - x, 3.0)
        shape = f'x="{x:.1f}" y="{y - 11:.1f}" width="{width:.1f}" height="22" rx="3"'
        parts.append(f'<rect class="span {span.tone}" {shape}><title>{escape(span.label)}</title></rect>')
        if width > TEXT_WIDTH * len(span.label) + 8:
            text = escape(span.label)
            parts.append(f'<text class="small" x="{x + 6:.1f}" y="{y + 4:.1f}">{text}</text>')
    # What is right is drawn last, so that a thousand false ones do not hide it.
    order = ("bad", "further", "quiet", "good")
    for mark in sorted(_distinct(chart, lane), key=lambda mark: order.index(mark.tone)):
        parts.append(mark_svg(mark, _x(chart, mark.time_ms), y))
    return parts


def _distinct(chart: Timeline, lane: Lane) -> list[Mark]:
    """Marks that can be told apart: of those that would lie on each other the first."""
    seen: dict[tuple[str, int], Mark] = {}
    for mark in lane.marks:
        seen.setdefault((mark.tone, round(_x(chart, mark.time_ms) / 2)), mark)
    return list(seen.values())


def mark_svg(mark: Mark, x: float, y: float) -> str:
    """A shape of its own for each tone, for those who see no colours."""
    if mark.tone == "good":
        shape = f'<circle class="mark good" cx="{x:.1f}" cy="{y:.1f}" r="{MARK + 1}">'
    elif mark.tone == "bad":
        lines = f"M{x - MARK:.1f} {y - MARK:.1f}l10 10m0 -10l-10 10"
        shape = f'<path class="cross bad" d="{lines}">'
    else:
        lines = f"M{x:.1f} {y - MARK - 1:.1f}l6 6l-6 6l-6 -6z"
        shape = f'<path class="mark {mark.tone}" d="{lines}">'
    return f"{shape}<title>{escape(mark.label)}</title></{shape[1:].split(' ', 1)[0]}>"


def bars_svg(chart: Bars) -> str:
    """Horizontal bars, the longest as wide as there is room."""
    height = BAR * len(chart.bars) + 8
    label_width = min(max((len(bar.label) for bar in chart.bars), default=0), 40) * TEXT_WIDTH + 24
    most = max((bar.value for bar in chart.bars), default=0.0) or 1.0
    room = WIDTH - label_width - 140
    parts = [opening(chart.title, chart.summary, height)]
    for place, bar in enumerate(chart.bars):
        parts += _bar(bar, place * BAR + 4, label_width, room * bar.value / most)
    return "\n".join([*parts, "</svg>"])


def _bar(bar: Bar, y: float, label_width: float, width: float) -> list[str]:
    middle = y + BAR / 2 + 3
    shape = f'x="{label_width:.1f}" y="{y + 3}" width="{max(width, 2):.1f}" height="{BAR - 8}" rx="3"'
    label, text = escape(bar.label if len(bar.label) <= 40 else bar.label[:39] + "…"), escape(bar.text)
    return [
        f'<text class="label" x="{label_width - 12:.1f}" y="{middle}" text-anchor="end">{label}</text>',
        f'<rect class="bar {bar.tone}" {shape}><title>{escape(bar.label)}: {text}</title></rect>',
        f'<text class="small" x="{label_width + max(width, 2) + 8:.1f}" y="{middle}">{text}</text>',
    ]


def opening(title: str, summary: str, height: float) -> str:
    """How a chart begins: its size, and what screen readers say of it."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title)}. {escape(summary)}">'
        f"<title>{escape(title)}</title><desc>{escape(summary)}</desc>"
    )


def _x(chart: Timeline, time_ms: float) -> float:
    length_ms = max(chart.ended_ms - chart.began_ms, 1)
    return LABEL + 10 + (WIDTH - LABEL - 30) * (time_ms - chart.began_ms) / length_ms
