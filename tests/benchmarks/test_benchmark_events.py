"""The events of the benchmark are what the issue of speed is argued with."""

import pytest

from benchmarks.events import BODIES, EventMaker, Traffic, model_name
from driftline.schemas import Prediction, decode

FIRST_MS = 1_790_000_000_000


@pytest.fixture(scope="module")
def maker() -> EventMaker:
    """Events of 20 numeric and 2 categorical features."""
    return EventMaker()


def test_events_are_usable_predictions_of_about_700_bytes(maker: EventMaker) -> None:
    """A rejected or tiny event would make driftline look fast."""
    for message in maker.messages(Traffic(200), FIRST_MS):
        event = decode(message.value, message.time_ms)
        assert isinstance(event, Prediction)
        kinds = [type(value) for value in event.features.values()]
        assert (kinds.count(float), kinds.count(str)) == (20, 2)
        assert len(event.outputs) == 2
        assert list(event.serving) == ["latency_ms"]
        assert 650 <= len(message.value) <= 760


def test_a_model_among_a_thousand_sees_different_values(maker: EventMaker) -> None:
    """Each would see the same twenty events over and over, and rightly be told of values that repeat."""
    features = [maker.event(turn * 1_000, "m", FIRST_MS).partition(b'"features"')[2] for turn in range(200)]
    assert len(set(features)) == len(features)


def test_ids_and_times_go_on_when_values_repeat(maker: EventMaker) -> None:
    """Repeated ids would be dropped as duplicates, and nothing would be measured."""
    traffic = Traffic(25_000, spacing_ms=2.0)
    messages = list(maker.messages(traffic, FIRST_MS))
    first, again = decode(messages[0].value, None), decode(messages[BODIES].value, None)
    assert isinstance(first, Prediction)
    assert isinstance(again, Prediction)
    assert first.features == again.features
    assert first.id != again.id
    assert again.time_ms - first.time_ms == 2 * BODIES
    assert len({message.value for message in messages}) == 25_000


def test_two_makers_make_the_same_events(maker: EventMaker) -> None:
    """Contestants of different runs would not read the same."""
    traffic = Traffic(50)
    assert list(EventMaker().messages(traffic, FIRST_MS)) == list(maker.messages(traffic, FIRST_MS))


def test_models_take_turns_at_the_pace_of_each(maker: EventMaker) -> None:
    """More models must not slow down each model's clock."""
    messages = list(maker.messages(Traffic(30, models=10), FIRST_MS))
    assert [message.key.decode() for message in messages[:10]] == [model_name(place) for place in range(10)]
    assert [message.time_ms - FIRST_MS for message in messages[::10]] == [0, 1, 2]


def test_shifted_events_move_one_feature_only(maker: EventMaker) -> None:
    """The change whose alert is timed must be there, and be one change."""
    plain = [decode(maker.event(number, "m", FIRST_MS), None) for number in range(500)]
    moved = [decode(maker.event(number, "m", FIRST_MS, shifted=True), None) for number in range(500)]
    pairs = [(a, b) for a, b in zip(plain, moved, strict=True) if isinstance(a, Prediction)]
    for before, after in pairs:
        assert isinstance(after, Prediction)
        assert after.features.pop("feature_000") == pytest.approx(before.features.pop("feature_000") + 12.0)
        assert after.features == before.features
    assert len(pairs) == 500
