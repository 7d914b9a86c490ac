"""Errors are estimated before labels come, and it is said when the estimate is no longer to be trusted."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import orjson
from river import compose, datasets, linear_model, multiclass, preprocessing

from driftline.stream_app.config import Settings
from driftline.stream_app.config.plan import ModelPlan
from driftline.stream_app.pipeline import OutputRecord, Record, Records, Shard, recover
from tests.pipeline.crashes import StateLog
from tests.pipeline.traffic import HOUR_MS, SECOND_MS, Timed, alerts_of, hours, prediction, written

SETTINGS = Settings(models={"m": ModelPlan(warm_up=500)})
STEP_MS = 30 * SECOND_MS
LABEL_LATE_MS = 12 * HOUR_MS
CHANGE_MS = 40 * HOUR_MS
END_MS = 56 * HOUR_MS


def told(at_ms: int, answer: str, truth: str, **outputs: Any) -> Iterator[Timed]:
    """A prediction, and its label half a day later."""
    yield prediction(at_ms, outputs={"y": answer, **outputs})
    written_ms, event = prediction(at_ms + LABEL_LATE_MS)
    about = {"type": "feedback", "kind": "label", "prediction_id": f"m-{at_ms}", "labels": {"y": truth}}
    yield written_ms, about | {"model": "m", "time": event["time"]}


def answered(random: Random, at_ms: int, unsure: bool, *, deceived: bool = False) -> Iterator[Timed]:
    """An answer that is as sure as it is right, unless it is deceived."""
    confidence = random.betavariate(4, 4) / 2 + 0.5 if unsure else random.betavariate(12, 1) / 2 + 0.5
    right = random.random() < (0.6 if deceived else confidence)
    truth = random.choice(("yes", "no"))
    other = {"yes": "no", "no": "yes"}[truth]
    yield from told(at_ms, truth if right else other, truth, y_confidence=round(confidence, 3))


@cache
def unsure() -> list[Record]:
    """A model that answers nothing surely any more from the change on."""
    random = Random(3)
    times = range(0, END_MS, STEP_MS)
    events = [each for at_ms in times for each in answered(random, at_ms, at_ms >= CHANGE_MS)]
    return written(events, stamped=True)


@cache
def alerts_of_unsure() -> list[Any]:
    """What is told of it by one that reads everything at once."""
    return alerts_of(unsure(), settings=SETTINGS)


def firsts(alerts: list[Any]) -> dict[str, float]:
    """By signal: how many hours after the change it was first told of."""
    found: dict[str, float] = {}
    for alert in alerts:
        for each in alert["drift"]["signals"]:
            found.setdefault(each["signal"], hours(alert["time"]) - CHANGE_MS / HOUR_MS)
    return found


def test_an_unsure_model_is_told_before_its_labels() -> None:
    """Labels are half a day late: a model that answers nothing surely any more would be heard of then."""
    told_after = firsts(alerts_of_unsure())
    assert 0 < told_after["estimated_error:y"] < 1
    assert told_after.get("error:y", 99) > 11
    assert "calibration:y" not in told_after, "the estimate was right"


def test_a_deceived_model_is_told_by_its_labels() -> None:
    """The world changed and confidence did not: an estimate that nobody doubts would say that all is well."""
    random = Random(4)
    times = range(0, END_MS, STEP_MS)
    events = [each for at_ms in times for each in answered(random, at_ms, False, deceived=at_ms >= CHANGE_MS)]
    told_after = firsts(alerts_of(written(events, stamped=True), settings=SETTINGS))
    assert 12 < told_after["calibration:y"] < 15
    assert "estimated_error:y" not in told_after


def test_real_data() -> None:
    """What holds for made-up confidences may not for a model's own: segments of images (UCI, in river), of
    which only three kinds come from the change on, which it tells apart badly.
    """
    rows = list(datasets.ImageSegments())
    random = Random(5)
    random.shuffle(rows)
    model = compose.Pipeline(
        preprocessing.StandardScaler(), multiclass.OneVsRestClassifier(linear_model.LogisticRegression())
    )
    for x, y in rows[:1000] * 20:
        model.learn_one(x, y)
    hard = [(x, y) for x, y in rows[1000:] if y in ("cement", "window", "foliage")]
    events: list[Timed] = []
    for at_ms in range(0, END_MS, STEP_MS):
        x, y = random.choice(hard if at_ms >= CHANGE_MS else rows[1000:])
        shares = model.predict_proba_one(x)
        answer = max(shares, key=shares.__getitem__)
        events += told(at_ms, str(answer), str(y), confidence=round(shares[answer], 3))
    told_after = firsts(alerts_of(written(events, stamped=True), settings=SETTINGS))
    assert 0 < told_after["estimated_error:y"] < 2
    assert told_after.get("error:y", 99) > 11


def test_it_survives_a_crash_and_any_batches() -> None:
    """Which rows see the table would depend on where batches end, or a restart would learn it anew."""
    records, whole = unsure(), alerts_of_unsure()
    assert whole
    shard, log = Shard(0, SETTINGS, summaries=None), StateLog()
    alerts: list[OutputRecord] = []
    for start in range(0, len(records), 9001):
        shard.apply(Records.of(records[start : start + 9001]))
        for cut in shard.cut(shard.dirty):
            log += [(record.key, record.value) for record in cut.records]
            alerts += cut.alerts
        shard = recover(0, SETTINGS, log).shard
    assert [orjson.loads(alert.value) for alert in alerts] == whole
