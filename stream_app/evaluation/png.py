"""A report as a picture: the verdict and every chart. Drawn by matplotlib, which is imported only here."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from driftline.stream_app.evaluation.document import Bars, Chart, Document, Timeline
from driftline.stream_app.evaluation.errors import EvaluationError
from driftline.stream_app.evaluation.look import COLOURS
from driftline.stream_app.evaluation.ticks import ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHAPES: Final = {"good": "o", "further": "D", "bad": "x", "quiet": "s"}
ROW_INCHES: Final = 0.34
FRAME_INCHES: Final = 0.8
HEAD_INCHES: Final = 1.0


def write_png(document: Document, path: Path) -> None:
    """Draw the document's charts below its verdict.

    Raises:
        EvaluationError: matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    charts = [block for block in document.blocks if isinstance(block, Timeline | Bars) and rows_of(block)]
    heights = [FRAME_INCHES + ROW_INCHES * rows_of(chart) for chart in charts]
    height = HEAD_INCHES + sum(heights)
    figure = Figure(figsize=(12, height), dpi=120, layout="constrained")
    figure.suptitle(f"{document.title}\n{document.verdict}", x=0.01, ha="left", fontsize=13, wrap=True)
    if charts:
        places = figure.subplots(len(charts), 1, height_ratios=heights, squeeze=False)[:, 0]
        for axes, chart in zip(places, charts, strict=True):
            draw(axes, chart)
    figure.savefig(path, format="png")


def require_matplotlib() -> None:
    """Raises EvaluationError when matplotlib is not installed."""
    try:
        import matplotlib.figure  # noqa: F401  (what is asked is whether it is there)
    except ImportError as error:
        raise EvaluationError(
            "A PNG report needs matplotlib: install driftline[report], or let the report's name end in .html."
        ) from error


def rows_of(chart: Chart) -> int:
    return len(chart.lanes if isinstance(chart, Timeline) else chart.bars)


def draw(axes: "Axes", chart: Chart) -> None:
    """One chart, its first row on top."""
    axes.set_title(chart.title, loc="left", fontsize=11, fontweight="bold")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    labels = [row.label for row in (chart.lanes if isinstance(chart, Timeline) else chart.bars)]
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    if isinstance(chart, Timeline):
        draw_timeline(axes, chart)
    else:
        draw_bars(axes, chart)


def draw_timeline(axes: "Axes", chart: Timeline) -> None:
    moments = ticks(chart.began_ms, chart.ended_ms)
    axes.set_xticks([moment for moment, _ in moments], [text for _, text in moments])
    margin_ms = (chart.ended_ms - chart.began_ms) * 0.01 or 1
    axes.set_xlim(chart.began_ms - margin_ms, chart.ended_ms + margin_ms)
    axes.grid(axis="x", alpha=0.3)
    for row, lane in enumerate(chart.lanes):
        for span in lane.spans:
            width_ms = max(span.ended_ms - span.began_ms, margin_ms / 4)
            axes.barh(row, width_ms, left=span.began_ms, height=0.6, color=COLOURS[span.tone], alpha=0.3)
            axes.text(span.began_ms, row, f" {span.label}", va="center", fontsize=8, clip_on=True)
        for tone in ("bad", "further", "quiet", "good"):
            times_ms = [mark.time_ms for mark in lane.marks if mark.tone == tone]
            style: dict[str, Any] = {"marker": SHAPES[tone], "color": COLOURS[tone], "s": 28, "zorder": 3}
            axes.scatter(times_ms, [row] * len(times_ms), **style)
    for tone, text in chart.legend:
        axes.scatter([], [], marker=SHAPES[tone], color=COLOURS[tone], s=28, label=text)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(chart.legend), fontsize=8, frameon=False)


def draw_bars(axes: "Axes", chart: Bars) -> None:
    most = max(bar.value for bar in chart.bars) or 1.0
    for row, bar in enumerate(chart.bars):
        axes.barh(row, max(bar.value, most * 0.002), height=0.5, color=COLOURS[bar.tone])
        axes.text(max(bar.value, most * 0.002) + most * 0.01, row, bar.text, va="center", fontsize=9)
    axes.set_xlim(0, most * 1.18)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
