"""All incidents, and one of them."""

from math import isfinite
from typing import Final

from driftline.schemas.summaries import called, summary_key
from driftline.stream_app.dashboard.charts import Pair, pair_svg
from driftline.stream_app.dashboard.deeds import Deed
from driftline.stream_app.dashboard.incidents import SEVERITIES, Incident
from driftline.stream_app.dashboard.pages.commands import command_of
from driftline.stream_app.dashboard.pages.view import Context, View, path
from driftline.stream_app.dashboard.records import Showing, time_ms
from driftline.stream_app.dashboard.wording import kind_words
from driftline.stream_app.evaluation.document import Lane, Mark, Span, Timeline, Tone
from driftline.stream_app.evaluation.svg import timeline_svg

PAGE: Final = 50
LANES_MAX: Final = 12
TONES: Final[dict[str, Tone]] = {"firing": "bad", "updated": "quiet", "resolved": "good"}
SIGNALS_SHOWN: Final = 40
AROUND: Final = 0.05  # of the time shown, before the first and after the last of it


def incidents(view: View, query: dict[str, str]) -> Context:
    """A page of incidents, open ones first; ``query`` holds q, severity, status and page."""
    text, severity, status = (query.get(name, "") for name in ("q", "severity", "status"))
    found = [
        incident
        for incident in view.state.incidents.ranked()
        if text.lower() in f"{incident.summary} {incident.model} {incident.id}".lower()
        and (not severity or incident.severity == severity)
        and (not status or incident.is_open == (status == "open"))
    ]
    pages = max(-(-len(found) // PAGE), 1)
    page = min(max(whole(query.get("page")), 1), pages)
    return {
        "incidents": found[(page - 1) * PAGE : page * PAGE],
        "total": len(found),
        "number": page,
        "pages": pages,
        "severities": SEVERITIES,
        "query": {"q": text, "severity": severity, "status": status},
        "open": sum(incident.is_open for incident in found),
    }


def incident(view: View, id: str) -> Context | None:
    """One incident; None when there is none of this id."""
    found = view.state.incidents.find(id)
    if found is None:
        return None
    shown = sorted(
        found.last.drift.signals, key=lambda each: (each.recovered, -abs(each.effect_size_sd or 0.0))
    )
    deeds = view.state.deeds.of_incident(found.id)
    return {
        "incident": found,
        "word": found.last,
        "runbook": found.last.annotations.get("runbook_url", ""),
        "title": f"{kind_words(found.kind)} of {found.model}",
        "timeline": timeline_svg(timeline_of(view, found)),
        "signals": [(each, signal_path(found, each), pair_of(each)) for each in shown[:SIGNALS_SHOWN]],
        "signals_more": max(len(shown) - SIGNALS_SHOWN, 0),
        "signal_names": [called(each.signal, each.segment) for each in shown if not each.recovered],
        "deeds": [(deed, command_of(deed.said), can_undo(view, deed)) for deed in deeds],
        "acknowledged": view.state.deeds.acknowledged(found.id, view.now_ms),
        "verdict": view.state.deeds.verdict(found.id),
        "positions": [
            f"{each.get('topic')}-{each.get('partition')}-{each.get('offset')}"
            for each in found.last.drift.positions
        ],
        "related": [(each, path("incidents", each)) for each in found.last.related],
    }


def can_undo(view: View, deed: Deed) -> bool:
    """Whether an accept can be taken back: by this one, it was done, and less than a day ago."""
    changes = deed.said.action == "accept" or deed.said.verdict == "expected_change"
    recent = view.now_ms - deed.sent_ms < 86_400_000
    return changes and recent and deed.outcome == "done" and not view.state.deeds.undone(deed)


def signal_path(found: Incident, shown: Showing) -> str:
    """The page of a signal of an incident."""
    place = {"model": found.model, "version": found.version, "role": found.role}
    return path("signals", summary_key(**place, segment=shown.segment, signal=shown.signal).decode())


def pair_of(shown: Showing) -> str:
    """Before and after of a signal as bars; empty where there are no numbers."""
    if shown.categories:
        return ""
    before, after = shown.before.mean, shown.after.mean
    if before is None or after is None or not isfinite(before) or not isfinite(after):
        return ""
    return pair_svg(Pair(before, after, shown.before.sd or 0.0), shown.unit, shown.signal)


def timeline_of(view: View, found: Incident) -> Timeline:
    """When it began, was detected, what was said of it, and each signal that shows it."""
    ended_ms = found.ended_ms or max(view.now_ms if not view.recording else 0, found.last.at_ms)
    began_ms = min(
        [found.began_ms, *(time_ms(each.began_at) or found.began_ms for each in found.last.drift.signals)]
    )
    around_ms = int((ended_ms - began_ms) * AROUND) + 60_000
    words = tuple(
        Mark(
            word.at_ms, f"{word.status} ({word.labels.get('severity', '')})", TONES.get(word.status, "quiet")
        )
        for word in found.words
    )
    said = tuple(
        Mark(deed.sent_ms, f"{deed.said.action} by {deed.said.by or 'somebody'}: {deed.outcome}", "further")
        for deed in view.state.deeds.of_incident(found.id)
    )
    lanes = [
        Lane(
            "incident", (Span(found.began_ms, ended_ms, "open" if found.is_open else "over", "bad"),), words
        ),
        *([Lane("operators", (), said)] if said else []),
        *(lane_of(found, each, ended_ms) for each in found.last.drift.signals[:LANES_MAX]),
    ]
    summary = (
        "The bar of the incident begins when the change began and ends with it; marks are its alerts. "
        "Each signal's bar begins when the signal changed; its mark is when that was found."
    )
    legend: tuple[tuple[Tone, str], ...] = (
        ("bad", "fires"),
        ("quiet", "goes on, or joined"),
        ("good", "over"),
        ("further", "an operator"),
    )
    return Timeline(
        "What happened when", summary, began_ms - around_ms, ended_ms + around_ms, tuple(lanes), legend
    )


def lane_of(found: Incident, shown: Showing, ended_ms: int) -> Lane:
    """A signal's part of the timeline."""
    began_ms = time_ms(shown.began_at) or found.began_ms
    detected_ms = time_ms(shown.detected_at) or found.detected_ms
    name = shown.signal if len(shown.signal) <= 26 else shown.signal[:25] + "…"
    tone: Tone = "good" if shown.recovered else "bad"
    span = Span(began_ms, ended_ms, "", tone)
    return Lane(name, (span,), (Mark(detected_ms, f"{shown.signal} found", "quiet"),))


def whole(text: str | None) -> int:
    """A number in an address; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0
