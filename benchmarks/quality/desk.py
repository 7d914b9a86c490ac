"""One change, one alert: through the real alarm desk.

Each signal is the only feature of a model of its own, so that nothing is grouped with anything else. It
learns its reference, stays healthy for 1,000 values, changes, and stays so for 2,500 values (42 hours):
exactly one incident of its model is right. The default configuration, by the engine of `driftline replay`.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

from benchmarks.quality.changes import CHANGES
from benchmarks.quality.feed import Feed
from benchmarks.quality.noises import NOISES
from schemas import rfc3339
from stream_app.adapters.memory import MemoryRecord
from stream_app.adapters.replay import Sinks, replay
from stream_app.config import Settings
from stream_app.simulator.report import Alert, incidents_of

HEALTHY_VALUES, CHANGED_VALUES = 1_000, 2_500
SPACING_MS = 60_000


def feed_of(noise: str, change: str, models: int) -> Feed:
    """A column per model."""
    changes_at = Settings().defaults.warm_up + HEALTHY_VALUES
    return Feed(
        NOISES[noise],
        models,
        changes_at + CHANGED_VALUES,
        SPACING_MS,
        change=CHANGES[change],
        changes_at=np.full(models, changes_at),
    )


def records(feed: Feed, topic: str) -> Iterator[MemoryRecord]:
    """A prediction of every model at every moment."""
    offset = 0
    for batch in feed.batches():
        for time_ms, row in zip(batch.times_ms.tolist(), batch.values.tolist(), strict=True):
            time = rfc3339(time_ms)
            for column, value in enumerate(row):
                model = f"model-{column}"
                event = {
                    **{"type": "prediction", "id": f"p-{offset}", "model": model, "version": "1"},
                    **{"time": time, "features": {"number": value}},
                }
                yield MemoryRecord(topic, 0, offset, time_ms, model.encode(), orjson.dumps(event))
                offset += 1


def run(noise: str, change: str, models: int) -> dict[str, Any]:
    """How many models raised exactly one incident from the change on, and none before it."""
    settings = Settings()
    feed = feed_of(noise, change, models)
    alerts: list[Alert] = []
    sinks = Sinks(alerts=lambda record: alerts.append(orjson.loads(record.value)))
    replay(records(feed, settings.kafka.predictions), settings, sinks)
    incidents = Counter(incident.model for incident in incidents_of(alerts))
    counts = [incidents[f"model-{column}"] for column in range(models)]
    return {
        "noise": noise,
        "change": change,
        "models": models,
        "exactly_one": sum(count == 1 for count in counts) / models,
        "missed": sum(count == 0 for count in counts),
        "several": sum(count > 1 for count in counts),
    }
