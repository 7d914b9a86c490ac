"""A model's signals as a table, and one signal over time."""

from math import isfinite
from typing import Any, Final
from urllib.parse import urlencode

from driftline.schemas import SignalSummary
from driftline.schemas.summaries import called
from driftline.stream_app.dashboard.charts import Band, bar_svg, category_svg, signal_svg
from driftline.stream_app.dashboard.incidents import Incident
from driftline.stream_app.dashboard.pages.incidents import whole
from driftline.stream_app.dashboard.pages.view import Context, View, path
from driftline.stream_app.dashboard.signals import COLUMNS, Column, Point, Query, Signal
from driftline.stream_app.dashboard.wording import DASH, clock, counted, effect, kind_words, percent, quantity

HEADINGS: Final[dict[Column, str]] = {
    "signal": "Signal",
    "kind": "Kind",
    "now": "Now",
    "reference": "Reference",
    "effect": "Effect",
    "nearness": "Nearness to an alarm",
    "phase": "Measured against",
    "budget": "False alarms asked, 30 d",
}
SPANS_MINUTES: Final = {"1h": 60, "6h": 360, "2d": 2880, "14d": 20_160, "90d": 129_600}
POINTS_MAX: Final = 600
TABLE_ROWS: Final = 24
PHASES: Final = {
    "warm_up": "It is still learning what is normal, and makes no alerts.",
    "rough": (
        "It is measured against what it has learned so far, which is little: it sees clear changes alone."
    ),
    "local_level": (
        "It is measured against its level of late: it sees jumps, not slow drift, until a day is known."
    ),
    "reference": "It is measured against its reference.",
}
PHASE_WORDS: Final = {
    "warm_up": "nothing yet",
    "rough": "the little that it has learned so far",
    "local_level": "its level of late",
    "reference": "its reference",
}


def query_of(model: str, asked: dict[str, str]) -> Query:
    """What an address asks for; nonsense in it is as if it were not there."""
    sort = asked.get("sort", "")
    column = sort if sort in COLUMNS else "nearness"
    return Query(
        model=model,
        text=asked.get("q", ""),
        kind=asked.get("kind", ""),
        version=asked.get("version", ""),
        only=asked.get("only", ""),
        sort=column,
        descending=asked.get("order", "up" if column in ("signal", "kind", "phase") else "down") == "down",
        page=max(whole(asked.get("page")), 1),
    )


def signals(view: View, model: str, asked: dict[str, str]) -> Context | None:
    """A page of the table; None for a model of which nothing was heard."""
    everything = view.state.signals.of_model(model)
    if not everything:
        return None
    query = query_of(model, asked)
    found = view.state.signals.find(query)
    kept = {
        name: value for name, value in asked.items() if name in ("q", "kind", "version", "only") and value
    }
    return {
        "name": model,
        "rows": [row_of(signal) for signal in found.signals],
        "found": found,
        "query": query,
        "asked": kept,
        "headings": [heading_of(column, query, kept) for column in COLUMNS],
        "kinds": sorted({signal.summary.kind for signal in everything if signal.summary.kind}),
        "versions": sorted({signal.summary.version for signal in everything}),
        "turn": lambda page: (
            "?" + urlencode({**kept, "sort": query.sort, "order": order_of(query), "page": page})
        ),
    }


def heading_of(column: Column, query: Query, kept: dict[str, str]) -> dict[str, Any]:
    """A column's heading, with the address that sorts by it (the other way, if it does already)."""
    is_sorted = column == query.sort
    descending = not query.descending if is_sorted else column not in ("signal", "kind", "phase")
    order = "down" if descending else "up"
    return {
        "words": HEADINGS[column],
        "link": "?" + urlencode({**kept, "sort": column, "order": order}),
        "sorted": ("descending" if query.descending else "ascending") if is_sorted else "none",
        "number": column in ("now", "reference", "effect", "budget"),
    }


def order_of(query: Query) -> str:
    """The order as an address says it."""
    return "down" if query.descending else "up"


def row_of(signal: Signal) -> dict[str, Any]:
    """A signal as a row."""
    summary = signal.summary
    title = "firing" if summary.firing else f"{percent(summary.nearness)} of the way to an alarm"
    part = 1.0 if summary.firing else summary.nearness
    return {
        "summary": summary,
        "link": path("signals", signal.key),
        "meter": "" if part is None else bar_svg(part, title, "bad" if summary.firing else "quiet"),
        "nearness": title if summary.armed else "learning",
        "now": level_of(summary),
        "reference": before_of(summary),
        "phase": PHASE_WORDS.get(summary.phase, summary.phase),
    }


def level_of(summary: SignalSummary) -> str:
    """The present level; of categories the most frequent one."""
    if summary.categories:
        first = max(summary.categories, key=lambda each: each.share or 0.0)
        return f"{first.category or 'others'} {percent(first.share)}"
    return quantity(summary.recent.mean, summary.unit)


