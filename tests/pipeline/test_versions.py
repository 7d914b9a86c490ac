"""A new version against its predecessor: what differs is told, what does not is silent."""

from collections.abc import Iterable

import numpy as np
import pytest

from tests.pipeline.label_worlds import (
    HOUR_MS,
    STEP_MS,
    Event,
    index_at,
    label,
    labels_until_told,
    play,
    prediction,
)

OLD = 1500  # predictions of the first version


def answers(seed: int, fraud: float, mean: float, new: int = 800) -> Iterable[Event]:
    """A version that says fraud for a third, then one that says it for another share, with other scores."""
    random = np.random.default_rng(seed)
    for index in range(OLD + new):
        is_old = index < OLD
        score = random.normal(0.32 if is_old else mean, 0.15)
        outputs = {
            "fraud": bool(random.random() < (0.32 if is_old else fraud)),
            "score": float(min(max(score, 0.0), 1.0)),
            "kind": str(random.choice(["a", "b", "c"], p=[0.6, 0.3, 0.1])),
        }
        features = {"x": random.normal()}
        yield prediction(index, outputs, "v1" if is_old else "v2", features=features)


def test_a_version_that_answers_differently_is_told_at_once() -> None:
    """A release that says fraud for one in a hundred, not for one in three, would be normal by definition."""
    world = play(answers(1, fraud=0.01, mean=0.02))
    for signal in ("output:fraud", "output:score"):
        assert labels_until_told(world, signal, OLD) <= 300
    assert {alert["labels"]["version"] for alert in world.alerts} == {"v2"}
    assert world.told("output:score")[0]["drift"]["compared_with"] == "v1"


@pytest.mark.parametrize("seed", range(3))
def test_a_version_that_answers_alike_is_silent(seed: int) -> None:
    """Every release would page."""
    assert play(answers(seed, fraud=0.32, mean=0.32)).alerts == []


def test_a_version_that_may_answer_differently_is_silent() -> None:
    """Whoever means to change the answers must be able to say so."""
    fresh = {"new_version": "fresh"}
    world = play(answers(1, fraud=0.01, mean=0.02), outputs={"fraud": fresh, "score": fresh})
    assert world.alerts == []


def roll_out(wrong: tuple[float, float], delay_ms: int) -> Iterable[Event]:
    """Two versions one after the other, each with its share of errors, whose labels come some time later."""
    random = np.random.default_rng(3)
    for index in range(3000):
        is_old = index < OLD
        truth = str(random.choice(["yes", "no"]))
        errs = random.random() < wrong[0 if is_old else 1]
        answer = {"yes": "no", "no": "yes"}[truth] if errs else truth
        event = prediction(index, {"y": answer}, "v1" if is_old else "v2")
        yield event
        yield label(event, truth, delay_ms)


@pytest.mark.parametrize("delay_ms", [60_000, 6 * HOUR_MS])
def test_errors_are_compared_with_the_predecessor_s_however_late_labels_come(delay_ms: int) -> None:
    """The labels that make the reference come when the new version answers already."""
    world = play(roll_out((0.05, 0.2), delay_ms), labels={"wait_ms": 48 * HOUR_MS})
    assert labels_until_told(world, "error:y", OLD) <= 400 + delay_ms / STEP_MS
    first = world.told("error:y")[0]
    assert (first["labels"]["version"], first["drift"]["compared_with"]) == ("v2", "v1")
    assert index_at(first["drift"]["began_at"]) >= OLD - 1
    assert play(roll_out((0.05, 0.05), delay_ms), labels={"wait_ms": 48 * HOUR_MS}).alerts == []
