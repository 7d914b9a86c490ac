"""What the demo shows: each change as it is injected, each alarm as it arrives, and the closing table."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from driftline.stream_app.cli.alert_lines import alert_line, detail_line
from driftline.stream_app.simulator import (
    Scenario,
    SimulatedEvent,
    Truth,
    WallClock,
    noting_changes,
    render,
    report,
)


class Board:
    """Prints what happens while one seed of a scenario is played, and remembers it for the end."""

    def __init__(self, scenario: Scenario, seed: int, console: Console) -> None:
        self._scenario = scenario
        self._seed = seed
        self._console = console
        self._truths = {truth.change: truth for truth in scenario.truth(seed)}
        self._prediction_times = scenario.prediction_times(seed).tolist()
        self._injected_s: dict[str, float] = {}
        self._received_s: dict[str, float] = {}
        self._announced = 0
        self._alerts: list[Mapping[str, Any]] = []
        self._described: set[tuple[str, str]] = set()

    @property
    def first_alert_s(self) -> float | None:
        """When the first alert arrived, on the monotonic clock."""
        return min(self._received_s.values(), default=None)

    def events(self) -> Iterator[SimulatedEvent]:
        """The scenario's events; whoever takes them tells the board by it which changes are injected."""
        return noting_changes(
            self._scenario.events(self._seed), self._truths.values(), self._injected_s, time
        )

    def say(self, sentence: str) -> None:
        """Print a remark."""
        self._console.print(Text(sentence))

    def show_injected(self) -> None:
        """Print the changes that were injected since the last call; called from one thread only."""
        for change in list(self._injected_s)[self._announced :]:
            self._announced += 1
            self._console.print(injected_line(self._truths[change]))

    def show_alert(self, alert: Mapping[str, Any]) -> None:
        """Print an alert that has just arrived, and how long after the change that it is about."""
        self._received_s.setdefault(alert["id"], time.monotonic())
        self._alerts.append(alert)
        self.show_injected()
        self._console.print(alert_line(alert))
        topic = (alert["fingerprint"], alert["drift"]["kind"])
        if topic not in self._described:  # an incident that grows would repeat itself
            self._described.add(topic)
            self._console.print(detail_line(alert["annotations"]["description"]))
        if alert["status"] == "firing":
            self._console.print(detail_line(self._delay_of(alert)))

    def show_report(self) -> None:
        """Print what was injected and what was found."""
        result = report(self._alerts, self._truths.values(), self._prediction_times, self._wall_clock)
        self._console.print()
        self._console.print(render(result), soft_wrap=False)

    def _delay_of(self, alert: Mapping[str, Any]) -> str:
        result = report([alert], self._truths.values(), wall_clock=self._wall_clock)
        for row in result.rows:
            if row.delay_s is not None:
                on_the_clock = "" if row.delay_wall_s is None else f", {row.delay_wall_s:.1f} s on the clock"
                return f"{row.delay_s:,.0f} s of event time after {row.truth.change} began{on_the_clock}."
        return "No change was injected that explains it: a false alarm."

    @property
    def _wall_clock(self) -> WallClock:
        return WallClock(self._injected_s, self._received_s)


def injected_line(truth: Truth) -> Text:
    """A change at the moment at which it is injected."""
    began = datetime.fromtimestamp(truth.began_ms / 1000, UTC)
    line = Text(f"{began:%Y-%m-%d %H:%M:%S}  ")
    line.append(f"injected  {truth.change} ({truth.kind.replace('_', ' ')})", style="bold magenta")
    return line
