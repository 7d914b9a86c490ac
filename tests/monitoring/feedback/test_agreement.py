"""What labels and decisions say of outputs, from single values to what is decided for a model."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.detectors import Transform
from driftline.stream_app.config import ModelPlan, SignalPlan
from driftline.stream_app.monitoring.feedback.agreement import (
    PAIRS_TO_DECIDE,
    Agreement,
    annotator_agreement,
    decision_agreement,
)
from driftline.stream_app.monitoring.feedback.comparing import How, Pair, error_of
from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.rows.meaning import same, truth_of
from driftline.stream_app.pipeline.codec import pack, unpack

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0.0, 1.0, 2.0, 0.25, 7.5, -3.0]),
    st.sampled_from(["yes", "no", "1", "0", "0.5", "spam", "True", "t", "", "2"]),
    st.just([1.0]),
)


def agreement_of(**outputs: SignalPlan) -> Agreement:
    return Agreement("m", ModelPlan(outputs=outputs), Notices(), 10)


def errors(agreement: Agreement, *pairs: tuple[Any, Any]) -> list[float]:
    """The errors that these outputs and labels of ``y`` make known."""
    judged = [
        each
        for number, (output, label) in enumerate(pairs)
        for each in agreement.judge("y", Pair("v", "live", number, output, label), number)
    ]
    return [each.error for each in judged]


@pytest.mark.parametrize("value", [True, 1.0, "1", "1.0", "true", "True", "TRUE", "t", "yes", "Y", " y "])
def test_all_that_says_yes_is_the_same(value: Any) -> None:
    """A CSV file, a database and a person write three different things."""
    assert truth_of(value) is True
    assert same(True, value) is True
    assert same(False, value) is False


@pytest.mark.parametrize("value", [2.0, "maybe", "", "10", 0.5, "nan", None])
def test_what_says_neither_yes_nor_no_is_not_guessed(value: Any) -> None:
    """A third answer would count as a no."""
    assert truth_of(value) is None


@pytest.mark.parametrize(
    ("output", "label", "expected"),
    [
        ("call", "call", True),
        ("call", "Call", False),
        ("call", " call\n", True),
        (3.0, "3", True),
        ("3.0", "3", True),
        (1.0, "yes", True),
        (None, "call", False),
        ("call", None, None),
        (2.5, "call", None),
        (0.93, True, None),
        ([1.0], "call", None),
        (3.0, True, None),
    ],
)
def test_values_name_the_same_or_not_or_nobody_knows(output: Any, label: Any, expected: bool | None) -> None:
    """A wrong comparison would be a wrong error rate."""
    assert same(output, label) is expected


@given(VALUES, VALUES)
def test_an_error_is_the_same_from_both_sides_and_bounded(output: Any, label: Any) -> None:
    """An error could depend on who wrote which value, or take the detectors out of their bounds."""
    if output is not None and label is not None:
        assert same(output, label) is same(label, output)
    for how in (How.SAME, How.TRUTH, How.SCORE):
        error = error_of(how, output, label)
        assert error is None or 0.0 <= error <= 1.0


@pytest.mark.parametrize(
    ("output", "label", "error"),
    [
        ("call", "call", 0.0),
        ("call", "navigate", 1.0),
        (True, False, 1.0),
        (True, "f", 1.0),
        (2.5, 4.0, 1.5),
        (2.5, "4", 1.5),
        (0.75, True, 0.0625),
        (0.75, "no", 0.5625),
        (1.0, 0.25, 0.75),
    ],
)
def test_one_pair_decides_where_it_leaves_no_doubt(output: Any, label: Any, error: float) -> None:
    """Labels would wait for others without need."""
    assert errors(agreement_of(), (output, label)) == [error]


@pytest.mark.parametrize(
    ("plan", "pair", "error"),
    [
        (SignalPlan(type="categorical"), (3.0, 5.0), 1.0),
        (SignalPlan(type="boolean"), (1.0, "yes"), 0.0),
        (SignalPlan(type="numeric"), (3.0, 5.0), 2.0),
        (SignalPlan(type="numeric"), (0.5, True), 0.25),
        (SignalPlan(threshold=0.8), (0.79, True), 1.0),
        (SignalPlan(threshold=0.8), (0.8, "1"), 0.0),
        (SignalPlan(threshold=0.8), (None, True), 1.0),
    ],
)
def test_what_is_declared_is_not_decided(plan: SignalPlan, pair: tuple[Any, Any], error: float) -> None:
    """The first values would overrule the person who knows."""
    agreement = agreement_of(y=plan)
    assert errors(agreement, pair) == [error]
    assert agreement.notices.all() == []


def test_no_pair_is_lost_while_it_is_held() -> None:
    """The first hundred labels of a model would not count."""
    agreement = agreement_of()
    pairs = [(float(number % 3), float(number % 3 if number % 4 else 1)) for number in range(PAIRS_TO_DECIDE)]
    assert errors(agreement, *pairs[:-1]) == []
    restored = agreement_of()
    restored.restore(unpack(pack(agreement.snapshot())))
    expected = [float(output != label) for output, label in pairs]
    for each in (agreement, restored):
        assert errors(each, pairs[-1]) == expected
        assert each.transform("y") is Transform.BINARY
        assert "classes" in each.notices.all()[0].sentence


def test_a_decision_changes_only_while_nothing_stands_on_it() -> None:
    """A signal that is armed would mean something else from one label to the next."""
    agreement = agreement_of()
    errors(agreement, *[(float(number % 2), 1.0) for number in range(PAIRS_TO_DECIDE)])
    agreement.relearn = lambda name, transform: Transform.BINARY
    assert errors(agreement, (7.25, 3.0)) == [1.0]
    assert "declare outputs.y.type" in agreement.notices.all()[-1].sentence
    agreement.relearn = lambda name, transform: transform
    assert errors(agreement, (7.25, 3.0)) == [4.25]
    assert agreement.transform("y") is Transform.VALUE


def test_a_baseline_decides_for_those_who_begin_with_it() -> None:
    """Its reference of distances would be compared with errors of 0 and 1."""
    agreement = agreement_of()
    agreement.relearn = lambda name, transform: Transform.VALUE
    pairs = [(float(number % 2), 1.0) for number in range(PAIRS_TO_DECIDE)]
    assert errors(agreement, *pairs) == [abs(output - label) for output, label in pairs]
    assert agreement.transform("y") is Transform.VALUE


def test_letters_that_are_classes_are_not_yes_and_no() -> None:
    """Classes t, y, f and n would be two."""
    agreement = agreement_of()
    letters = "tyfn"
    pairs = [(letters[number % 4], letters[(number + 1) % 4]) for number in range(PAIRS_TO_DECIDE)]
    assert errors(agreement, *pairs) == [1.0] * PAIRS_TO_DECIDE


def test_names_are_bounded() -> None:
    """Labels with endless names would fill the memory, or be passed over in silence."""
    agreement = agreement_of()
    for number in range(20):
        agreement.judge(f"y{number}", Pair("v", "live", 0, "a", "a"), 0)
    assert len(agreement.snapshot()["by_name"]) == 10
    assert sum(notice.why is Why.LIMIT for notice in agreement.notices.all()) == 10


def test_decisions_are_compared_output_by_output() -> None:
    """A decision about one output would count against another."""
    agreement = agreement_of()
    decision = {"a": "x", "b": "2", "c": "z", "d": "x"}
    assert decision_agreement(agreement, {"a": "x", "b": 1.0, "d": 2.5}, decision, 0) == {
        "agreement:a": 1.0,
        "agreement:b": 0.0,
    }
    assert [notice.subject for notice in agreement.notices.all()] == ["d"]


def test_annotators_are_compared_with_others_only() -> None:
    """An annotator who corrects himself would count as disagreement."""
    answers = {"a17": {"intent": "call", "spam": True}}
    agreement = agreement_of()
    assert annotator_agreement(agreement, answers, "a17", {"intent": "navigate"}) == {}
    assert annotator_agreement(agreement, answers, "a18", {"intent": "navigate", "spam": "yes"}) == {
        "annotators:intent": 0.0,
        "annotators:spam": 1.0,
    }
