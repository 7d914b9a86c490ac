"""Feedback finds its prediction: behaviours within minutes, labels and decisions within a day.

Three bounded stores, all keyed by the hash of the prediction id: predictions that wait for behaviours,
predictions that wait for labels and decisions, and feedback that came before its prediction.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from schemas import Feedback, read_outputs
from stream_app.config import BehaviorPlan, Limits, ModelPlan
from stream_app.monitoring.agreement import annotator_agreement, decision_agreement, error_of
from stream_app.monitoring.identity import RecentIds, id_hash
from stream_app.monitoring.runs import Run
from stream_app.monitoring.waiting import Entry, Waiting

# Places in an entry; the first two belong to the store (serial, due_ms).
VERSION, ROLE, TIME_MS = 2, 3, 4
SEEN = 5  # behaviours: names seen, None while there are none
OUTPUTS, ANSWERS, DECIDED = (
    5,
    6,
    7,
)  # labels: outputs of the model as text, labels by annotator, decision made
RECORDS = 2  # early feedback: the events
MOST_EARLY_RECORDS = 16
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

    def stores(self) -> dict[str, Waiting]:
        return {"behaviors": self.behaviors, "labels": self.labels, "early": self.early}

    def learn_behavior(self, name: str, most: int) -> None:
        """A behaviour was seen: from now on predictions without it count 0."""
        if name not in self.names and len(self.names) < most:
            self.names.append(name)

    def expect(self, keys: Sequence[int], run: Run, now_ms: int) -> None:
        """Predictions of one stream came: let them wait for what happens next."""
        version, role = run.stream
        times_ms, outputs = run.times_ms(), run.outputs()
        behaviors, labels = self.behaviors, self.labels
        wait_behavior_ms, wait_label_ms = self.wait_behavior_ms + DELIVERY_MS, self.plan.labels.wait_ms
        # The clock runs behind: a prediction waits from its own time on.
        sinces_ms = [max(time_ms, now_ms) for time_ms in times_ms]
        behaviors.add_all(
            keys,
            [
                [0, since_ms + wait_behavior_ms, version, role, time_ms, None]
                for since_ms, time_ms in zip(sinces_ms, times_ms, strict=True)
            ],
        )
        labels.add_all(
            keys,
            [
                [0, since_ms + wait_label_ms, version, role, time_ms, text, None, False]
                for since_ms, time_ms, text in zip(sinces_ms, times_ms, outputs, strict=True)
            ],
        )

    def catch_up(self, key: int, now_ms: int) -> Iterator[Outcome]:
        """The feedback that came before its prediction, which waits by now."""
        entry = self.early.pop(key)
        for record in entry[RECORDS] if entry is not None else ():
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
            store.touch(key)
            yield from self._settle(event, entry)
        elif event.kind == "behavior" and self.labels.get(key) is not None:
            self.counts["late"] += 1
        else:
            self._keep_early(key, event, now_ms)

    def _settle(self, event: Feedback, entry: Entry) -> Iterator[Outcome]:
        if event.kind == "behavior":
            self._see(event, entry)
        elif event.kind == "label":
            yield from self._label(event, entry)
        elif not entry[DECIDED]:
            entry[DECIDED] = True
            values = decision_agreement(read_outputs(entry[OUTPUTS]), event.decision)
            if values:
                yield Outcome(entry[VERSION], entry[ROLE], "decisions", values, event.time_ms)

    def _see(self, event: Feedback, entry: Entry) -> None:
        name = event.behavior or UNNAMED
        within_ms = self.plan.behaviors.get(name, DEFAULT_BEHAVIOR).within_ms
        if event.time_ms - entry[TIME_MS] > within_ms:
            self.counts["late"] += 1
        elif entry[SEEN] is None:
            entry[SEEN] = [name]
        elif name not in entry[SEEN]:
            entry[SEEN].append(name)

    def _label(self, event: Feedback, entry: Entry) -> Iterator[Outcome]:
        outputs, answers = read_outputs(entry[OUTPUTS]), entry[ANSWERS] or {}
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
        entry[ANSWERS] = answers
        if new_values:
            numbers = [name for name, label in event.labels.items() if isinstance(label, float)]
            numeric = frozenset(f"error:{name}" for name in numbers)
            yield Outcome(entry[VERSION], entry[ROLE], "labels", new_values, event.time_ms, None, numeric)
        if corrects:
            corrected = {name: values[name] for name in corrects}
            yield Outcome(entry[VERSION], entry[ROLE], "labels", corrected, event.time_ms, corrects)

    def _keep_early(self, key: int, event: Feedback, now_ms: int) -> None:
        if key >= self.early.threshold:
            self.counts["sampled_out"] += 1
            return
        self.counts["early"] += 1
        record = msgspec.to_builtins(event)
        entry = self.early.get(key)
        if entry is None:
            self.early.add(key, [0, max(event.time_ms, now_ms) + self.plan.labels.wait_ms, [record]])
        elif len(entry[RECORDS]) < MOST_EARLY_RECORDS:
            entry[RECORDS].append(record)
            self.early.touch(key)

    def expire(self, now_ms: int) -> Iterator[Outcome]:
        """On a tick: predictions whose time for behaviours is over count, with or without one."""
        names = self.names
        for entry in self.behaviors.due(now_ms, self.wait_behavior_ms + DELIVERY_MS):
            if names:
                values = {f"rate:{name}": 1.0 if name in (entry[SEEN] or ()) else 0.0 for name in names}
                yield Outcome(entry[VERSION], entry[ROLE], "behaviors", values, entry[TIME_MS])
        self.labels.due(now_ms, self.plan.labels.wait_ms)
        self.counts["misses"] += sum(
            len(entry[RECORDS]) for entry in self.early.due(now_ms, self.plan.labels.wait_ms)
        )
        self.behaviors.relax(now_ms, self.wait_behavior_ms)
        self.labels.relax(now_ms, self.plan.labels.wait_ms)
        self.early.relax(now_ms, self.plan.labels.wait_ms)

    def snapshot(self) -> dict[str, Any]:
        """All but what waits and the recent ids, which travel as changes."""
        return {"names": self.names, "counts": dict(self.counts)}

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.names = list(snapshot["names"])
        self.counts = Counter(snapshot["counts"])

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
