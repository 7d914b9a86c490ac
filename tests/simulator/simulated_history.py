"""Simulated events read back as columns, so that a test can measure what a scenario really did."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from driftline.stream_app.simulator import SimulatedEvent


@dataclass
class History:
    """All events of a run: predictions and serving reports in order, feedback by prediction id."""

    events: list[SimulatedEvent] = field(default_factory=list)
    predictions: list[dict[str, Any]] = field(default_factory=list)
    times_ms: list[int] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    decisions: dict[str, str] = field(default_factory=dict)
    behaviors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def feature(self, name: str) -> NDArray[np.float64]:
        """A feature of every prediction; missing values are NaN."""
        values = (prediction["features"][name] for prediction in self.predictions)
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

    def times(self) -> NDArray[np.int64]:
        """Event time of every prediction, epoch ms."""
        return np.array(self.times_ms, dtype=np.int64)

    def did(self, behavior: str) -> NDArray[np.float64]:
        """1.0 for every prediction that was followed by the behaviour."""
        followers = self.behaviors[behavior]
        return np.array([float(prediction["id"] in followers) for prediction in self.predictions])

    def errors(self) -> NDArray[np.float64]:
        """1.0 where the first label differs from the intent; NaN where there is no label."""
        return np.array([self._error(prediction) for prediction in self.predictions])

    def _error(self, prediction: dict[str, Any]) -> float:
        labels = self.labels.get(prediction["id"])
        return float(labels[0] != prediction["outputs"]["intent"]) if labels else float("nan")


def read(events: Iterable[SimulatedEvent]) -> History:
    """Take in all events."""
    history = History()
    for event in events:
        history.events.append(event)
        record = orjson.loads(event.value)
        if record["type"] == "prediction":
            history.predictions.append(record)
            history.times_ms.append(event.time_ms)
        elif record["type"] == "serving":
            history.reports.append(record)
        elif record["kind"] == "label":
            history.labels[record["prediction_id"]].append(record["labels"]["intent"])
        elif record["kind"] == "decision":
            history.decisions[record["prediction_id"]] = record["decision"]["intent"]
        else:
            history.behaviors[record["behavior"]].add(record["prediction_id"])
    return history
