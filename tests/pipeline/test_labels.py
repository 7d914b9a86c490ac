"""Labels from the log to the alert: whatever they are written in, whenever they come, however often."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from driftline.stream_app.monitoring.notices import Why
from tests.pipeline.label_worlds import (
    CHANGE_AT,
    COUNT,
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SOON_LABELS,
    STEP_MS,
    Event,
    index_at,
    label,
    labels_until_told,
    play,
    prediction,
    yes_or_no,
)
from tests.streams import START_MS

Say = Callable[[bool], Any]


def words(yes: Any, no: Any) -> Say:
    """What says yes and no."""
    return lambda truth: yes if truth else no


TEXTS = words("yes", "no")
WRITINGS: dict[str, tuple[Say, Say, dict[str, Any]]] = {
    "texts": (TEXTS, TEXTS, {}),
    "whole numbers": (int, int, {}),
    "a boolean and Python's text": (bool, str, {}),
    "a boolean and letters": (bool, words("t", "f"), {}),
    "a number and a boolean": (int, bool, {}),
    "words and booleans": (TEXTS, bool, {}),
    "a number and a file's text": (int, words("1", "0"), {}),
    "a number and a file's decimal": (int, words("1.0", "0.0"), {}),
    "two languages": (words("Yes", "No"), words("true", "false"), {}),
    "digits and words": (words("1", "0"), words("Y", "N"), {}),
    "texts with spaces": (words("spam", "ham"), words(" spam", "ham\n"), {}),
    "three classes as floats": (words(2.0, 1.0), words("2", "1"), {}),
    "declared categorical": (words(7, 3), words("7.0", "3.0"), {"type": "categorical"}),
    "declared boolean": (TEXTS, words("T", "F"), {"type": "boolean"}),
    "scores and numbers": (words(0.875, 0.125), int, {}),
    "scores and booleans": (words(0.875, 0.125), bool, {}),
    "scores and words": (words(0.875, 0.125), TEXTS, {}),
    "scores with a threshold": (words(0.41, 0.39), TEXTS, {"threshold": 0.4}),
}


@pytest.mark.parametrize("name", WRITINGS)
def test_an_error_is_seen_whatever_it_is_written_in(name: str) -> None:
    """The signal that people are told to page on would be silent because a CSV file writes True."""
    say, write, declared = WRITINGS[name]
    world = play(yes_or_no(say, write), outputs={"y": declared})
    assert labels_until_told(world) <= SOON_LABELS
    assert world.notices(Why.LABEL_INCOMPARABLE) == []
    first = world.told("error:y")[0]
    assert epoch_ms_of(first["drift"]["began_at"]) == pytest.approx(
        START_MS + CHANGE_AT * STEP_MS, abs=150 * STEP_MS
    )


DECIDED = ["whole numbers", "two languages", "scores and numbers", "words and booleans"]


@pytest.mark.parametrize("name", DECIDED)
def test_a_healthy_model_is_silent_and_it_is_said_how_its_labels_are_compared(name: str) -> None:
    """A decision that nobody hears of cannot be corrected."""
    say, write, _ = WRITINGS[name]
    world = play(yes_or_no(say, write, wrong=(0.05, 0.05)))
    assert world.alerts == []
    assert [notice.subject for notice in world.notices(Why.LABEL_DECIDED)] == ["y"]


def classes(count: int, wrong: tuple[float, float]) -> Iterable[Event]:
    """A model of some classes, as numbers."""
    random = np.random.default_rng(8)
    for index in range(COUNT):
        truth = int(random.integers(count))
        errs = random.random() < wrong[index >= CHANGE_AT]
        event = prediction(index, {"y": int(random.integers(count)) if errs else truth})
        yield event
        yield label(event, truth)


@pytest.mark.parametrize("count", [3, 10, 20, 300])
def test_codes_of_classes_have_errors_of_0_and_1(count: int) -> None:
    """The distance from class 2 to class 9 says nothing, and its noise would hide the change."""
    world = play(classes(count, (0.05, 0.25)))
    assert labels_until_told(world) <= SOON_LABELS
    drift = world.told("error:y")[0]["drift"]
    assert 0.0 <= drift["before"]["mean"] < drift["after"]["mean"] <= 1.0


def amounts(truth: Callable[[np.random.Generator], float], noise: tuple[float, float]) -> Iterable[Event]:
    """A model of amounts, which it rounds."""
    random = np.random.default_rng(9)
    for index in range(COUNT):
        value = truth(random)
        event = prediction(index, {"y": round(value + random.normal(0, noise[index >= CHANGE_AT]))})
        yield event
        yield label(event, round(value))


AMOUNTS: dict[str, tuple[Callable[[np.random.Generator], float], tuple[float, float]]] = {
    "ages": (lambda random: random.uniform(0, 90), (3.0, 9.0)),
    "small counts": (lambda random: random.poisson(4), (1.5, 4.0)),
    "counts around a hundred": (lambda random: random.uniform(95, 108), (1.5, 5.0)),
}


@pytest.mark.parametrize("name", AMOUNTS)
def test_amounts_in_whole_numbers_have_distances(name: str) -> None:
    """An age that is missed by a year would be as wrong as one missed by fifty."""
    world = play(amounts(*AMOUNTS[name]))
    assert labels_until_told(world) <= SOON_LABELS
    assert "amounts" in world.notices(Why.LABEL_DECIDED)[0].sentence
    assert world.told("error:y")[0]["drift"]["after"]["mean"] > 1.5


def test_what_turns_out_to_be_an_amount_is_learned_anew() -> None:
    """The first hundred labels would decide for good."""
    random = np.random.default_rng(10)
    events = []
    for index in range(2500):
        value = random.integers(2) if index < 150 else random.uniform(0, 500)
        event = prediction(index, {"y": float(value) + (0 if index < 150 else random.normal(0, 5))})
        events += [event, label(event, float(value))]
    world = play(events)
    state = world.state("error:y")
    assert state is not None
    assert state.armed
    assert state.reference is not None
    assert 3.0 < state.reference.mean < 5.0
    assert "amounts" in world.notices(Why.LABEL_DECIDED)[0].sentence


def test_what_contradicts_a_reference_is_said() -> None:
    """A signal that fires would mean something else overnight, or the contradiction nobody would hear of."""
    events = list(yes_or_no(int, int, wrong=(0.05, 0.05)))
    late = prediction(COUNT, {"y": 7.25})
    world = play([*events, late, label(late, 3.5)])
    said = [notice.sentence for notice in world.notices(Why.LABEL_DECIDED)]
    assert any("7.25 is a number, label 3.5 is a number: declare outputs.y.type" in each for each in said)


def test_what_cannot_be_compared_names_both_types() -> None:
    """Labels would vanish without a word."""
    events = list(yes_or_no(words(0.93, 0.12), words("spam", "ham"), count=200))
    world = play(events)
    (notice,) = world.notices(Why.LABEL_INCOMPARABLE)
    assert notice.count == 200
    assert 'is a number, label "' in notice.sentence
    assert "is a text" in notice.sentence
    other = play([*events[:1], label(events[0], "spam", name="fraud")])
    assert "no such output: they have y" in other.notices(Why.LABEL_INCOMPARABLE)[0].sentence


def corrected(share: tuple[float, float], wrong: tuple[float, float]) -> Iterable[Event]:
    """A model some of whose labels are wrong at first, and put right after half a minute."""
    random = np.random.default_rng(11)
    for index, event in enumerate(yes_or_no(TEXTS, TEXTS, wrong)):
        if event["type"] == "prediction":
            yield event
            continue
        truth = event["labels"]["y"]
        mistaken = random.random() < share[index // 2 >= CHANGE_AT]
        yield {**event, "labels": {"y": {"yes": "no", "no": "yes"}[truth] if mistaken else truth}}
        yield {**event, "time": event["time"] + 30_000}


def test_corrections_of_a_healthy_model_raise_no_alert() -> None:
    """A reference that is corrected and detectors that are not would disagree for ever."""
    world = play(corrected((0.2, 0.2), (0.05, 0.05)))
    assert world.alerts == []
    (notice,) = world.notices(Why.LABEL_CORRECTED)
    assert "were corrected afterwards" in notice.sentence
    assert labels_until_told(play(corrected((0.2, 0.2), (0.05, 0.5)))) <= SOON_LABELS


def test_labels_that_are_wrong_at_first_from_now_on_are_news() -> None:
    """What is said first is what reference and detectors read: when it gets worse, people have to know."""
    assert labels_until_told(play(corrected((0.0, 0.3), (0.05, 0.05)))) <= SOON_LABELS


@pytest.mark.parametrize("delay_ms", [-MINUTE_MS, 10_000, 30 * HOUR_MS])
def test_an_error_began_when_the_prediction_was_made(delay_ms: int) -> None:
    """The window for retraining, and the night in the on-call's log, would be those of the CSV file."""
    events = [dict(event) for event in yes_or_no(TEXTS, TEXTS, delay_ms=delay_ms, count=9000)]
    first = play(events).told("error:y")[0]["drift"]
    change_ms = START_MS + CHANGE_AT * STEP_MS
    assert epoch_ms_of(first["began_at"]) == pytest.approx(change_ms, abs=150 * STEP_MS)
    assert epoch_ms_of(first["detected_at"]) >= change_ms + max(delay_ms, 0)
    assert first["began_at"] <= first["detected_at"]


