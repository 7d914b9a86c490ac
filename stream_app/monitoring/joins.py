"""Feedback finds its prediction: behaviours within minutes, labels and decisions within a day.

Three bounded stores, all keyed by the hash of the prediction id: predictions that wait for behaviours,
predictions that wait for labels and decisions, and feedback that came before its prediction.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from driftline.schemas import Feedback, read_outputs
from driftline.stream_app.config import BehaviorPlan, Limits, ModelPlan
from driftline.stream_app.monitoring.agreement import annotator_agreement, decision_agreement, error_of
from driftline.stream_app.monitoring.delays import Delays
from driftline.stream_app.monitoring.entries import Entry
from driftline.stream_app.monitoring.identity import RecentIds, id_hash
from driftline.stream_app.monitoring.runs import Run
from driftline.stream_app.monitoring.waiting import Arrivals, Waiting

MOST_EARLY_RECORDS = 16
NO_STREAM = ("", "")  # of feedback that came early
UNNAMED = ""
# Apps deliver what happened a little later than it happened; what counts is when it happened.
DELIVERY_MS = 30_000
DEFAULT_BEHAVIOR = BehaviorPlan()


class Outcome(NamedTuple):
    """What became known of one prediction: named values for one table of its stream.

    ``corrects`` holds the earlier values that these replace; ``numeric`` the names whose values are not 0/1.
    """

    version: str
    role: str
    table: str
    values: dict[str, float]
    time_ms: int
    corrects: dict[str, float] | None = None
    numeric: frozenset[str] = frozenset()


class Joins:
    """The waiting predictions and early feedback of one model."""

    def __init__(self, plan: ModelPlan, limits: Limits) -> None:
        self.plan = plan
        self.names = sorted(plan.behaviors)
        self.wait_behavior_ms = max(each.within_ms for each in (DEFAULT_BEHAVIOR, *plan.behaviors.values()))
        self.behaviors = Waiting(limits.predictions_waiting)
        self.labels = Waiting(limits.predictions_waiting)
        self.early = Waiting(limits.predictions_waiting)
        self.recent_ids = RecentIds(limits.ids_remembered)
        self.counts: Counter[str] = Counter()
        self.delays = Delays()

    def stores(self) -> dict[str, Waiting]:
        return {"behaviors": self.behaviors, "labels": self.labels, "early": self.early}

    def learn_behavior(self, name: str, most: int) -> None:
        """A behaviour was seen: from now on predictions without it count 0."""
        if name not in self.names and len(self.names) < most:
            self.names.append(name)

    def expect(self, keys: Sequence[int], run: Run, now_ms: int) -> None:
        """Predictions of one stream came: let them wait for what happens next."""
        times_ms = run.times_ms()
        # The clock runs behind: a prediction waits from its own time on.
        sinces_ms = np.maximum(times_ms, now_ms)
        dues_ms = sinces_ms + (self.wait_behavior_ms + DELIVERY_MS)
        self.behaviors.add_all(Arrivals(run.stream, keys, [b""] * len(keys), times_ms, dues_ms))
        dues_ms = sinces_ms + self.plan.labels.wait_ms
        self.labels.add_all(Arrivals(run.stream, keys, run.outputs(), times_ms, dues_ms))

    def catch_up(self, key: int, now_ms: int) -> Iterator[Outcome]:
        """The feedback that came before its prediction, which waits by now."""
        for record in self.early.pop(key) or ():
            yield from self.attribute(msgspec.convert(record, Feedback), now_ms)

    def attribute(self, event: Feedback, now_ms: int) -> Iterator[Outcome]:
        """A feedback that names its prediction came: what it says of that prediction."""
        key = id_hash(event.prediction_id or UNNAMED)
        store = self.behaviors if event.kind == "behavior" else self.labels
        if store.leaves_out(key, now_ms):
            self.counts["sampled_out"] += 1
            return
        entry = store.get(key)
        if entry is not None:
            self.counts["hits"] += 1
            yield from self._settle(event, key, entry)
        elif event.kind == "behavior" and key in self.labels:
            self.counts["late"] += 1
        else:
            self._keep_early(key, event, now_ms)

    def _settle(self, event: Feedback, key: int, entry: Entry) -> Iterator[Outcome]:
        if event.kind == "behavior":
            self._see(event, key, entry)
            return
        answers, decided = self.labels.noted(key) or ({}, False)
        if event.kind == "label":
            self.delays.add(event.time_ms - entry.time_ms)
            yield from self._label(event, entry, answers)
        elif not decided:
            decided = True
            values = decision_agreement(read_outputs(entry.text), event.decision)
            if values:
                yield Outcome(*entry.stream, "decisions", values, event.time_ms)
        self.labels.note(key, [answers, decided])

    def _see(self, event: Feedback, key: int, entry: Entry) -> None:
        name = event.behavior or UNNAMED
        seen = self.behaviors.noted(key) or []
        within_ms = self.plan.behaviors.get(name, DEFAULT_BEHAVIOR).within_ms
        if event.time_ms - entry.time_ms > within_ms:
            self.counts["late"] += 1
        elif name not in seen:
            self.behaviors.note(key, [*seen, name])

    def _label(self, event: Feedback, entry: Entry, answers: dict[str, dict[str, Any]]) -> Iterator[Outcome]:
        outputs = read_outputs(entry.text)
        annotator = event.annotator or UNNAMED
        earlier = {name: value for labels in answers.values() for name, value in labels.items()}
        values, corrects = {}, {}
        for name, label in event.labels.items():
            error = error_of(outputs[name], label) if name in outputs else None
            if error is None:
                self.counts["labels_without_output"] += 1
            elif name not in earlier:
                values[f"error:{name}"] = error
            else:
                previous = error_of(outputs[name], earlier[name])
                if previous is not None and previous != error:
                    self.counts["labels_corrected"] += 1
                    corrects[f"error:{name}"] = previous
                    values[f"error:{name}"] = error
        new_values = {name: value for name, value in values.items() if name not in corrects}
        new_values |= annotator_agreement(answers, annotator, event.labels)
        # The latest answer stands last, so that a later look at `earlier` finds it.
        answers[annotator] = answers.pop(annotator, {}) | event.labels
        if new_values:
            numbers = [name for name, label in event.labels.items() if isinstance(label, float)]
            numeric = frozenset(f"error:{name}" for name in numbers)
            yield Outcome(*entry.stream, "labels", new_values, event.time_ms, None, numeric)
        if corrects:
            corrected = {name: values[name] for name in corrects}
            yield Outcome(*entry.stream, "labels", corrected, event.time_ms, corrects)

    def _keep_early(self, key: int, event: Feedback, now_ms: int) -> None:
        if key >= self.early.threshold:
            self.counts["sampled_out"] += 1
            return
        self.counts["early"] += 1
        record = msgspec.to_builtins(event)
        if key not in self.early:
            due_ms = max(event.time_ms, now_ms) + self.plan.labels.wait_ms
            self.early.add(key, NO_STREAM, event.time_ms, due_ms)
        records = self.early.noted(key) or []
        if key in self.early and len(records) < MOST_EARLY_RECORDS:
            self.early.note(key, [*records, record])

    def expire(self, now_ms: int) -> Iterator[Outcome]:
        """On a tick: predictions whose time for behaviours is over count, with or without one."""
        names = self.names
        for due in self.behaviors.due(now_ms, self.wait_behavior_ms + DELIVERY_MS):
            if names:
                seen = due.note or ()
                values = {f"rate:{name}": 1.0 if name in seen else 0.0 for name in names}
                yield Outcome(*due.stream, "behaviors", values, due.time_ms)
        self.labels.due(now_ms, self.plan.labels.wait_ms)
        self.counts["misses"] += sum(
            len(due.note) for due in self.early.due(now_ms, self.plan.labels.wait_ms)
        )
        self.behaviors.relax(now_ms, self.wait_behavior_ms)
        self.labels.relax(now_ms, self.plan.labels.wait_ms)
        self.early.relax(now_ms, self.plan.labels.wait_ms)

    def snapshot(self) -> dict[str, Any]:
        """All but what waits and the recent ids, which travel as changes."""
        return {"names": self.names, "counts": dict(self.counts), "delays": self.delays.snapshot()}

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.names = list(snapshot["names"])
        self.counts = Counter(snapshot["counts"])
        self.delays.restore(snapshot["delays"])

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
