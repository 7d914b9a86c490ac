"""What a label or a decision says of an output: how the two are compared, decided once for each output.

A declared type decides. Without one the values do, and mostly the first pair is enough: texts are classes.
Numbers may be classes or amounts, or scores against yes and no, so pairs of numbers are held until they show
which, or `PAIRS_TO_DECIDE` have come; none is lost by that. What was decided holds for all versions, is said
in a notice, and is changed only while no signal has a reference that was learned with it.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from driftline.detectors import Transform
from driftline.stream_app.config import ModelPlan, SignalPlan
from driftline.stream_app.monitoring.feedback.comparing import (
    TRANSFORMS,
    WORDS,
    Evidence,
    How,
    Pair,
    both_say,
    clear,
    comparable,
    contradicts,
    decide,
    error_of,
    way_of,
)
from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.rows.meaning import number_of, shown, truth_of
from driftline.stream_app.monitoring.stream_key import Origin

# Judged: chance shows a second class or a fraction among so many, and no signal is armed by fewer values.
PAIRS_TO_DECIDE: Final = 100
DECLARED = {"categorical": How.SAME, "boolean": How.TRUTH}
DEFAULT_PLAN = SignalPlan()
Relearn = Callable[[str, Transform], Transform]
"""Lets the error of an output be learned (anew) as values of this transform; the one that it has then."""


class Judged(NamedTuple):
    """The error of one output, of a prediction at a time."""

    origin: Origin
    time_ms: int
    error: float


class Comparison(msgspec.Struct):
    """How one output is compared: None while it is not decided; pairs that wait for that; what was seen."""

    how: How | None = None
    held: list[Pair] = []
    evidence: Evidence = msgspec.field(default_factory=Evidence)


class Agreement:
    """How the outputs of one model are compared with their labels.

    At most ``names_max`` outputs: a Comparison holds 100 pairs of about 150 bytes and 21 numbers, 16 KB at
    most, and less than 1 KB once it is decided.
    """

    def __init__(self, model: str, plan: ModelPlan, notices: Notices, names_max: int) -> None:
        self.model = model
        self.plan = plan
        self.notices = notices
        self.relearn: Relearn = lambda name, transform: transform
        self.incomparable = 0
        self._names_max = names_max
        self._hold = min(PAIRS_TO_DECIDE, plan.warm_up)
        self._by_name: dict[str, Comparison] = {}

    def judge(self, name: str, pair: Pair, now_ms: int) -> list[Judged]:
        """The errors that are known now that this pair is: none while it is held, or several once decided."""
        comparison = self._comparison(name, now_ms)
        if comparison is None:
            return []
        if not comparable(pair.output, pair.label):
            self.say_incomparable(name, pair.output, pair.label, now_ms)
            return []
        if comparison.how is not None:
            self._look_again(name, comparison, pair, now_ms)
            return self._errors(name, comparison.how, [pair], now_ms)
        comparison.held.append(pair)
        comparison.how = self._decided(name, comparison, pair)
        if comparison.how is None:
            return []
        held, comparison.held = comparison.held, []
        self._settle(name, comparison, held, now_ms)
        return self._errors(name, comparison.how, held, now_ms)

    def transform(self, name: str) -> Transform:
        """What the errors of an output are to the detectors, once it is decided."""
        how = self._by_name[name].how
        return Transform.BINARY if how is None else TRANSFORMS[how]

    def is_distance(self, name: str) -> bool:
        """Whether errors of an output are amounts, of which none is simply wrong."""
        return self.transform(name) is Transform.VALUE

    def matches(self, name: str, output: Any, label: Any) -> bool | None:
        """Whether a label, or a decision, says the same as an output; None when they cannot be compared."""
        comparison = self._by_name.get(name)
        how = comparison.how if comparison is not None else DECLARED.get(self._plan(name).type or "")
        return both_say(how, output, label, self._plan(name).threshold)

    def say_incomparable(self, name: str, output: Any, label: Any, now_ms: int) -> None:
        """Count a label that says nothing of its output, and say why."""
        self.incomparable += 1
        sentence = (
            f"{self.model}: labels of {name} cannot be compared with its outputs: "
            f"output {shown(output)}, label {shown(label)}"
        )
        self.notices.note(Why.LABEL_INCOMPARABLE, name, sentence, now_ms)

    def _plan(self, name: str) -> SignalPlan:
        return self.plan.outputs.get(name, DEFAULT_PLAN)

    def _comparison(self, name: str, now_ms: int) -> Comparison | None:
        comparison = self._by_name.get(name)
        if comparison is None and len(self._by_name) < self._names_max:
            comparison = self._by_name[name] = Comparison()
        if comparison is None:
            sentence = f"{self.model}: labels of {name} are beyond the limits and not watched"
            self.notices.note(Why.LIMIT, f"labels of {name}", sentence, now_ms)
        return comparison

    def _decided(self, name: str, comparison: Comparison, pair: Pair) -> How | None:
        """By declaration, by a pair that leaves no doubt, or by all that are held once they are enough."""
        plan = self._plan(name)
        if plan.threshold is not None:
            return How.THRESHOLD
        if plan.type in DECLARED:
            return DECLARED[plan.type]
        if plan.type == "numeric":
            is_truth = number_of(pair.label) is None and truth_of(pair.label) is not None
            return How.SCORE if is_truth else How.DISTANCE
        certain = clear(pair.output, pair.label)
        if certain is None and len(comparison.held) >= self._hold:
            return decide(comparison.held)
        return certain

    def _settle(self, name: str, comparison: Comparison, held: list[Pair], now_ms: int) -> None:
        """A decision was made: as a baseline or a predecessor has it if it has one; say it."""
        assert comparison.how is not None
        for pair in held:
            comparison.evidence.take(pair)
        known = self.relearn(name, TRANSFORMS[comparison.how])
        if known is not TRANSFORMS[comparison.how]:
            comparison.how = way_of(known)
        self._say(name, comparison, now_ms)

    def _look_again(self, name: str, comparison: Comparison, pair: Pair, now_ms: int) -> None:
        """Change a decision that this pair contradicts, or say that it does."""
        assert comparison.how is not None
        if self._plan(name).type is not None or self._plan(name).threshold is not None:
            return
        comparison.evidence.take(pair)
        better = contradicts(comparison.how, comparison.evidence, pair)
        if better is None:
            return
        if self.relearn(name, TRANSFORMS[better]) is TRANSFORMS[better]:
            comparison.how = better
            self._say(name, comparison, now_ms)
            return
        sentence = (
            f"{self.model}: labels of {name} are compared as {WORDS[comparison.how]}, and now output "
            f"{shown(pair.output)}, label {shown(pair.label)}: declare outputs.{name}.type"
        )
        self.notices.note(Why.LABEL_DECIDED, f"{name} since", sentence, now_ms)

    def _say(self, name: str, comparison: Comparison, now_ms: int) -> None:
        """How an output is compared, where nobody declared it and the values had to be looked at."""
        assert comparison.how is not None
        evidence, plan = comparison.evidence, self._plan(name)
        plain = comparison.how is How.SAME and not evidence.is_mixed and not evidence.numbers
        if plain or plan.type is not None or plan.threshold is not None:
            return
        pairs = "first pair" if evidence.pairs == 1 else f"first {evidence.pairs} pairs"
        sentence = (
            f"{self.model}: outputs {name} and their labels are compared as {WORDS[comparison.how]}, by the "
            f"{pairs}; if that is wrong, declare outputs.{name}.type or threshold"
        )
        self.notices.note(Why.LABEL_DECIDED, name, sentence, now_ms)

    def _errors(self, name: str, how: How, pairs: list[Pair], now_ms: int) -> list[Judged]:
        threshold = self._plan(name).threshold
        judged = []
        for pair in pairs:
            error = error_of(how, pair.output, pair.label, threshold)
            if error is None:
                self.say_incomparable(name, pair.output, pair.label, now_ms)
            else:
                judged.append(Judged(pair.origin, pair.time_ms, error))
        return judged

    def snapshot(self) -> dict[str, Any]:
        """Plain values for the state codec."""
        by_name = {name: msgspec.to_builtins(each) for name, each in self._by_name.items()}
        return {"by_name": by_name, "incomparable": self.incomparable}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take up what was decided, and the pairs that wait for a decision."""
        self.incomparable = snapshot["incomparable"]
        self._by_name = {
            name: msgspec.convert(each, Comparison) for name, each in snapshot["by_name"].items()
        }


def decision_agreement(
    agreement: Agreement, outputs: dict[str, Any], decision: dict[str, Any], now_ms: int
) -> dict[str, float]:
    """1 where the human decided what the model said, 0 where not, for every output decided on."""
    agreements = {}
    for name, value in decision.items():
        matches = agreement.matches(name, outputs[name], value) if name in outputs else None
        if matches is not None:
            agreements[f"agreement:{name}"] = float(matches)
        elif name in outputs:
            agreement.say_incomparable(name, outputs[name], value, now_ms)
    return agreements


def annotator_agreement(
    agreement: Agreement, answers: dict[str, dict[str, Any]], annotator: str, labels: dict[str, Any]
) -> dict[str, float]:
    """1 where this annotator says what the last other annotator said of the same output, else 0."""
    others = {
        name: value for other, said in answers.items() if other != annotator for name, value in said.items()
    }
    agreements = {}
    for name, value in labels.items():
        matches = agreement.matches(name, value, others[name]) if name in others else None
        if matches is not None:
            agreements[f"annotators:{name}"] = float(matches)
    return agreements
