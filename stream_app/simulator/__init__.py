"""Voice search with known change points: seeded scenarios, their truth, and reports against it."""

from driftline.stream_app.simulator.catalogue import scenarios
from driftline.stream_app.simulator.conditions import Change, Cycle
from driftline.stream_app.simulator.output import noting_changes, play, write_file
from driftline.stream_app.simulator.playing import SimulatedEvent
from driftline.stream_app.simulator.report import (
    TOLERANCE_S,
    Incident,
    Report,
    Row,
    WallClock,
    incidents_of,
    match,
    report,
)
from driftline.stream_app.simulator.report_table import render
from driftline.stream_app.simulator.scenario import Scenario
from driftline.stream_app.simulator.truth import Truth, write_truth

__all__ = [
    "TOLERANCE_S",
    "Change",
    "Cycle",
    "Incident",
    "Report",
    "Row",
    "Scenario",
    "SimulatedEvent",
    "Truth",
    "WallClock",
    "incidents_of",
    "match",
    "noting_changes",
    "play",
    "render",
    "report",
    "scenarios",
    "write_file",
    "write_truth",
]
