"""A new version against its predecessor: what differs is told, what does not is silent."""

from collections.abc import Iterable
from math import inf

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

OLD = 1200  # predictions of the first version


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
    for index in range(2 * OLD):
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


EVERY = 120  # predictions of a version; the plan of these worlds asks for 500 to learn from


def deployments(
    every: int, change_at: int = 1000, count: int = 1400, beside: bool = False
) -> Iterable[Event]:
    """A new version every so many predictions, half of it beside the next one or not; two features change."""
    random = np.random.default_rng(5)
    for index in range(count):
        version, place = divmod(index, every)
        version += bool(beside and place > every // 2 and random.random() < 0.3)
        late = index >= change_at
        features = {
            "x": random.normal(3.0 if late else 0.0),
            "still": random.normal(),
            "kind": str(random.choice(["a", "b", "c"], p=[0.1, 0.2, 0.7] if late else [0.6, 0.3, 0.1])),
        }
        yield prediction(index, {"y": "yes"}, f"v{version}", features=features)


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("every", [75, EVERY, 450])
def test_versions_that_come_often_are_watched(every: int, beside: bool) -> None:
    """No version lived long enough to know what is normal: nothing was ever told of any of them."""
    world = play(deployments(every, beside=beside))
    assert index_at(world.alerts[0]["drift"]["detected_at"]) >= 1000
    assert labels_until_told(world, "feature:x", 1000) <= 30
    if every >= EVERY and not beside:  # a small change takes more values than a short version has
        assert labels_until_told(world, "feature:kind", 1000) <= 120
    assert not world.told("feature:still")


def test_what_begins_fresh_takes_no_warm_up_over() -> None:
    """Whoever says that a version is measured by itself would have it measured by another one."""
    world = play(deployments(EVERY), features={"x": {"new_version": "fresh"}})
    assert not world.told("feature:x")
    assert world.told("feature:kind")
    state = world.state("feature:x", "v11", "predictions")
    assert state is not None
    assert (state.armed, state.seen) == (False, 1400 - 11 * EVERY)


def test_what_a_new_version_means_by_a_feature_is_told_where_the_old_one_was_armed() -> None:
    """A unit that was changed with a release would be the new version's normal."""

    def events() -> Iterable[Event]:
        random = np.random.default_rng(6)
        for index in range(900):
            celsius = random.normal(20.0, 3.0)
            new = index >= 700
            value = celsius * 1.8 + 32 if new else celsius
            yield prediction(index, {"y": "yes"}, f"v{index // 100}", features={"degrees": value})

    assert labels_until_told(play(events()), "feature:degrees", 700) <= 10


def test_a_version_beside_another_takes_up_what_that_has_learned_meanwhile() -> None:
    """One prediction in twenty goes to the new version, for which a feature is missing its sign: it would be
    its normal after two weeks.
    """

    def events() -> Iterable[Event]:
        random = np.random.default_rng(8)
        for index in range(1500):
            new = index >= 300 and index % 20 == 0
            x = random.normal(5.0)
            yield prediction(index, {"y": "yes"}, "v2" if new else "v1", features={"x": -x if new else x})

    world = play(events())
    assert {alert["labels"]["version"] for alert in world.told("feature:x")} == {"v2"}
    assert world.told("feature:x")[0]["drift"]["compared_with"] == "v1"
    assert labels_until_told(world, "feature:x", 500) <= 80


def test_texts_that_two_versions_met_in_another_order_are_not_mixed_up() -> None:
    """A code would stand for "d" in one version and for "e" in the other: shares of the wrong category."""

    def events() -> Iterable[Event]:
        random = np.random.default_rng(9)
        for index in range(1600):
            new = index >= 200 and index % 3 == 0
            more = ["e", "d"] if new else ["d", "e"]
            kind = random.choice(["a", "b", *(more if index >= 210 else [])])
            if index in (210, 211, 213):
                kind = more[0]
            yield prediction(index, {"y": "yes"}, "v2" if new else "v1", features={"kind": str(kind)})

    world = play(events())
    assert world.alerts == []
    for version in ("v1", "v2"):
        state = world.state("feature:kind", version, "predictions")
        assert state is not None


def variants(share: float, change_at: float, alone: int = 0, count: int = 3000) -> Iterable[Event]:
    """Two versions side by side with levels of their own; later the score of the first one rises."""
    random = np.random.default_rng(10)
    for index in range(count):
        is_second = index >= alone and random.random() < share
        score = random.normal(0.6 if is_second else 0.3 + 0.2 * (index >= change_at), 0.1)
        answer = random.random() < (0.4 if is_second else 0.2)
        event = prediction(index, {"y": bool(answer), "score": score}, "v2" if is_second else "v1")
        yield event
        yield label(event, bool(answer) ^ bool(random.random() < (0.12 if is_second else 0.05)))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_variants_that_begin_together_are_no_change(share: float) -> None:
    """A score would have fallen from 0.6 to 0.3 that never changed: 0.6 is what the other variant says."""
    assert play(variants(share, change_at=inf)).alerts == []


def test_a_change_of_one_of_two_variants_is_its_own() -> None:
    """Whoever learns for itself must still be told, and not as a difference between the two."""
    world = play(variants(0.5, change_at=2000))
    first = world.told("output:score")[0]
    assert (first["labels"]["version"], first["drift"]["compared_with"]) == ("v1", None)
    assert labels_until_told(world, "output:score", 2000) <= 30
    assert {alert["labels"]["version"] for alert in world.alerts} == {"v1"}


def test_a_variant_that_begins_later_is_compared_with_the_first_and_says_so() -> None:
    """ "Compared with its first 400 values": a person would look for what changed within that version."""
    world = play(variants(0.5, change_at=inf, alone=420, count=1500))
    first = world.told("output:score")[0]
    assert (first["labels"]["version"], first["drift"]["compared_with"]) == ("v2", "v1")
    assert "most of them of version v1, while it learns" in first["annotations"]["description"]