def test_an_export_with_the_times_of_its_predictions_was_known_when_it_came() -> None:
    """An alert would claim to have been made a day before anybody could know."""
    events = []
    for event in yes_or_no(TEXTS, TEXTS, delay_ms=0, count=5000):
        events.append(event | {"at": event["time"] + (DAY_MS // 2 if event["type"] == "feedback" else 0)})
    first = play(events).told("error:y")[0]["drift"]
    change_ms = START_MS + CHANGE_AT * STEP_MS
    assert epoch_ms_of(first["began_at"]) == pytest.approx(change_ms, abs=150 * STEP_MS)
    assert epoch_ms_of(first["detected_at"]) >= change_ms + DAY_MS // 2


def test_labels_in_any_order_change_nothing_much() -> None:
    """A labelling tool gives its work back in the order it likes."""
    random = np.random.default_rng(12)
    events = []
    for event in yes_or_no(TEXTS, TEXTS, count=6000):
        delay_ms = int(random.uniform(0, 4 * HOUR_MS)) if event["type"] == "feedback" else 0
        events.append(event | {"time": event["time"] + delay_ms})
    world = play(events)
    assert labels_until_told(world) <= SOON_LABELS + 4 * HOUR_MS / STEP_MS
    for alert in world.alerts:
        assert alert["drift"]["began_at"] <= alert["drift"]["detected_at"]
    assert play(events, batch=613).alerts == world.alerts


def test_two_annotators_and_duplicates_count_once() -> None:
    """The second opinion would be a second error, or a correction."""
    events = []
    for event in yes_or_no(TEXTS, TEXTS, count=500):
        events.append(event)
        if event["type"] == "feedback":
            events += [event, {**event, "annotator": "b", "time": event["time"] + 1000}]
            events.append({**event, "annotator": "b", "time": event["time"] + 2000, "labels": {"y": "?"}})
    world = play(events)
    state = world.state("error:y")
    assert state is not None
    assert state.seen == world.joins.counts["labels"] == 500
    assert world.joins.counts["labels_corrected"] == 500  # by b, who takes back what b said


def epoch_ms_of(time: str) -> float:
    return START_MS + index_at(time) * STEP_MS


def test_late_labels_are_late_and_unknown_ones_unknown() -> None:
    """Both would wait for days as early, and be counted as missing."""
    events = list(yes_or_no(TEXTS, TEXTS, delay_ms=5 * DAY_MS, count=100))
    longer = [prediction(100 + index, {"y": "no"}) for index in range(400)]
    for index, event in enumerate(longer):
        event["time"] += index * 20 * MINUTE_MS  # five and a half days
    (notice,) = play([*events, *longer]).notices(Why.LABEL_LATE)
    assert notice.count == 100
    assert "100 labels came too late, more than labels.wait (3 days)" in notice.sentence


def test_ids_that_never_match_are_told_within_minutes() -> None:
    """A wrong id field would show after three days, as a number."""
    events = []
    for event in yes_or_no(TEXTS, TEXTS, count=120):
        wrong = {"prediction_id": f"row-{event['time']}"} if event["type"] == "feedback" else {}
        events.append(event | wrong)
    (notice,) = play(events).notices(Why.LABEL_UNKNOWN)
    assert 'nearly all labels name predictions that were not seen (such as "row-' in notice.sentence
    mixed = [event for pair in zip(events, yes_or_no(TEXTS, TEXTS, count=120), strict=True) for event in pair]
    assert play(mixed[: len(mixed) // 2 * 2]).notices(Why.LABEL_UNKNOWN) == []


@pytest.mark.parametrize("name", ["whole numbers", "two languages"])
def test_batches_change_nothing_while_labels_are_held(name: str) -> None:
    """When a decision falls would depend on how the log was cut."""
    say, write, _ = WRITINGS[name]
    events = list(yes_or_no(say, write))
    whole = play(events)
    assert whole.alerts
    assert play(events, batch=97).alerts == whole.alerts
    assert play(events, batch=1).alerts == whole.alerts
