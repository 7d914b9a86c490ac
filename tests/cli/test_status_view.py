"""What people see of models and signals, at 80 columns and at 200, with names that are long."""

from typing import Any

import pytest
from rich.console import Console, RenderableType

from driftline.stream_app.cli.figures import effect_of, level_of, sparkline, strip
from driftline.stream_app.cli.signals_view import signal_view, signals_table
from driftline.stream_app.cli.status_view import LINES_MAX, model_view

TIME = "2026-11-22T10:00:00.000Z"
QUANTILES = {"p05": -34.0, "p25": -28.0, "p50": -24.0, "p75": -20.0, "p95": -14.0, "p99": -9.0}
NUMBERS = {
    "count": 500, "missing": 3, "mean": -24.2, "sd": 6.0, "min": -40.0, "max": -4.0, "quantiles": QUANTILES
}  # fmt: skip
SHARE = {"count": 500, "missing": 0, "mean": 0.043, "sd": 0.2, "min": 0.0, "max": 1.0, "quantiles": None}
SURPRISE = {"count": 500, "missing": 0, "mean": 1.3, "sd": 0.2, "min": 0.1, "max": 4.0, "quantiles": None}


def status(**other: Any) -> dict[str, Any]:
    """A model that has everything there is to say."""
    version = {"version": "*", "role": "live", "last_event_at": None, "events_per_s": None, "signals": 2,
               "armed": 2, "compared_with": None}  # fmt: skip
    known = version | {"version": "2026-11-22-release-candidate", "last_event_at": TIME, "events_per_s": 12.3,
                       "compared_with": "2026-11-01"}  # fmt: skip
    incident = {"id": "f00-1", "kind": "concept_drift", "severity": "critical", "began_at": TIME,
                "signals": ["error:intent"], "summary": "Concept drift: error:intent rose " * 3}  # fmt: skip
    unarmed = {"signal": "feature:an_unusually_long_name", "version": "v1", "role": "live", "seen": 5,
               "needed": 2000, "ready_at": None, "why": "5 of 2,000: 40 more days at this rate"}  # fmt: skip
    notice = {"why": "label_late", "subject": "intent", "sentence": "Labels came too late. " * 4, "count": 7,
              "since": TIME}  # fmt: skip
    return {
        "model": "voice-search", "time": TIME, "versions": [version, known], "signals": 60, "armed": 50,
        "unarmed": [unarmed] * 8, "unarmed_count": 30, "incidents": [incident], "incidents_count": 1,
        "labels": {"delay_s_median": 7200.0, "joined": 90, "late": 7, "unknown": 3, "incomparable": 0,
                   "join_rate": 0.9},
        "budget": {"asked_per_30d": 1.0, "realised_per_30d": 2.0}, "refused": {"not_json": 4},
        "notices": [notice], "notices_count": 1,
    } | other  # fmt: skip


def summary(signal: str, recent: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {
        "model": "m", "version": "v1", "role": "live", "signal": signal, "time": TIME, "armed": True,
        "phase": "reference", "seen": 900, "recent": recent, "reference": recent, "effect_size_sd": 0.123,
        "firing": False, "watch_only": False, "waits_for": None,
    } | other  # fmt: skip


def shown(what: RenderableType, width: int) -> list[str]:
    """The lines on a terminal of a width."""
    console = Console(width=width, highlight=False, markup=False, color_system=None)
    with console.capture() as capture:
        console.print(what)
    return capture.get().splitlines()


@pytest.mark.parametrize("width", [80, 200])
def test_a_status_fits_and_says_everything(width: int) -> None:
    """Half of a sentence behind the edge of a terminal is no sentence."""
    lines = shown(model_view(status(), 12.0), width)
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    for words in (
        "voice-search 1 open incident",
        "(said 12.0 s ago)",
        "critical since 11-22 10:00",
        "90 joined (90% of those that came), half of them within 2.0 h; 7 late; 3 of unknown predictions",
        "1 false in 30 days asked; alerts are raised at 2 in 30 days",
        "4 not json",
        "40 more days at this rate",
        "(7 times since 11-22 10:00)",
        f"and {30 - LINES_MAX} more",
    ):
        assert words in text


def test_a_model_with_nothing_to_say_is_short() -> None:
    """Ten healthy models have to fit on one screen."""
    nothing: dict[str, Any] = {name: [] for name in ("unarmed", "incidents", "notices")}
    counts = {f"{name}_count": 0 for name in nothing}
    labels = dict.fromkeys(("joined", "late", "unknown", "incomparable"), 0)
    lines = shown(model_view(status(refused={}, labels=labels, **nothing, **counts), 1.0), 200)
    assert "nothing open" in lines[0]
    assert len([line for line in lines if line.strip()]) == 5


def test_a_table_of_signals_fits() -> None:
    """The column that says why a signal is not armed is the last, and the first to be cut off."""
    waits = {"values": 5, "of": 2000, "ready_at": TIME}
    rows = [
        summary("feature:volume_dbfs", NUMBERS),
        summary("missing:silence_before_ms", SHARE, phase="local_level"),
        summary("class:intent", SURPRISE, firing=True),
        summary("output:confidence", NUMBERS, armed=False, reference=None, waits_for=waits),
        summary("volume:predictions", NUMBERS, armed=False, reference=None),
        summary("rate:click", SHARE, watch_only=True),
    ]
    lines = shown(signals_table(rows), 80)
    assert max(map(len, lines)) <= 80
    table = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if ":" in line.split()[0]}
    assert table["feature:volume_dbfs"] == "-24.2 -24.2 +0.12 sd armed"
    assert table["missing:silence_before_ms"] == "4.3% 4.3% +0.12 sd armed (local)"
    assert table["class:intent"] == "– – +0.12 sd firing"
    assert table["output:confidence"].startswith("-24.2 – – 5 of 2,000 values")
    assert table["volume:predictions"] == "-24.2 – – kept, not watched"
    assert table["rate:click"].endswith("watch only")


@pytest.mark.parametrize("width", [80, 200])
def test_a_signal_is_a_small_plot(width: int) -> None:
    """Whoever is called at night sees at a glance how far it is away."""
    higher = NUMBERS | {"quantiles": {key: value + 10 for key, value in QUANTILES.items()}}
    history = [summary("feature:x", NUMBERS | {"mean": float(place)}) for place in range(150)]
    moved = summary("feature:x", higher, reference=NUMBERS)
    lines = shown(signal_view(moved, history, width), width)
    assert max(map(len, lines)) <= width
    strips = [line for line in lines if "┃" in line]
    assert strips[1].index("┃") > strips[0].index("┃")
    assert lines[-3].split()[-1].endswith("█")


def test_scores_of_categories_are_never_printed() -> None:
    """A surprise of 1.3 nats means nothing to anybody."""
    text = "\n".join(shown(signal_view(summary("class:intent", SURPRISE), [], 80), 80))
    assert "1.3" not in text
    assert level_of(SURPRISE) == level_of(None) == "–"


def test_figures_of_nothing_and_of_what_stands_still() -> None:
    """A constant feature divides by zero."""
    assert sparkline([], 10) == sparkline([None, None], 10) == ""
    assert sparkline([1.0, 1.0], 10) == "▄▄"
    assert sparkline([0.0, None, 7.0], 2) == " ▄"
    same = {"quantiles": dict.fromkeys(("p05", "p25", "p50", "p75", "p95"), 3.0)}
    assert strip(same, 3.0, 3.0, 10).strip() == "┃"
    assert effect_of(None) == "–"
