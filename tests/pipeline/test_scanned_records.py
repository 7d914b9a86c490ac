import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from driftline.schemas import Prediction, decode
from driftline.schemas.scanner import Scanner, joined
from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Record, Records, Shard
from driftline.stream_app.pipeline.codec import pack

START_MS = 1_790_000_000_000
PLAN = {
    "warm_up": 100,
    "features": {
        "zip": {"type": "categorical"},
        "known": {"type": "boolean"},
        "size": {"min": 0, "max": 3},
        "internal": {"ignore": True},
    },
}


def messy_events(seed: int, count: int = 3000) -> Iterator[dict[str, Any]]:
    """Predictions and labels of a few models, with everything that producers get wrong."""
    chance = random.Random(seed)
    for number in range(count):
        model = chance.choice(["search", "search", "search", "voice", "odd é"])
        features: dict[str, Any] = {
            "size": chance.gauss(2.0 if number < 2000 else 4.0, 1.0),
            "count": chance.randint(0, 9),
            "language": chance.choice(["en", "de", "fr", "", "x" * chance.choice([3, 300])]),
            "zip": chance.choice([12345, 7.5, "12345", True, None]),
            "flag": chance.random() < 0.3,
            "known": chance.choice([0, 1, 1.0, True, False]),
            "internal": "id-" + str(number),
            "never": None,
        }
        if number > 700:
            features["late"] = chance.choice([1.5, 2.5, None])
        if number > 1100 and chance.random() < 0.1:
            features["list"] = [1.0, 2.0]
        for name in list(features):
            if chance.random() < 0.03:
                features[name] = chance.choice([None, "text", 1.0, True, False, "", 1e400])
            elif chance.random() < 0.03:
                del features[name]
        yield {
            "type": "prediction",
            "id": f"p-{number if chance.random() < 0.98 else number - 3}",
            "model": model,
            "version": "v1" if number < 1500 or chance.random() < 0.5 else "v2",
            "time": START_MS + number * 100 + (10**9 if chance.random() < 0.001 else 0),
            "features": features,
            "outputs": {
                "intent": chance.choice(["call", "play", "", None]),
                "confidence": round(chance.random(), 4),
            },
            "serving": {"latency_ms": chance.lognormvariate(3, 0.5)},
            **({"role": "shadow"} if chance.random() < 0.1 else {}),
        }
        if chance.random() < 0.3:
            yield {
                "type": "feedback",
                "kind": "label",
                "prediction_id": f"p-{number - chance.randint(-2, 20)}",
                "model": model,
                "time": START_MS + number * 100,
                "labels": {"intent": chance.choice(["call", "play"]), "confidence": 0.5},
            }
        if chance.random() < 0.01:
            yield {"type": "prediction", "id": "", "model": model}


def records(seed: int) -> list[Record]:
    """The events as records of one topic."""
    lines = [json.dumps(event).encode() for event in messy_events(seed)]
    return [Record("t", 0, place, None, b"search", line) for place, line in enumerate(lines)]


@cache
def outcome(seed: int, batch: int, *, scanning: bool) -> bytes:
    """Everything that comes out of a shard, and what waits in it for feedback."""
    settings = {"defaults": PLAN, "worker": {"summaries_every_s": 60.0}}
    shard = Shard(0, Settings.model_validate(settings))
    if not scanning:
        shard._scanner = WithoutLessons()
    source = records(seed)
    for start in range(0, len(source), batch):
        shard.apply(Records.of(source[start : start + batch]))
    waiting = [model.watch.monitor.joins.waiting_snapshot() for model in shard.models.values()]
    out = [shard.take_alerts(), shard.take_dead_letters(), shard.take_summaries(), shard.take_notices()]
    return pack([out, waiting, dict(shard.counters.events)])


class WithoutLessons(Scanner):
    """Knows nothing, so that every record is decoded by itself."""

    def learn(self, record: bytes) -> None:
        """Not this one."""


@pytest.mark.parametrize(("seed", "batch"), [(0, 17), (2, 17), (3, 17), (0, 5000)])
def test_scanned_records_mean_what_decoded_ones_mean(seed: int, batch: int) -> None:
    """Alerts, dead letters and joins would depend on how records were read."""
    assert outcome(seed, batch, scanning=True) == outcome(seed, 700, scanning=False)


def test_most_of_a_messy_stream_is_scanned() -> None:
    """What the other test compares would be the same path twice."""
    scanner = Scanner()
    values = [record.value for record in records(0)]
    for value in values:
        if isinstance(decode(value, None), Prediction):
            scanner.learn(value)
    frame = scanner.scan(*joined(values), np.full(len(values), -1))
    assert np.count_nonzero(frame.fits) > 0.3 * len(values)
