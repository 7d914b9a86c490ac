"""How feedback fares: how much of it finds its prediction, how late, and what its senders should hear."""

from collections import Counter, deque
from collections.abc import Sequence
from statistics import median
from typing import Any, Final

import msgspec

from driftline.schemas import Feedback
from driftline.stream_app.config import ModelPlan
from driftline.stream_app.monitoring.feedback.waiting import Waiting
from driftline.stream_app.monitoring.notices import Notices, Why

KINDS: Final = {"label": "labels", "decision": "decisions", "behavior": "behaviors"}
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
# Two topics are read at their own paces: who has not found its prediction by then has another reason.
FOUND_WITHIN_MS: Final = 5 * 60_000
SAMPLED_MAX: Final = 1000  # feedback of the last minutes that is looked after: 1,000 × 100 B = 100 KB
FEWEST_LOST: Final = 20
NEARLY_ALL: Final = 0.9
DELAYS_KEPT: Final = 256
# Corrections are news where they are many: labellers correct a few per cent.
FEWEST_CORRECTED: Final = 20
MANY_CORRECTED: Final = 0.05


class Sampled(msgspec.Struct, array_like=True):
    """A feedback that is looked for when it had time to find its prediction; key 0: it has found it."""

    kind: str
    arrived_ms: int
    key: int


