"""The whole system on a healthy model: 40 signals with daily and weekly cycles and AR noise, and no change.

An event every two seconds, as JSON, through the engine of `driftline replay` under the default configuration.
Each feature has its own cycle (0.3 to 1 sd a day, up to 0.5 sd a week), phase, AR coefficient (0, 0.5 or 0.9,
from one value to the next) and units. Every alert is a false one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray
from scipy.signal import lfilter

from benchmarks.quality.feed import START_MS
from benchmarks.quality.noises import DAY_MS
from driftline.schemas import rfc3339
from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.config import Settings
from driftline.stream_app.outputs import MemorySink
from driftline.stream_app.pipeline import Record
from driftline.stream_app.simulator.report import incidents_of

SIGNALS = 40
EVERY_MS = 2_000
CHUNK_ROWS = 10_000
MODEL = "healthy"


@dataclass(frozen=True)
class Features:
    """What the features of one seed are like; arrays [SIGNALS]."""

    phi: NDArray[np.float64]
    daily: NDArray[np.float64]
    weekly: NDArray[np.float64]
    phase: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def draw(cls, random: np.random.Generator) -> "Features":
        return cls(
            phi=random.choice([0.0, 0.5, 0.9], SIGNALS),
            daily=random.uniform(0.3, 1.0, SIGNALS),
            weekly=random.uniform(0.0, 0.5, SIGNALS),
            phase=random.uniform(0.0, 1.0, SIGNALS),
            scale=10 ** random.uniform(-3, 3, SIGNALS),
        )

    def cycle(self, times_ms: NDArray[np.int64]) -> NDArray[np.float64]:
        """[rows, SIGNALS] in sd."""
        days = times_ms[:, None] / DAY_MS + self.phase
        return self.daily * np.sin(2 * np.pi * days) + self.weekly * np.sin(2 * np.pi * days / 7)


def values(features: Features, rows: int, random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Chunks [rows, SIGNALS] of what the features say."""
    last = random.standard_normal(SIGNALS)
    for first in range(0, rows, CHUNK_ROWS):
        count = min(CHUNK_ROWS, rows - first)
        noise = random.standard_normal((count, SIGNALS)) * np.sqrt(1 - features.phi**2)
        for column, phi in enumerate(features.phi):
            noise[:, column] = lfilter([1.0], [1.0, -phi], noise[:, column], zi=[phi * last[column]])[0]
        last = noise[-1]
        times_ms = START_MS + (first + np.arange(count)) * EVERY_MS
        yield features.scale * (noise + features.cycle(times_ms))


def records(seed: int, days: float, topic: str) -> Iterator[Record]:
    """The predictions of a healthy model, as a topic would hold them."""
    random = np.random.default_rng([seed, SIGNALS])
    features = Features.draw(random)
    names = [f"feature_{number:02}" for number in range(SIGNALS)]
    offset = 0
    for chunk in values(features, int(days * DAY_MS / EVERY_MS), random):
        for row in chunk.tolist():
            time_ms = START_MS + offset * EVERY_MS
            event = {
                "type": "prediction",
                "id": f"p-{offset}",
                "model": MODEL,
                "version": "1",
                "time": rfc3339(time_ms),
                "features": dict(zip(names, row, strict=True)),
            }
            yield Record(topic, 0, offset, time_ms, MODEL.encode(), orjson.dumps(event))
            offset += 1


def run(seed: int, days: float) -> dict[str, object]:
    """One seed: how many alerts, and which."""
    settings = Settings()
    sink = MemorySink("alerts")
    summary = replay(batches(records(seed, days, settings.kafka.predictions)), settings, sink)
    incidents = incidents_of(sink.decoded("alerts"))
    return {
        "seed": seed,
        "days": days,
        "events": summary.events,
        "signals": summary.signals,
        "alerts": len(incidents),
        "signals_of_alerts": [list(incident.all_signals) for incident in incidents],
        "days_of_alerts": [round((i.detected_ms - START_MS) / DAY_MS, 2) for i in incidents],
        "seconds": round(summary.seconds, 1),
    }
