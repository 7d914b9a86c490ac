"""The ways in which outputs are compared with labels, and which of them fits what was seen."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec
import numpy as np

from driftline.detectors import Transform
from driftline.stream_app.monitoring.rows.meaning import both_true, number_of, same, truth_of
from driftline.stream_app.monitoring.stream_key import Origin

# Judged: a scale for people has ten steps or so, codes of classes seldom more than twenty; ages, prices and
# counts take more values than that among a hundred.
CLASSES_MAX: Final = 20
# Judged: numbers that are hit exactly so often are codes, however many there are.
MOSTLY_HIT: Final = 0.9
# Judged: amounts are missed by less than chance misses them, codes are not. More than half of a hundred pairs
# are misses then, of which the mean distance is known to a tenth.
SCALE_MIN: Final = 5
MISSED_BY_LITTLE: Final = 0.75


class How(StrEnum):
    """A way of comparing an output with its label."""

    SAME = "same"
    """0 where they name the same class or truth value, else 1."""
    TRUTH = "truth"
    """0 where both mean yes or both mean no, whatever their words, else 1."""
    THRESHOLD = "threshold"
    """A score from a threshold on means yes: 0 or 1."""
    SCORE = "score"
    """The square of score - truth: the score of G. W. Brier (Monthly Weather Review 78, 1950). Bounded by 0
    and 1, unlike the log loss, of which one confident mistake would hide all others."""
    DISTANCE = "distance"
    """The absolute difference of numbers."""


TRANSFORMS: Final = {
    How.SAME: Transform.BINARY,
    How.TRUTH: Transform.BINARY,
    How.THRESHOLD: Transform.BINARY,
    How.SCORE: Transform.BOUNDED,
    How.DISTANCE: Transform.VALUE,
}
WORDS: Final = {
    How.SAME: "classes (an error is 0 or 1)",
    How.TRUTH: "yes and no (an error is 0 or 1)",
    How.THRESHOLD: "yes and no by a threshold (an error is 0 or 1)",
    How.SCORE: "scores of yes and no (an error is the square of the difference)",
    How.DISTANCE: "amounts (an error is the difference)",
}


class Pair(msgspec.Struct, array_like=True):
    """An output and its label, of a prediction at a time."""

    version: str
    role: str
    time_ms: int
    output: Any
    label: Any
    segments: tuple[str, ...] = ()

    @property
    def origin(self) -> Origin:
        """Where the prediction came from."""
        return Origin(self.version, self.role, self.segments)


class Evidence(msgspec.Struct):
    """What was seen of an output and its labels.

    ``numbers`` of the pairs are two numbers, of which ``hits`` are the same; ``distinct`` are the first of
    these numbers, one more than `CLASSES_MAX` at most, which came with the pair ``crossed_at``. ``is_mixed``:
    some pair has values of two types.
    """

    pairs: int = 0
    numbers: int = 0
    hits: int = 0
    distinct: list[float] = []
    crossed_at: int = 0
    is_mixed: bool = False

    def take(self, pair: Pair) -> None:
        """One pair more."""
        self.pairs += 1
        output, label = number_of(pair.output), number_of(pair.label)
        mixed = pair.output is not None and type(pair.output) is not type(pair.label)
        self.is_mixed = self.is_mixed or mixed
        if output is None or label is None:
            return
        self.numbers += 1
        self.hits += output == label
        for number in (output, label):
            if len(self.distinct) <= CLASSES_MAX and number not in self.distinct:
                self.distinct.append(number)
                self.crossed_at = self.pairs if len(self.distinct) > CLASSES_MAX else 0

    def is_of_classes(self) -> bool:
        """Whether whole numbers may be codes of classes, as far as their number and hits say."""
        return len(self.distinct) <= CLASSES_MAX or self.hits >= MOSTLY_HIT * self.numbers


def error_of(how: How, output: Any, label: Any, threshold: float | None = None) -> float | None:
    """How wrong an output was; None when the two say nothing of each other.

    A null output is wrong where there are classes; how far it is from a number nobody can say.
    """
    if how is How.DISTANCE:
        numbers = number_of(output), number_of(label)
        return None if numbers[0] is None or numbers[1] is None else abs(numbers[0] - numbers[1])
    if how is How.SCORE:
        score, truth = number_of(output), truth_of(label)
        if score is None or truth is None or not 0.0 <= score <= 1.0:
            return None
        return (score - truth) ** 2
    matches = both_say(how, output, label, threshold)
    return None if matches is None else 1.0 - matches


def both_say(how: How | None, output: Any, label: Any, threshold: float | None) -> bool | None:
    """Whether they name the same class or truth value; None when they cannot be compared."""
    if how is How.THRESHOLD and threshold is not None and (score := number_of(output)) is not None:
        return both_true(score >= threshold, label)
    if how in (How.TRUTH, How.THRESHOLD) and output is not None:
        return both_true(output, label)
    return same(output, label)


def comparable(output: Any, label: Any) -> bool:
    """Whether there is some way to compare them; a null output is compared with anything."""
    return output is None or same(output, label) is not None or _is_score(output, label)


def clear(output: Any, label: Any) -> How | None:
    """The only way in which values like these can be compared; None when others may show another."""
    if output is None:
        return None
    score, number = number_of(output), number_of(label)
    if score is not None and number is not None:
        if _are_texts(output, label) and score.is_integer() and number.is_integer():
            return How.SAME
        amounts = not (score.is_integer() and number.is_integer())
        return How.DISTANCE if amounts and not _is_score(output, label) else None
    if _are_texts(output, label):
        differ = same(output, label) is False and both_true(output, label) is not None
        return None if differ else How.SAME
    if score is not None and _is_score(output, label):
        return None if score.is_integer() else How.SCORE
    return How.SAME


def decide(pairs: Sequence[Pair]) -> How:
    """The way that fits these pairs best, none of which says it alone."""
    evidence = Evidence()
    for pair in pairs:
        evidence.take(pair)
    known = [pair for pair in pairs if pair.output is not None]
    scores = [number_of(pair.output) for pair in known]
    if any(score is not None and not score.is_integer() for score in scores):
        return How.SCORE if all(_is_score(pair.output, pair.label) for pair in known) else How.DISTANCE
    if evidence.numbers and (not evidence.is_of_classes() or _are_missed_by_little(known)):
        return How.DISTANCE
    texts = known and all(_are_texts(pair.output, pair.label) for pair in known)
    return How.TRUTH if texts and _speak_two_languages(known) else How.SAME


def contradicts(how: How, evidence: Evidence, pair: Pair) -> How | None:
    """The way that would fit where this pair, the last of the evidence, shows that ``how`` does not."""
    output, label = pair.output, pair.label
    if output is None or not comparable(output, label):
        return None
    if how is How.TRUTH:
        return How.SAME if both_true(output, label) is None else None
    if number_of(output) is None:
        return None
    if how is How.SCORE:
        return None if _is_score(output, label) else How.DISTANCE
    return None if how is not How.SAME or _are_texts(output, label) else _no_classes(evidence, pair)


def _no_classes(evidence: Evidence, pair: Pair) -> How | None:
    """The way for numbers that were taken for codes of classes, where this pair shows that they are none."""
    score, number = number_of(pair.output), number_of(pair.label)
    if score is None:
        return None
    if score.is_integer() and (number is None or number.is_integer()):
        too_many = evidence.crossed_at == evidence.pairs and not evidence.is_of_classes()
        return How.DISTANCE if too_many else None
    were_truths = set(evidence.distinct) <= {0.0, 1.0, score}
    return How.SCORE if were_truths and _is_score(pair.output, pair.label) else How.DISTANCE


def way_of(transform: Transform) -> How:
    """The way whose errors are values of a transform."""
    return {Transform.BINARY: How.SAME, Transform.BOUNDED: How.SCORE}.get(transform, How.DISTANCE)


def _is_score(output: Any, label: Any) -> bool:
    """Whether a number from 0 to 1 meets a yes or a no."""
    score = number_of(output)
    return score is not None and 0.0 <= score <= 1.0 and truth_of(label) is not None


def _are_missed_by_little(pairs: Sequence[Pair]) -> bool:
    """Whether outputs mostly miss their labels, and by less than they miss those of others."""
    both = [(number_of(pair.output), number_of(pair.label)) for pair in pairs]
    numbers = np.array([pair for pair in both if None not in pair], np.float64)
    apart = np.abs(numbers[:, :1] - numbers[:, 1])
    own = np.diag(apart)
    if np.mean(own > 0) <= 0.5 or len(np.unique(numbers)) < SCALE_MIN:
        return False
    return bool(own[own > 0].mean() < MISSED_BY_LITTLE * apart[apart > 0].mean())


def _are_texts(output: Any, label: Any) -> bool:
    return isinstance(output, str) and isinstance(label, str)


def _speak_two_languages(pairs: Sequence[Pair]) -> bool:
    """Whether outputs and labels have a word each for yes and for no, and not the same ones.

    Letters may be classes: with more words than that, "t" and "y" are not both yes.
    """
    outputs, labels = {pair.output.strip() for pair in pairs}, {pair.label.strip() for pair in pairs}
    distinct = all(len({truth_of(each) for each in words}) == len(words) for words in (outputs, labels))
    return distinct and outputs.isdisjoint(labels)
