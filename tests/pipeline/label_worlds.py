"""Small worlds in which labels come, as records of the input topics, and what a shard says of them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from math import inf
from typing import Any, NamedTuple

import numpy as np
import orjson

from driftline.detectors import SignalState
from driftline.schemas import epoch_ms
from driftline.stream_app.config import ModelPlan, Settings
from driftline.stream_app.monitoring.feedback.joins import Joins
from driftline.stream_app.monitoring.notices import Notice, Why
from driftline.stream_app.monitoring.stream_key import StreamKey
from driftline.stream_app.pipeline import Record, Records, Shard
from tests.streams import FEEDBACK, PREDICTIONS, START_MS

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
STEP_MS = 20_000
COUNT, CHANGE_AT = 1200, 700
# After the change of most tests, told within so many labels: 5 % of errors become 20 %.
SOON_LABELS = 400
PLAN = {"warm_up": 500}

Event = dict[str, Any]


class World(NamedTuple):
    """What was written, in the order of the log, and what came of it."""

    shard: Shard
    alerts: list[dict[str, Any]]

    def told(self, signal: str) -> list[dict[str, Any]]:
        """The alerts that show a signal."""
        return [a for a in self.alerts if any(s["signal"] == signal for s in a["drift"]["signals"])]

    @property
    def joins(self) -> Joins:
        return self.shard.models["m"].watch.monitor.joins

    def state(self, signal: str, version: str = "v1", table: str = "labels") -> SignalState | None:
        """What a signal looks like in the end."""
        return self.shard.models["m"].watch.monitor.state(StreamKey(version, "live"), table, signal)

    def notices(self, why: Why) -> list[Notice]:
        return [each for each in self.shard.models["m"].watch.monitor.notices.all() if each.why is why]


def prediction(index: int, outputs: dict[str, Any], version: str = "v1", **fields: Any) -> Event:
    """The prediction of a number, one every 20 seconds."""
    time_ms = START_MS + index * STEP_MS
    known = {"type": "prediction", "id": f"m-{index}", "model": "m", "version": version, "time": time_ms}
    return {**known, "outputs": outputs, **fields}


def label(event: Event, value: Any, delay_ms: int = MINUTE_MS, name: str = "y", **fields: Any) -> Event:
    """What the truth of a prediction was, said some time after it."""
    known = {"type": "feedback", "kind": "label", "model": "m", "prediction_id": event["id"]}
    return {**known, "time": event["time"] + delay_ms, "labels": {name: value}, **fields}


def records_of(events: Iterable[Event]) -> list[Record]:
    """Events in the order of their times, or of ``at`` where they have it, on their topics."""
    offsets = {PREDICTIONS: 0, FEEDBACK: 0}
    records = []
    for event in sorted(events, key=lambda event: event.get("at", event["time"])):
        topic = FEEDBACK if event["type"] == "feedback" else PREDICTIONS
        value = orjson.dumps({name: item for name, item in event.items() if name != "at"})
        records.append(Record(topic, 0, offsets[topic], event["time"], b"m", value))
        offsets[topic] += 1
    return records


def settings_of(**plan: Any) -> Settings:
    """Settings in which the model ``m`` has this plan."""
    model = ModelPlan.model_validate({**PLAN, **plan}, context={})
    return Settings(defaults=model)


def play(events: Iterable[Event], batch: int = 4096, **plan: Any) -> World:
    """Let a shard absorb the events."""
    shard = Shard(0, settings_of(**plan), summaries=None)
    records = records_of(events)
    alerts = []
    for start in range(0, len(records), batch):
        shard.apply(Records.of(records[start : start + batch]))
        alerts += [orjson.loads(alert.value) for alert in shard.take_alerts()]
    return World(shard, alerts)


def yes_or_no(
    say: Callable[[bool], Any],
    write: Callable[[bool], Any],
    wrong: tuple[float, float] = (0.05, 0.20),
    delay_ms: int = MINUTE_MS,
    count: int = COUNT,
) -> Iterable[Event]:
    """A model of yes and no, in its words and in those of its labels, that errs more often later."""
    random = np.random.default_rng(7)
    for index in range(count):
        truth = bool(random.random() < 0.3)
        errs = bool(random.random() < wrong[index >= CHANGE_AT])
        event = prediction(index, {"y": say(truth ^ errs)})
        yield event
        yield label(event, write(truth), delay_ms)


def labels_until_told(world: World, signal: str = "error:y", since: int = CHANGE_AT) -> float:
    """How many predictions after the change the first alert of a signal was made; infinite for none."""
    return min((index_at(alert["drift"]["detected_at"]) - since for alert in world.told(signal)), default=inf)


def index_at(time: str) -> float:
    """The number of the prediction at a time of an alert."""
    return (epoch_ms(datetime.fromisoformat(time)) - START_MS) / STEP_MS
