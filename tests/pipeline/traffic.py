"""Events of a few models as lines of a file or records of Kafka, for the tests of silence and refusals."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import OutputRecord, Record, Records, Shard

START_MS = 1_794_787_200_000  # 2026-11-16T00:00:00Z, a Monday
SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000
Timed = tuple[int, dict[str, Any]]
"""When an event was written, and the event."""


def prediction(at_ms: int, model: str = "m", version: str = "1", **more: Any) -> Timed:
    """A prediction at a time after the start."""
    event = {"type": "prediction", "id": f"{model}-{at_ms}", "model": model, "version": version}
    return START_MS + at_ms, event | {"time": START_MS + at_ms, "features": {}, "outputs": {}} | more


def every(step_ms: int, begin_ms: int, end_ms: int, **more: Any) -> list[Timed]:
    """Predictions at regular times."""
    return [prediction(at_ms, **more) for at_ms in range(begin_ms, end_ms, step_ms)]


def written(events: Iterable[Timed], stamped: bool = False, topic: str = "p") -> list[Record]:
    """The events as records in the order in which they were written."""
    ordered = sorted(events, key=lambda each: each[0])
    return [
        Record(topic, 0, offset, at_ms if stamped else None, None, orjson.dumps(event))
        for offset, (at_ms, event) in enumerate(ordered)
    ]


def alerts_of(
    records: Sequence[Record], cuts: Iterable[int] = (), settings: Settings | None = None
) -> list[Any]:
    """All alerts of a run that reads the records in parts that end at the cuts."""
    shard = Shard(0, settings or Settings(), summaries=None)
    out: list[OutputRecord] = []
    begin = 0
    for end in (*sorted(cuts), len(records)):
        if end > begin:
            shard.apply(Records.of(records[begin:end]))
            out += shard.take_alerts()
            begin = end
    return [orjson.loads(alert.value) for alert in out]


def told(alerts: Iterable[Any], model: str = "m") -> list[tuple[str, str, float]]:
    """Of each alert of a model: status, signal, and the hour at which it was detected or ended."""
    found = []
    for alert in alerts:
        if alert["labels"]["model"] == model:
            time = alert.get("endsAt") or alert["drift"]["detected_at"]
            found.append((alert["status"], alert["drift"]["signals"][0]["signal"], hours(time)))
    return found


def hours(text: str) -> float:
    """Hours after the start of an RFC 3339 time."""
    from datetime import datetime

    from driftline.schemas import epoch_ms

    return (epoch_ms(datetime.fromisoformat(text)) - START_MS) / HOUR_MS
