"""Small made-up streams with a known change, as records of the input topics."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from driftline.stream_app.pipeline import Record

START_MS = 1_790_000_000_000
PREDICTIONS = "driftline.predictions"
FEEDBACK = "driftline.feedback"
CONTROL = "driftline.control"


def control(identifier: str, time_ms: int, **fields: Any) -> dict[str, Any]:
    """What anna says about the model search."""
    known = {"type": "control", "id": identifier, "model": "search", "time": time_ms, "by": "anna"}
    return known | fields


def with_control(records: list[Record], said: list[dict[str, Any]]) -> list[Record]:
    """The records, and what operators said, each in its place by time and on its own topic."""
    merged = list(records)
    for offset, event in enumerate(sorted(said, key=lambda event: event["time"])):
        value, key = orjson.dumps(event), event["model"].encode()
        merged.append(Record(CONTROL, 0, offset, event["time"], key, value))
    return sorted(merged, key=lambda record: record.timestamp or 0)


@dataclass
class Stream:
    """Predictions of one model every ``step_ms``, each with a click or not and a label, until told otherwise.

    ``change_at`` is the index of the first prediction of the changed world, ``recover_at`` that of the first
    one after it; there, ``shift`` is added to the feature ``x`` and labels are wrong at ``error_rate``.
    ``first`` is the number of the first prediction, so that one stream can go on where another ended.
    """

    count: int = 4000
    change_at: int = 3000
    recover_at: int = 1_000_000
    shift: float = 0.0
    error_rate: float = 0.06
    missing_rate: float = 0.0
    model: str = "search"
    version: str = "1"
    seed: int = 7
    step_ms: int = 1000
    first: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    def records(self) -> Iterator[Record]:
        random = np.random.default_rng(self.seed)
        offsets = {PREDICTIONS: 0, FEEDBACK: 0}
        for index in range(self.first, self.first + self.count):
            time_ms = START_MS + index * self.step_ms
            changed = self.change_at <= index < self.recover_at
            for topic, event in self._events(index, time_ms, changed, random):
                value = orjson.dumps(event)
                yield Record(topic, 0, offsets[topic], event["time"], self.model.encode(), value)
                offsets[topic] += 1

    def _events(
        self, index: int, time_ms: int, changed: bool, random: np.random.Generator
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        missing = changed and random.random() < self.missing_rate
        answer = str(random.choice(["call", "navigate", "play"], p=[0.5, 0.3, 0.2]))
        identifier = f"{self.model}-{index}"
        yield (
            PREDICTIONS,
            {
                "type": "prediction",
                "id": identifier,
                "model": self.model,
                "version": self.version,
                "time": time_ms,
                "features": {
                    "x": random.normal() + (self.shift if changed else 0.0),
                    "y": None if missing else random.lognormal(),
                    "device": str(random.choice(["phone", "car"], p=[0.7, 0.3])),
                },
                "outputs": {"intent": answer, "confidence": random.beta(8, 2)},
                "serving": {"latency_ms": 40.0 * random.lognormal(sigma=0.3)},
                **self.extra,
            },
        )
        feedback = {"type": "feedback", "model": self.model, "prediction_id": identifier, "time": time_ms}
        if random.random() < 0.4:
            yield FEEDBACK, {**feedback, "kind": "behavior", "behavior": "click"}
        wrong = random.random() < (self.error_rate if changed else 0.06)
        label = "other" if wrong else answer
        yield FEEDBACK, {**feedback, "kind": "label", "labels": {"intent": label}}
