"""One change, one alert: through the real alarm desk.

One model, each of whose features changes once, an hour and more after the one before, so that they are not
grouped. A feature learns its reference, stays healthy up to its 20,000th value (more than two days, or two
weeks where it has a cycle) and changes: exactly one incident that names it is right. The default
configuration, by the engine of `driftline replay`.
"""

from collections.abc import Iterable, Iterator
from math import isnan
from typing import Any

import numpy as np
import orjson

from benchmarks.quality.changes import CHANGES, GRADUAL_VALUES, RECURRING_VALUES
from benchmarks.quality.feed import Feed, spacing_ms
from benchmarks.quality.limit.optimum import optimum_values
from benchmarks.quality.noises import NOISES
from driftline.detectors import Transform
from driftline.schemas import rfc3339
from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.config import Settings
from driftline.stream_app.evaluation.scoring import alerts_by_signal
from driftline.stream_app.outputs import MemorySink
from driftline.stream_app.pipeline import Record
from driftline.stream_app.simulator import Incident, incidents_of

HEALTHY_VALUES = 20_000
APART_VALUES = 400
TAIL_VALUES = 2_500
COURSE_VALUES = {"abrupt": 0, "gradual": GRADUAL_VALUES, "recurring": 3 * RECURRING_VALUES}
LIMITS = 5.0  # a change lasts for so many times the delay of the exact CUSUM
REQUESTED = 1e7  # about what one false alarm a month leaves to a detector of one of 20 features
SPACING_MS = 10_000


def feed_of(noise: str, change: str, features: int) -> Feed:
    """A column per feature."""
    changes_at = HEALTHY_VALUES + APART_VALUES * np.arange(features)
    limit = optimum_values(NOISES[noise], CHANGES[change], REQUESTED)
    lasts = COURSE_VALUES[CHANGES[change].course] + max(TAIL_VALUES, 0.0 if isnan(limit) else LIMITS * limit)
    rows = int(changes_at[-1] + lasts)
    spacing = spacing_ms(NOISES[noise], HEALTHY_VALUES) if NOISES[noise].cyclic else SPACING_MS
    return Feed(NOISES[noise], features, rows, spacing, change=CHANGES[change], changes_at=changes_at)


def can_be_seen(noise: str, change: str) -> bool:
    """Whether it lasts for twice the delay of the exact CUSUM: nobody has to see what is over before."""
    recurs = CHANGES[change].course == "recurring"
    return not recurs or 2 * optimum_values(NOISES[noise], CHANGES[change], REQUESTED) <= RECURRING_VALUES


def records(feed: Feed, topic: str) -> Iterator[Record]:
    """A prediction at every moment, with a number, a flag or a category for each feature."""
    offset = 0
    kinds = {Transform.BINARY: bool, Transform.CATEGORY: lambda code: f"class-{code:.0f}"}
    made_of = kinds.get(feed.noise.transform, float)
    for batch in feed.batches():
        for time_ms, row in zip(batch.times_ms.tolist(), batch.values.tolist(), strict=True):
            features = {f"f{column}": made_of(value) for column, value in enumerate(row)}
            event = {
                **{"type": "prediction", "id": f"p-{offset}", "model": "desk", "version": "1"},
                **{"time": rfc3339(time_ms), "features": features},
            }
            yield Record(topic, 0, offset, time_ms, b"desk", orjson.dumps(event))
            offset += 1


def run(noise: str, change: str, features: int) -> dict[str, Any]:
    """How many features were in exactly one incident, or in one for each of their changes."""
    settings = Settings()
    feed = feed_of(noise, change, features)
    sink = MemorySink("alerts")
    replay(batches(records(feed, settings.kafka.predictions)), settings, sink)
    return figures(noise, change, features, incidents_of(sink.decoded("alerts")))


def figures(noise: str, change: str, features: int, incidents: Iterable[Incident]) -> dict[str, Any]:
    """From how many incidents name each signal."""
    named = alerts_by_signal(incidents)
    counts = [named.get(f"feature:f{column}", 0) for column in range(features)]
    due = 2 if CHANGES[change].course == "recurring" else 1
    return {
        "noise": noise,
        "change": change,
        "features": features,
        "exactly_one": sum(count == due for count in counts) / features,
        "missed": sum(count < due for count in counts),
        "several": sum(count > due for count in counts),
        "other_signals": len(set(named) - {f"feature:f{column}" for column in range(features)}),
    }
