"""river's ADWIN and Page-Hinkley as they ship: what one gets who adds a detector to each value.

Default parameters, plain values (nothing is standardised), one at a time, a detector of its own for each
signal of each version, from the first value on. Each detection is an alert.
"""

from collections.abc import Callable
from typing import Final

from river.drift import ADWIN, PageHinkley

from driftline.schemas import ModelEvent
from driftline.stream_app.config import Settings
from driftline.stream_app.evaluation.plain_values import PlainValue, PlainValues
from driftline.stream_app.monitoring.signals.families import kind_of
from driftline.stream_app.simulator import Incident

Detector = ADWIN | PageHinkley
MAKERS: Final[dict[str, Callable[[], Detector]]] = {"river ADWIN": ADWIN, "river PageHinkley": PageHinkley}


class RiverDefaults:
    """Takes the events of a history in order; keeps the detections of each of river's detectors."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.detections: dict[str, list[Incident]] = {name: [] for name in MAKERS}
        self._values: dict[str, PlainValues] = {}
        self._detectors: dict[tuple[str, str, str], tuple[Detector, ...]] = {}

    def take(self, event: ModelEvent) -> None:
        """One event."""
        values = self._values.get(event.model)
        if values is None:
            plan = self.settings.plan(event.model)
            values = self._values[event.model] = PlainValues(plan, self.settings.limits)
        for value in values.take(event):
            self._read(event.model, value)

    def _read(self, model: str, value: PlainValue) -> None:
        key = (model, value.version, value.signal)
        detectors = self._detectors.get(key)
        if detectors is None:
            detectors = self._detectors[key] = tuple(make() for make in MAKERS.values())
        for name, detector in zip(MAKERS, detectors, strict=True):
            detector.update(value.value)  # type: ignore[no-untyped-call]
            if detector.drift_detected:
                self.detections[name].append(self._incident(name, model, value))

    def _incident(self, name: str, model: str, value: PlainValue) -> Incident:
        return Incident(
            id=f"{name}-{len(self.detections[name]):09}",
            model=model,
            version=value.version,
            kind=str(kind_of(value.signal)),
            signals=(value.signal,),
            began_ms=value.time_ms,  # neither says when it began
            detected_ms=value.time_ms,
            summary=f"{value.signal} changed ({name})",
        )
