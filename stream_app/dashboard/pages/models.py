"""A model: its versions beside each other, and where it moves."""

from heapq import nlargest
from html import escape
from typing import Any, Final

from driftline.schemas.summaries import called
from driftline.stream_app.dashboard.incidents import Incident
from driftline.stream_app.dashboard.pages.overview import Tile, tile_of
from driftline.stream_app.dashboard.pages.view import Context, View, path
from driftline.stream_app.dashboard.signals import Signal
from driftline.stream_app.dashboard.wording import counted, effect, number

ROWS: Final = 30
COLUMNS: Final = 48
CELL: Final = 14
MONTH_MS: Final = 30 * 86_400_000
LABEL: Final = 250
STEPS_SD: Final = (0.25, 0.5, 1.0, 2.0)
"""Effects below the first are healthy; each further one has a stronger colour."""


def model(view: View, name: str) -> Context | None:
    """The page's values; None for a model of which nothing was heard."""
    tiles = [tile_of(view, stream, tally) for stream, tally in view.state.signals.tallies().items()]
    tiles = [tile for tile in tiles if tile.stream.model == name]
    incidents = [each for each in view.state.incidents.ranked() if each.model == name]
    status = view.state.statuses.get(name)
    if not tiles and not incidents and status is None:
        return None
    signals = view.state.signals.of_model(name)
    return {
        "name": name,
        "tiles": tiles,
        "sentence": sentence_of(name, tiles, incidents),
        "budget": budget_of(view, name, status),
        "incidents": incidents[:8],
        "incidents_more": max(len(incidents) - 8, 0),
        "heat": heat_svg(view, signals),
        "signals_path": path("models", name, "signals"),
        "status": status_of(status),
    }


def sentence_of(name: str, tiles: list[Tile], incidents: list[Incident]) -> str:
    """How the model is."""
    firing = sum(tile.tally.firing for tile in tiles)
    count = sum(incident.is_open for incident in incidents)
    if not count:
        learning = sum(tile.tally.signals - tile.tally.armed for tile in tiles)
        return f"{name} is as it was" + (
            f"; {learning:,} of its signals are still learning." if learning else "."
        )
    verb = "is" if count == 1 else "are"
    return (
        f"{count} incident{'s' if count > 1 else ''} of {name} {verb} open; {firing:,} of its signals fire."
    )


def budget_of(view: View, name: str, status: dict[str, Any] | None) -> str:
    """False alarms that were asked for beside what came, in a sentence."""
    budget = (status or {}).get("budget")
    if isinstance(budget, dict) and {"asked_per_30d", "realised_per_30d"} <= set(budget):
        asked, rate = number(budget["asked_per_30d"]), number(budget["realised_per_30d"])
        return f"{asked} false alarms in 30 days are accepted; alerts come at a rate of {rate}."
    tallies = view.state.signals.tallies().items()
    asked = number(sum(tally.requested_per_30d for stream, tally in tallies if stream.model == name))
    since_ms = view.now_ms - MONTH_MS
    of_model = [each for each in view.state.incidents.ranked() if each.model == name]
    opened = counted(sum(each.detected_ms >= since_ms for each in of_model), "incident")
    return f"{asked} false alarms in 30 days are accepted; {opened} began in the last 30."


def status_of(status: dict[str, Any] | None) -> dict[str, Any]:
    """What a model's status says, as far as it says it: any part may be absent."""
    status = status or {}
    labels = status.get("labels")
    return {
        "labels": labels if isinstance(labels, dict) else {},
        "notices": rows_of(status, "notices"),
        "notices_count": status.get("notices_count") or 0,
        "unarmed": rows_of(status, "unarmed"),
        "unarmed_count": status.get("unarmed_count") or 0,
        "refused": {str(name): count for name, count in (status.get("refused") or {}).items()},
    }


class Soft(dict[str, Any]):
    """A part of a status, of any release: what it lacks is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def rows_of(status: dict[str, Any], name: str) -> list[Soft]:
    """A list of objects in a status; empty when there is none."""
    rows = status.get(name)
    return [Soft(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def heat_svg(view: View, signals: list[Signal]) -> str:
    """The signals that moved most, over the last two days (or what is known of them): a row each."""
    moved = nlargest(ROWS, signals, key=motion_of)
    moved.sort(key=lambda each: (each.summary.kind, each.summary.signal, each.key))
    if not moved:
        return ""
    until = max(signal.time_ms for signal in moved) // 60_000
    pasts = [view.points(signal.key, until - 48 * 60) for signal in moved]
    first = min((past[0].minute for past in pasts if past), default=until)
    step = max(-(-(until - first + 1) // COLUMNS), 1)
    height = CELL * len(moved) + 8
    parts = [
        f'<svg class="heat" viewBox="0 0 {LABEL + CELL * COLUMNS} {height}" role="img" '
        'aria-label="How far each signal is from its reference over time; the table has the figures">'
    ]
    for row, (signal, past) in enumerate(zip(moved, pasts, strict=True)):
        y = row * CELL + 4
        text = escape(label_of(signal))
        parts.append(f'<text class="small" x="{LABEL - 8}" y="{y + 10}" text-anchor="end">{text}</text>')
        by_column: dict[int, float] = {}
        for point in past:
            column = (point.minute - first) // step
            by_column[column] = max(abs(point.effect or 0.0), by_column.get(column, 0.0))
        for column, size in by_column.items():
            shape = f'x="{LABEL + column * CELL}" y="{y}" width="{CELL - 1}" height="{CELL - 1}"'
            title = escape(f"{label_of(signal)}: {effect(size)}")
            parts.append(f'<rect class="heat{step_of(size)}" {shape}><title>{title}</title></rect>')
    return "".join([*parts, "</svg>"])


def motion_of(signal: Signal) -> float:
    """How much a signal deserves a row: the effect, those that fire before all others."""
    size = abs(signal.summary.effect_size_sd or 0.0)
    return size + 1e6 if signal.summary.firing else size


def label_of(signal: Signal) -> str:
    """A signal's name, cut to fit."""
    name = called(signal.summary.signal, signal.summary.segment)
    return name if len(name) <= 34 else name[:33] + "…"


def step_of(size: float) -> int:
    """0 for a healthy effect to 4."""
    return sum(size >= step for step in STEPS_SD)