def before_of(summary: SignalSummary) -> str:
    """The reference's level, of the same category as the present one."""
    if summary.reference is None:
        return DASH
    if summary.categories:
        return percent(max(summary.categories, key=lambda each: each.share or 0.0).reference)
    return quantity(summary.reference.mean, summary.unit)


def signal(view: View, key: str, asked: dict[str, str]) -> Context | None:
    """One signal; None when nothing was heard of it."""
    found = view.state.signals.by_key.get(key)
    if found is None:
        return None
    summary = found.summary
    span = asked.get("span", "6h") if asked.get("span", "6h") in SPANS_MINUTES else "6h"
    points = past_of(view, found, span)
    incidents = view.state.incidents.of_signal(summary.model, summary.version, summary.role, summary.signal)
    sentence = sentence_of(found, points, incidents)
    title = f"{called(summary.signal, summary.segment)} of {summary.model} {summary.version}"
    return {
        "signal": found,
        "summary": summary,
        "waits_for": getattr(summary, "waits_for", None),
        "title": title,
        "sentence": sentence,
        "phase": PHASES.get(summary.phase, ""),
        "chart": signal_svg(points, band_of(summary), summary.unit, title, sentence),
        "categories": category_svg(summary.categories) if summary.categories else "",
        "rows": points[-TABLE_ROWS:][::-1],
        "level": level_of(summary),
        "spans": list(SPANS_MINUTES),
        "span": span,
        "data": f"/api{path('signals', key)}/points?span={span}",
        "embed": f"{path('embed', key)}.svg",
        "model_path": path("models", summary.model),
        "incidents": sorted(incidents, key=lambda each: each.rank)[:10],
    }


def past_of(view: View, found: Signal, span: str) -> list[Point]:
    """The signal's past over a span before its last event, thinned out to what a chart can show."""
    points = view.points(found.key, found.time_ms // 60_000 - SPANS_MINUTES[span])
    step = max(-(-len(points) // POINTS_MAX), 1)
    return points[::-1][::step][::-1]


def band_of(summary: SignalSummary) -> Band | None:
    """The reference's band; None where it is not a number's, or not known."""
    reference = summary.reference
    if reference is None or reference.mean is None or not isfinite(reference.mean) or summary.categories:
        return None
    quantiles = reference.quantiles
    if quantiles is None or quantiles.p05 is None or quantiles.p95 is None:
        return Band(reference.mean, reference.mean, reference.mean)
    return Band(quantiles.p05, quantiles.p95, reference.mean)


def sentence_of(found: Signal, points: list[Point], incidents: list[Incident]) -> str:
    """The chart in words."""
    summary = found.summary
    parts = [f"{summary.signal} is {level_of(summary)} now"]
    if summary.reference is not None and not summary.categories:
        parts.append(f"was {quantity(summary.reference.mean, summary.unit)} in its reference")
    if summary.armed:
        parts.append(f"an effect of {effect(summary.effect_size_sd)}")
    if points:
        means = [point.mean for point in points if point.mean is not None]
        if means and not summary.categories:
            low, high = quantity(min(means), summary.unit), quantity(max(means), summary.unit)
            parts.append(f"between {low} and {high} since {clock(points[0].minute * 60_000)}")
    is_open = any(incident.is_open for incident in incidents)
    state = "an open incident shows it" if is_open else "no open incident shows it"
    return f"{', '.join(parts)}; {state}; {counted(summary.seen, 'value')} seen, {kind_words(summary.kind)}."


def api_points(view: View, key: str, asked: dict[str, str]) -> dict[str, Any] | None:
    """A signal's past for the chart: columns of equal length, times in epoch seconds."""
    found = view.state.signals.by_key.get(key)
    if found is None:
        return None
    span = asked.get("span", "6h") if asked.get("span", "6h") in SPANS_MINUTES else "6h"
    points = past_of(view, found, span)
    band = band_of(found.summary)
    return {
        "unit": found.summary.unit,
        "time_s": [point.minute * 60 for point in points],
        "mean": [point.mean for point in points],
        "effect_sd": [point.effect for point in points],
        "nearness": [point.nearness for point in points],
        "firing": [point.firing for point in points],
        "reference": None if band is None else band._asdict(),
    }


def embed(view: View, key: str) -> str | None:
    """A picture of a signal for a message; None when nothing was heard of it."""
    found = view.state.signals.by_key.get(key)
    if found is None:
        return None
    points = past_of(view, found, "6h")
    summary = found.summary
    title = f"{called(summary.signal, summary.segment)} of {summary.model} {summary.version}"
    return signal_svg(
        points, band_of(found.summary), found.summary.unit, title, sentence_of(found, points, [])
    )