class FeedbackHealth:
    """Counts what became of feedback, and notes what its senders should hear."""

    def __init__(self, model: str, plan: ModelPlan, notices: Notices) -> None:
        self.model = model
        self.plan = plan
        self.notices = notices
        self.counts: Counter[str] = Counter()
        self.delays_ms: deque[int] = deque(maxlen=DELAYS_KEPT)
        # Of predictions that waited as long as labels.wait: how many were labelled, how many were not.
        self.waited = [0, 0]
        self._sampled: list[Sampled] = []
        # By kind: how many have found their prediction, how many have not; of late.
        self._found: dict[str, list[int]] = {}

    def joined(self, event: Feedback, predicted_ms: int, arrived_ms: int) -> None:
        """It has found its prediction."""
        self.counts["hits"] += 1
        if event.kind == "label":
            self.counts["labels_joined"] += 1
            self.delays_ms.append(max(arrived_ms - predicted_ms, 0))
        self._sample(event.kind, arrived_ms, 0)

    def early(self, event: Feedback, key: int, arrived_ms: int) -> None:
        """Its prediction is not there, or not yet."""
        self.counts["early"] += 1
        self._sample(event.kind, arrived_ms, key)

    def late(self, event: Feedback, now_ms: int) -> None:
        """Its prediction was seen, and does not wait any longer."""
        if event.kind == "behavior":
            self.counts["late"] += 1
            return
        self.counts["labels_late"] += 1
        count = self.counts["labels_late"]
        sentence = (
            f"{self.model}: {count:,} labels came too late, more than labels.wait "
            f"({span_of(self.plan.labels.wait_ms)}) after their predictions: raise labels.wait"
        )
        self.notices.note(Why.LABEL_LATE, "labels", sentence, now_ms)

    def unknown(self, records: Sequence[Any], now_ms: int) -> None:
        """These have waited for a prediction that did not come."""
        self.counts["misses"] += len(records)
        for record in records:
            kind = KINDS[record["kind"]]
            self.counts[f"{kind}_unknown"] += 1
            sentence = (
                f"{self.model}: {self.counts[f'{kind}_unknown']:,} {kind} name predictions that were never "
                f"seen{self._example(record)}"
            )
            self.notices.note(Why.LABEL_UNKNOWN, kind, sentence, now_ms)

    @property
    def is_idle(self) -> bool:
        """Whether a tick has nothing to look for."""
        return not self._sampled and not self._many_corrected

    @property
    def _many_corrected(self) -> bool:
        labels, corrected = self.counts["labels"], self.counts["labels_corrected"]
        return corrected >= max(FEWEST_CORRECTED, MANY_CORRECTED * labels)

    def tick(self, now_ms: int, early: Waiting) -> None:
        """Look for what had time to find its prediction, and for many corrections."""
        until_ms = now_ms - min(FOUND_WITHIN_MS, self.plan.labels.wait_ms)
        due = [each for each in self._sampled if each.arrived_ms <= until_ms]
        if due:
            self._sampled = [each for each in self._sampled if each.arrived_ms > until_ms]
            for kind in KINDS:
                self._count_found(kind, [each for each in due if each.kind == kind], early, now_ms)
        if self._many_corrected:
            labels, corrected = self.counts["labels"], self.counts["labels_corrected"]
            sentence = (
                f"{self.model}: {corrected:,} of {labels:,} labels ({corrected / labels:.0%}) were corrected "
                f"afterwards; errors count what was said first"
            )
            self.notices.note(Why.LABEL_CORRECTED, "labels", sentence, now_ms, 0)

    def _count_found(self, kind: str, due: list[Sampled], early: Waiting, now_ms: int) -> None:
        lost = [each.key for each in due if each.key in early]
        tally = self._found.setdefault(kind, [0, 0])
        tally[0] += len(due) - len(lost)
        tally[1] += len(lost)
        if sum(tally) > SAMPLED_MAX:
            tally[:] = [count // 2 for count in tally]
        subject = f"{KINDS[kind]} of late"
        if lost and tally[1] >= max(FEWEST_LOST, NEARLY_ALL * sum(tally)):
            record = (early.noted(lost[-1]) or [{}])[-1]
            sentence = (
                f"{self.model}: nearly all {KINDS[kind]} name predictions that were not seen"
                f"{self._example(record)}: do both sides write the same ids, and is the model the key of "
                "both topics?"
            )
            self.notices.note(Why.LABEL_UNKNOWN, subject, sentence, now_ms, len(lost))
        elif tally[1] * 2 < sum(tally):
            self.notices.settle(Why.LABEL_UNKNOWN, subject)

    def _example(self, record: Any) -> str:
        identifier = record.get("prediction_id")
        return f' (such as "{identifier[:40]}")' if identifier else ""

    def _sample(self, kind: str, arrived_ms: int, key: int) -> None:
        if len(self._sampled) < SAMPLED_MAX:
            self._sampled.append(Sampled(kind, arrived_ms, key))

    @property
    def label_delay_ms(self) -> float | None:
        """How long after their predictions labels come: the median of the last 256; None before the first."""
        return float(median(self.delays_ms)) if self.delays_ms else None

    @property
    def join_rate(self) -> float | None:
        """The share of feedback that found its prediction, of late; None while nobody knows."""
        found, lost = map(sum, zip(*self._found.values(), strict=True)) if self._found else (0, 0)
        return found / (found + lost) if found + lost else None

    @property
    def labelled_share(self) -> float | None:
        """The share of predictions with a label, of those that have waited for it; None before the first."""
        return self.waited[0] / sum(self.waited) if any(self.waited) else None

    def snapshot(self) -> dict[str, Any]:
        """Plain values for the state codec."""
        return {
            "counts": dict(self.counts),
            "delays_ms": list(self.delays_ms),
            "waited": self.waited,
            "sampled": msgspec.to_builtins(self._sampled),
            "found": self._found,
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Go on from a snapshot."""
        self.counts = Counter(snapshot["counts"])
        self.delays_ms = deque(snapshot["delays_ms"], maxlen=DELAYS_KEPT)
        self.waited = list(snapshot["waited"])
        self._sampled = msgspec.convert(snapshot["sampled"], list[Sampled])
        self._found = {kind: list(tally) for kind, tally in snapshot["found"].items()}


def span_of(milliseconds: int) -> str:
    """A duration in words: days from two days on, else hours."""
    if milliseconds >= 2 * DAY_MS:
        return f"{milliseconds / DAY_MS:.3g} days"
    hours = milliseconds / HOUR_MS
    return f"{hours:.3g} {'hour' if hours == 1 else 'hours'}"
