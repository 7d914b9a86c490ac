"""Versions that begin together learn each for itself; one that follows another begins with what that knew."""

import pytest

from driftline.stream_app.config import ModelPlan
from driftline.stream_app.pipeline.codec import pack, unpack
from tests.monitoring.test_model import Model

STEP_MS = 20_000


def side_by_side(model: Model, alone: int, beside: int, first: int = 0) -> None:
    """Version 1 alone for so many predictions, then 1 and 2 in turn, each with another level of x."""
    for step in range(first, alone + beside):
        version = "2" if step >= alone and step % 2 else "1"
        x = float(step % 7) + (100.0 if version == "2" else 0.0)
        model.predict(f"p-{step}", step * STEP_MS, version=version, features={"x": x})


def go_on(model: Model, version: str, first: int, until: int) -> None:
    """One version alone, from one prediction to before another."""
    for step in range(first, until):
        model.predict(f"p-{step}", step * STEP_MS, version=version, features={"x": float(step % 7)})


def copy_of(model: Model, plan: ModelPlan) -> Model:
    """The model as another worker takes it up."""
    copy = Model(plan)
    copy.offset = model.offset
    copy.monitor.restore(unpack(pack(model.monitor.snapshot())))
    for stream in model.monitor.streams.values():
        copy.monitor.add_stream(unpack(pack(stream.snapshot())))
    return copy


@pytest.mark.parametrize("alone", [1, 5, 60])
@pytest.mark.parametrize("restored_at", [None, 3, 90])
def test_versions_that_begin_together_learn_each_for_itself(alone: int, restored_at: int | None) -> None:
    """What one of two variants answers would be called a change of the other, which has always been so."""
    plan = ModelPlan(warm_up=150)
    model = Model(plan)
    if restored_at is not None:
        side_by_side(model, alone, restored_at - alone)
        model = copy_of(model, plan)
    side_by_side(model, alone, 500, first=restored_at or 0)
    for version, level in (("1", 3.0), ("2", 103.0)):
        stream = model.stream(version)
        assert stream.predictions.bank.is_armed("feature:x")
        assert stream.compared_with is stream.compares("feature:x") is None
        assert stream.learned_from("feature:x") == "warm_up"
        reference = stream.predictions.bank.state_of("feature:x")
        assert reference is not None
        assert reference.reference is not None
        assert reference.reference.mean == pytest.approx(level, abs=0.5)


def test_a_version_beside_one_that_is_watched_follows_it() -> None:
    """A release that goes to a part of the users would be healthy by definition."""
    model = Model(ModelPlan(warm_up=400))
    side_by_side(model, 320, 300)
    assert model.stream("1").predictions.bank.is_armed("feature:x")
    assert model.stream("2").compared_with == "1"
    assert model.stream("2").compares("feature:x") == "1"
    assert model.stream("2").learned_from("feature:x") == "version 1"


def test_what_was_carried_over_is_called_the_other_version_s() -> None:
    """Its level would be said to be its own, which is that of a version that has gone."""
    model = Model(ModelPlan(warm_up=150))
    side_by_side(model, 100, 0)
    go_on(model, "2", 100, 300)
    go_on(model, "3", 300, 520)
    assert model.stream("2").predictions.bank.is_armed("feature:x")
    assert model.stream("2").compares("feature:x") == "1"
    assert model.stream("2").learned_from("feature:x") == "version 1"
    assert model.stream("3").compares("feature:x") == "2"


def test_own_values_outweigh_a_few_of_another_version() -> None:
    """A version would be said to be compared with one that was there for a minute, for all its life."""
    model = Model(ModelPlan(warm_up=150))
    side_by_side(model, 30, 0)
    go_on(model, "2", 30, 300)
    assert model.stream("2").predictions.bank.is_armed("feature:x")
    assert model.stream("2").compares("feature:x") is None


def test_segments_of_siblings_are_siblings() -> None:
    """A country of one variant would be compared with the same country of the other."""
    model = Model(ModelPlan(warm_up=150, segments=["country"]))
    for step in range(600):
        version, level = ("2", 100.0) if step % 2 else ("1", 0.0)
        features = {"x": float(step % 7) + level, "country": "DE"}
        model.predict(f"p-{step}", step * STEP_MS, version=version, features=features)
    streams = [stream for key, stream in model.monitor.streams.items() if key.version == "2"]
    assert [stream.segment for stream in streams] == ["", "country=DE"]
    for stream in streams:
        assert stream.compared_with is None
        state = stream.predictions.bank.state_of("feature:x")
        assert state is not None
        assert state.reference is not None
        assert state.reference.mean == pytest.approx(103.0, abs=0.5)
