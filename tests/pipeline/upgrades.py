"""What a release left behind in its state topic, and what comes after it: for the tests of upgrades.

`python -m tests.pipeline.upgrades NAME` writes `golden/NAME.json.gz` with the code as it is: the state
records at `BEGINS_AGAIN_MS`, and the alerts of a run that goes on from there. A file is made once, by the
commit whose layout it holds, and never again: it is what users have.
"""

import gzip
import sys
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson

from driftline.stream_app.config import Settings
from driftline.stream_app.config.plan import ModelPlan
from driftline.stream_app.pipeline import OutputRecord, Records, Shard, recover
from tests.pipeline.crashes import StateLog
from tests.pipeline.traffic import HOUR_MS, SECOND_MS, Timed, prediction, written

GOLDEN = Path(__file__).with_name("golden")
SETTINGS = Settings(models={"m": ModelPlan(warm_up=500)})
STEP_MS = 10 * SECOND_MS
BEGINS_AGAIN_MS = 30 * HOUR_MS
"""Where the old release was stopped: it had an open incident (a jump of amount at 28 h), a version that had
begun at 20 h with what its predecessor knew, labels under way, and a signal that was not armed yet.
"""
ENDS_MS = 60 * HOUR_MS
CITIES = ("Oslo", "Kyiv", "Lima", "Pune")


class Golden(NamedTuple):
    """State records of a release by key, and what was told by one that was never stopped, from there on."""

    state: StateLog
    told: list[list[str]]


def events() -> list[Timed]:
    """Two versions of a model with three features, an output, labels and a behaviour; four changes."""
    random, found = Random(7), []
    for at_ms in range(0, ENDS_MS, STEP_MS):
        hour = at_ms / HOUR_MS
        amount = random.gauss(50.0, 8.0) + (40.0 if 28.0 <= hour < 34.0 else 0.0)
        age = random.gauss(0.0, 1.0) + (4.0 if hour >= 44.0 else 0.0)
        features: dict[str, Any] = {"amount": amount, "age": age, "city": random.choice(CITIES)}
        if hour >= 29.0:
            features["late"] = random.gauss(0.0, 1.0)  # some 360 values when the release is stopped
        version = "1" if hour < 20.0 else "2"
        answer = random.choice(("yes", "no"))
        found.append(prediction(at_ms, version=version, features=features, outputs={"y": answer}))
        wrong = random.random() < (0.05 if hour < 50.0 else 0.6)
        other = {"yes": "no", "no": "yes"}[answer]
        about = {"model": "m", "prediction_id": f"m-{at_ms}"}
        later_ms, event = prediction(at_ms + 2 * HOUR_MS)
        said = {"labels": {"y": other if wrong else answer}, "time": event["time"]}
        found.append((later_ms, about | {"type": "feedback", "kind": "label"} | said))
        if random.random() < 0.1:
            later_ms, event = prediction(at_ms + 30 * SECOND_MS)
            did = {"behavior": "redo_search", "time": event["time"]}
            found.append((later_ms, about | {"type": "feedback", "kind": "behavior"} | did))
    return found


@cache
def before_and_after() -> tuple[Records, Records]:
    """The records that the old release absorbed, and those that came after it was stopped."""
    records = written(events(), stamped=True, topic=SETTINGS.kafka.predictions)
    first_ms = records[0].timestamp or 0
    count = sum((record.timestamp or 0) - first_ms < BEGINS_AGAIN_MS for record in records)
    return Records.of(records[:count]), Records.of(records[count:])


def told(alerts: list[OutputRecord]) -> list[list[str]]:
    """Of each alert its id, its status, and the signal that was found first."""
    read = [orjson.loads(alert.value) for alert in alerts]
    return [[each["id"], each["status"], each["annotations"]["signal"]] for each in read]


def opened(alerts: list[list[str]]) -> set[tuple[str, str]]:
    """Which incidents were opened, by what: how often one is told of again, and when it ends, may change."""
    return {(id.rpartition("-")[0], signal) for id, status, signal in alerts if status == "firing"}


def read(path: Path) -> Golden:
    """What a release left behind."""
    content = orjson.loads(gzip.decompress(path.read_bytes()))
    state = [(key.encode(), b64decode(value)) for key, value in content["state"].items()]
    return Golden(list(state), content["told"])


def state_after(records: Records) -> tuple[Shard, StateLog]:
    """A shard that absorbed these records, and what it left in the state topic."""
    shard, log = Shard(0, SETTINGS, summaries=None), []
    shard.apply(records)
    for cut in shard.cut(shard.dirty):
        log += [(record.key, record.value) for record in cut.records]
        shard.confirm(cut)
    return shard, log


def main(name: str) -> None:
    """Write the golden file of the present layout."""
    before, after = before_and_after()
    shard, log = state_after(before)
    told_before = told(shard.take_alerts())
    shard.apply(after)
    expected = told(shard.take_alerts())
    restored = recover(0, SETTINGS, log).shard
    restored.apply(after)
    assert told(restored.take_alerts()) == expected
    state = {key.decode(): b64encode(value or b"").decode() for key, value in log}
    content = orjson.dumps({"state": state, "told": expected})
    (GOLDEN / f"{name}.json.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    print(*told_before, "---", *expected, f"{len(content):,} bytes", sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
