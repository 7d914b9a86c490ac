"""What happens after a prediction: users act, annotators label, operators decide.

All three go by whether the prediction was wrong, so a worse model shows in each of them, at its own delay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from driftline.stream_app.simulator.conditions import FloatArray
from driftline.stream_app.simulator.voice_search import INTENTS, BoolArray, Draws, IntArray


@dataclass(frozen=True)
class Behavior:
    """A user action: how likely after a right and after a wrong answer, and how soon (mean, seconds)."""

    name: str
    after_right: float
    after_wrong: float
    delay_s: float


# At the healthy error rate of 6 %: redo_search 5 %, switch_to_typing 3 %, click 45 % of predictions.
BEHAVIORS: Final = (
    Behavior("redo_search", after_right=0.0245, after_wrong=0.45, delay_s=9.0),
    Behavior("switch_to_typing", after_right=0.0128, after_wrong=0.30, delay_s=12.0),
    Behavior("click", after_right=0.47, after_wrong=0.14, delay_s=15.0),
)
_BEHAVIOR_DELAY_MAX_S: Final = 90.0

_SECOND_ANNOTATOR_SHARE: Final = 0.15  # of the labelled predictions
_ANNOTATOR_DISSENT: Final = 0.03  # how often the second annotator contradicts the first
_ANNOTATORS: Final = 24
_LABEL_DELAY_SIGMA: Final = 1.0  # of the logarithm
_LABEL_DELAY_RANGE_S: Final = (60.0, 6 * 3600.0)

_DECISION_SHARE: Final = 0.15  # of the assisted predictions
_OPERATOR_SLIP: Final = 0.02
_DECISION_DELAY_S: Final = 40.0

Reaction = tuple[int, int, dict[str, object]]
"""Time (epoch ms), index of the prediction within the batch, and the fields that are the feedback's own."""


def draw_feedback(
    rng: np.random.Generator, draws: Draws, label_share: float, label_delay_s: float
) -> Iterator[Reaction]:
    """Everything that follows the predictions, in no order; ``label_delay_s`` is a label's median delay."""
    yield from _behaviors(rng, draws)
    yield from _labels(rng, draws, label_share, label_delay_s)
    yield from _decisions(rng, draws)


def _behaviors(rng: np.random.Generator, draws: Draws) -> Iterator[Reaction]:
    for behavior in BEHAVIORS:
        chance = np.where(draws.wrong, behavior.after_wrong, behavior.after_right)
        rows = np.flatnonzero(rng.random(len(chance)) < chance)
        delay_s = np.minimum(1.0 + rng.exponential(behavior.delay_s, len(rows)), _BEHAVIOR_DELAY_MAX_S)
        for time_ms, row in _at(draws, rows, delay_s):
            yield time_ms, row, {"kind": "behavior", "behavior": behavior.name}


def _labels(
    rng: np.random.Generator, draws: Draws, label_share: float, label_delay_s: float
) -> Iterator[Reaction]:
    rows = np.flatnonzero(rng.random(len(draws.intent)) < label_share)
    truth = _or_another(rng, draws.intent[rows], draws.wrong[rows])
    annotator = rng.integers(0, _ANNOTATORS, len(rows))
    yield from _labelled(draws, rows, truth, annotator, _label_delays(rng, label_delay_s, len(rows)))

    twice = rng.random(len(rows)) < _SECOND_ANNOTATOR_SHARE
    second = _or_another(rng, truth[twice], rng.random(int(twice.sum())) < _ANNOTATOR_DISSENT)
    other = (annotator[twice] + rng.integers(1, _ANNOTATORS, len(second))) % _ANNOTATORS
    yield from _labelled(draws, rows[twice], second, other, _label_delays(rng, label_delay_s, len(second)))


def _labelled(
    draws: Draws, rows: IntArray, truth: IntArray, annotator: IntArray, delay_s: FloatArray
) -> Iterator[Reaction]:
    labels = zip(_at(draws, rows, delay_s), truth.tolist(), annotator.tolist(), strict=True)
    for (time_ms, row), code, who in labels:
        yield time_ms, row, {"kind": "label", "labels": {"intent": INTENTS[code]}, "annotator": f"a{who:02d}"}


def _decisions(rng: np.random.Generator, draws: Draws) -> Iterator[Reaction]:
    rows = np.flatnonzero(draws.assisted & (rng.random(len(draws.intent)) < _DECISION_SHARE))
    slip = rng.random(len(rows)) < _OPERATOR_SLIP
    decided = _or_another(rng, draws.intent[rows], draws.wrong[rows] ^ slip)
    delay_s = 5.0 + rng.exponential(_DECISION_DELAY_S, len(rows))
    for (time_ms, row), code in zip(_at(draws, rows, delay_s), decided.tolist(), strict=True):
        yield time_ms, row, {"kind": "decision", "decision": {"intent": INTENTS[code]}, "actor": "human"}


def _or_another(rng: np.random.Generator, intent: IntArray, another: BoolArray) -> IntArray:
    """The same intents, but where ``another`` says so, one of the others."""
    shift = rng.integers(1, len(INTENTS), len(intent))
    return np.where(another, (intent + shift) % len(INTENTS), intent)


def _label_delays(rng: np.random.Generator, median_s: float, count: int) -> FloatArray:
    return np.clip(median_s * rng.lognormal(0.0, _LABEL_DELAY_SIGMA, count), *_LABEL_DELAY_RANGE_S)


def _at(draws: Draws, rows: IntArray, delay_s: FloatArray) -> Iterator[tuple[int, int]]:
    times_ms = draws.times_ms[rows] + (delay_s * 1000).astype(np.int64)
    return zip(times_ms.tolist(), rows.tolist(), strict=True)
