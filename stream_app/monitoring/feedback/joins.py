"""Feedback finds its prediction: behaviours within minutes, labels and decisions within days.

Three bounded stores, all keyed by the hash of the prediction id: predictions that wait for behaviours,
predictions that wait for labels and decisions, and feedback that came before its prediction.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.detectors import Transform
from driftline.schemas import Feedback, read_outputs
from driftline.stream_app.config import BehaviorPlan, Limits, ModelPlan
from driftline.stream_app.monitoring.feedback.agreement import (
    Agreement,
    Judged,
    annotator_agreement,
    decision_agreement,
)
from driftline.stream_app.monitoring.feedback.comparing import Pair
from driftline.stream_app.monitoring.feedback.entries import Entry
from driftline.stream_app.monitoring.feedback.health import FeedbackHealth
from driftline.stream_app.monitoring.feedback.waiting import Arrivals, Waiting
from driftline.stream_app.monitoring.identity import RecentIds, id_hash
from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.rows.runs import Run
from driftline.stream_app.monitoring.stream_key import Origin
from driftline.stream_app.monitoring.streams.segments import Split

MOST_EARLY_RECORDS = 16
NOWHERE = Origin("", "")  # of feedback that came early
UNNAMED = ""
# Apps deliver what happened a little later than it happened; what counts is when it happened.
DELIVERY_MS = 30_000
DEFAULT_BEHAVIOR = BehaviorPlan()
ALL_BINARY: Mapping[str, Transform] = {}
NO_OUTPUTS: Mapping[str, Any] = {}


class Outcome(NamedTuple):
    """What became known of one prediction: named values for one table of its streams.

    ``transforms``: of the names whose values are not 0/1. ``outputs``: of labels, what was predicted.
    """

    origin: Origin
    table: str
    values: dict[str, float]
    time_ms: int
    transforms: Mapping[str, Transform] = ALL_BINARY
    outputs: Mapping[str, Any] = NO_OUTPUTS


class Joins:
    """The waiting predictions and early feedback of one model."""

    def __init__(self, model: str, plan: ModelPlan, limits: Limits, notices: Notices) -> None:
        self.plan = plan
        self.notices = notices
        self.names = sorted(plan.behaviors)
        self.wait_behavior_ms = max(each.within_ms for each in (DEFAULT_BEHAVIOR, *plan.behaviors.values()))
        self.behaviors = Waiting(limits.predictions_waiting)
        self.labels = Waiting(limits.predictions_waiting)
        self.early = Waiting(limits.predictions_waiting)
        self.recent_ids = RecentIds(limits.ids_remembered)
        self.agreement = Agreement(model, plan, notices, limits.signals_per_stream)
        self.health = FeedbackHealth(model, plan, notices)

    @property
    def counts(self) -> Counter[str]:
        """What became of feedback."""
        return self.health.counts

    def stores(self) -> dict[str, Waiting]:
        return {"behaviors": self.behaviors, "labels": self.labels, "early": self.early}

    def learn_behavior(self, name: str, most: int) -> None:
        """A behaviour was seen: from now on predictions without it count 0."""
        if name not in self.names and len(self.names) < most:
            self.names.append(name)

    def expect(self, keys: Sequence[int], run: Run, split: Split, ticks_ms: int | NDArray[np.int64]) -> None:
        """Predictions of one version came, each after a tick: let them wait for what happens next."""
        times_ms = run.times_ms()
        # The clock runs behind: a prediction waits from its own time on.
        sinces_ms = np.maximum(times_ms, ticks_ms)
        dues_ms = sinces_ms + (self.wait_behavior_ms + DELIVERY_MS)
        whence = (split.origins, split.of)
        self.behaviors.add_all(Arrivals(*whence, keys, [b""] * len(keys), times_ms, dues_ms))
        dues_ms = sinces_ms + self.plan.labels.wait_ms
        self.labels.add_all(Arrivals(*whence, keys, run.outputs(), times_ms, dues_ms))

    def catch_up(self, key: int, now_ms: int) -> Iterator[Outcome]:
        """The feedback that came before its prediction, which waits by now."""
        for record in self.early.pop(key) or ():
            yield from self.attribute(msgspec.convert(record, Feedback), now_ms)

    def attribute(self, event: Feedback, now_ms: int) -> Iterator[Outcome]:
        """A feedback that names its prediction came: what it says of that prediction."""
        key = id_hash(event.prediction_id or UNNAMED)
        store = self.behaviors if event.kind == "behavior" else self.labels
        arrived_ms = max(event.time_ms, now_ms)
        if store.leaves_out(key, now_ms):
            self.counts["sampled_out"] += 1
            return
        entry = store.get(key)
        if entry is not None:
            self.health.joined(event, entry.time_ms, arrived_ms)
            yield from self._settle(event, key, entry, arrived_ms)
        elif key in self.recent_ids:
            self.health.late(event, arrived_ms)
        else:
            self._keep_early(key, event, arrived_ms)

    def _settle(self, event: Feedback, key: int, entry: Entry, arrived_ms: int) -> Iterator[Outcome]:
        if event.kind == "behavior":
            self._see(event, key, entry)
            return
        answers, decided = self.labels.noted(key) or ({}, False)
        if event.kind == "label":
            yield from self._label(event, entry, answers, arrived_ms)
        elif not decided:
            decided = True
            outputs = read_outputs(entry.text)
            values = decision_agreement(self.agreement, outputs, event.decision, arrived_ms)
            if values:
                yield Outcome(entry.origin, "decisions", values, entry.time_ms)
        self.labels.note(key, [answers, decided])

    def _see(self, event: Feedback, key: int, entry: Entry) -> None:
        name = event.behavior or UNNAMED
        seen = self.behaviors.noted(key) or []
        within_ms = self.plan.behaviors.get(name, DEFAULT_BEHAVIOR).within_ms
        if event.time_ms - entry.time_ms > within_ms:
            self.counts["late"] += 1
        elif name not in seen:
            self.behaviors.note(key, [*seen, name])

    def _label(
        self, event: Feedback, entry: Entry, answers: dict[str, dict[str, Any]], arrived_ms: int
    ) -> Iterator[Outcome]:
        """What was said first of an output is its error; who contradicts himself later corrects it.

        A correction changes no value: reference, statistics and detectors all read what was said first.
        """
        outputs = read_outputs(entry.text)
        annotator = event.annotator or UNNAMED
        said = {name: value for name, value in event.labels.items() if value is not None}
        for name in event.labels.keys() - said.keys() & outputs.keys():
            self.agreement.say_incomparable(name, outputs[name], None, arrived_ms)
        answered = {name for labels in answers.values() for name in labels}
        own = answers.get(annotator, {})
        values = annotator_agreement(self.agreement, answers, annotator, said)
        judged: list[tuple[str, Judged]] = []
        for name, label in said.items():
            if name not in outputs:
                self._say_no_output(name, outputs, arrived_ms)
            elif name not in answered:
                self.counts["labels"] += 1
                version, role, segments = entry.origin
                pair = Pair(version, role, entry.time_ms, outputs[name], label, segments)
                judged += [(name, each) for each in self.agreement.judge(name, pair, arrived_ms)]
            elif name in own and self.agreement.matches(name, own[name], label) is False:
                self.counts["labels_corrected"] += 1
        # The latest answer stands last, so that others are compared with it.
        answers[annotator] = answers.pop(annotator, {}) | said
        yield from self._rows(entry, judged, values, outputs)

    def _rows(
        self,
        entry: Entry,
        judged: list[tuple[str, Judged]],
        values: dict[str, float],
        outputs: Mapping[str, Any],
    ) -> Iterator[Outcome]:
        """Errors as rows: those of predictions that were held one by one, then all of this prediction."""
        transforms = {f"error:{name}": self.agreement.transform(name) for name, _ in judged}
        own = {name: each for name, each in judged if each[:2] == (entry.origin, entry.time_ms)}
        for name, each in judged:
            if each is not own.get(name):
                error = {f"error:{name}": each.error}
                yield Outcome(each.origin, "labels", error, each.time_ms, transforms)
        values = {f"error:{name}": each.error for name, each in own.items()} | values
        if values:
            yield Outcome(entry.origin, "labels", values, entry.time_ms, transforms, outputs)

    def _say_no_output(self, name: str, outputs: dict[str, Any], now_ms: int) -> None:
        self.counts["labels_without_output"] += 1
        theirs = f"they have {', '.join(sorted(outputs)[:5])}" if outputs else "they have none"
        model = self.agreement.model
        sentence = f"{model}: labels name {name}, and predictions have no such output: {theirs}"
        self.notices.note(Why.LABEL_INCOMPARABLE, name, sentence, now_ms)

    def _keep_early(self, key: int, event: Feedback, arrived_ms: int) -> None:
        if key >= self.early.threshold:
            self.counts["sampled_out"] += 1
            return
        self.health.early(event, key, arrived_ms)
        record = msgspec.to_builtins(event)
        if key not in self.early:
            self.early.add(key, NOWHERE, event.time_ms, arrived_ms + self.plan.labels.wait_ms)
        records = self.early.noted(key) or []
        if key in self.early and len(records) < MOST_EARLY_RECORDS:
            self.early.note(key, [*records, record])

    def is_idle(self, now_ms: int, until_ms: int, predictions: int) -> bool:
        """Whether nothing comes of the ticks up to a time, but that predictions have waited long enough.

        As many as may come meanwhile have room, and to look for those that have waited is the same on each
        tick or on the last of them.
        """
        waits = (
            (self.behaviors, self.wait_behavior_ms + DELIVERY_MS),
            (self.labels, self.plan.labels.wait_ms),
        )
        return (
            not (self.names or len(self.early) or self.early.level)
            and self.health.is_idle
            and all(store.is_idle(now_ms, until_ms, wait_ms, predictions) for store, wait_ms in waits)
        )

    def expire(self, now_ms: int) -> Iterator[Outcome]:
        """On a tick: predictions whose time for behaviours is over count, with or without one."""
        names = self.names
        for due in self.behaviors.due(now_ms, self.wait_behavior_ms + DELIVERY_MS):
            if names:
                seen = due.note or ()
                values = {f"rate:{name}": 1.0 if name in seen else 0.0 for name in names}
                yield Outcome(due.origin, "behaviors", values, due.time_ms)
        wait_ms = self.plan.labels.wait_ms
        waited = self.labels.due(now_ms, wait_ms)
        labelled = sum(due.note is not None for due in waited)
        self.health.waited[0] += labelled
        self.health.waited[1] += len(waited) - labelled
        self.health.tick(now_ms, self.early)
        for due in self.early.due(now_ms, wait_ms):
            self.health.unknown(due.note, now_ms)
        self.behaviors.relax(now_ms, self.wait_behavior_ms)
        self.labels.relax(now_ms, wait_ms)
        self.early.relax(now_ms, wait_ms)

    def snapshot(self) -> dict[str, Any]:
        """All but what waits and the recent ids, which travel as changes."""
        return {
            "names": self.names,
            "agreement": self.agreement.snapshot(),
            "health": self.health.snapshot(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.names = list(snapshot["names"])
        self.agreement.restore(snapshot["agreement"])
        self.health.restore(snapshot["health"])

    def waiting_snapshot(self) -> dict[str, Any]:
        """What waits for feedback, and the recent ids, whole."""
        stores = {name: store.snapshot() for name, store in self.stores().items()}
        return {"stores": stores, "ids": self.recent_ids.snapshot()}

    def waiting_changes(self) -> dict[str, Any]:
        """The same since the last ``waiting_snapshot`` or ``waiting_changes``."""
        stores = {name: store.changes() for name, store in self.stores().items()}
        return {"stores": stores, "ids": self.recent_ids.changes()}

    def restore_waiting(self, snapshot: dict[str, Any], changes: list[dict[str, Any]]) -> None:
        """Take up the snapshot, then the changes written after it."""
        for name, store in self.stores().items():
            store.restore(snapshot["stores"][name], [each["stores"][name] for each in changes])
        self.recent_ids.restore(snapshot["ids"], [each["ids"] for each in changes])
