"""An alarm desk whose signals are armed and whose stream is heard, without events."""

from dataclasses import replace
from typing import Any

from msgspec import structs

from driftline.detectors import Moments, Since
from driftline.schemas import Alert, Coverage
from driftline.stream_app.alarms.desk import AlarmDesk
from driftline.stream_app.alarms.incident import Evidence
from driftline.stream_app.config import Limits, ModelPlan
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.stream_key import StreamKey
from tests.alarms.evidence import ARMED, MINUTE_MS, evidence

COVERAGE = Coverage(seen=1, rejected=0, sampled=1.0, lost=0)
START_MS = 1_790_000_000_000
HOUR_MS = 60 * MINUTE_MS


class Desk(AlarmDesk):
    """Every signal looks like ``signal``; its last values are ``lately``, since a finding ``later``."""

    def __init__(self, plan: ModelPlan | None = None) -> None:
        super().__init__(ModelMonitor("search", plan or ModelPlan(), Limits()))
        self.signal = ARMED
        self.lately = Moments(0.0, 1.0, 1000)
        self.later: Since | None = None
        self.monitor.streams.new(StreamKey("1", "live"))
        self.monitor.streams.new(StreamKey("*", "live"))
        self.hear(START_MS)

    def hear(self, now_ms: int) -> None:
        """An event of every stream."""
        for stream in self.monitor.streams.values():
            stream.last_event_ms = now_ms
            stream.presence.heard_ms = now_ms

    def found(self, *found: Evidence) -> list[Alert]:
        """What one event showed."""
        return self.take(found, COVERAGE)

    def at(self, minutes: float) -> list[Alert]:
        """A tick so long after the start, with traffic until then."""
        now_ms = START_MS + round(minutes * MINUTE_MS)
        self.hear(now_ms)
        return self.tick(now_ms, COVERAGE)

    def _look(self, evidence: Evidence) -> Any:
        return self.signal

    def _last_values(self, evidence: Evidence, values: float) -> Moments:
        return self.lately

    def _since(self, evidence: Evidence) -> Since | None:
        return self.later


def change(
    signal: str = "feature:x", effect: float = 2.0, minutes: float = 0.0, unit: str = "", **found: Any
) -> Evidence:
    """A finding of a change that began so many minutes after the start and was found a minute later."""
    made = evidence(signal, effect=effect, began_ms=START_MS + round(minutes * MINUTE_MS))
    return structs.replace(made, unit=unit, finding=replace(made.finding, **found))
