from typing import Any

import pytest

from driftline.stream_app.monitoring.agreement import annotator_agreement, decision_agreement, error_of


@pytest.mark.parametrize(
    ("output", "label", "error"),
    [
        ("call", "call", 0.0),
        ("call", "navigate", 1.0),
        (None, "call", 1.0),
        (True, False, 1.0),
        (2.5, 4.0, 1.5),
        (2.5, "call", None),
        ("call", 1.0, None),
        ([1.0], "call", None),
        ("call", None, None),
    ],
)
def test_error_of_an_output(output: Any, label: Any, error: float | None) -> None:
    """A wrong comparison would be a wrong error rate."""
    assert error_of(output, label) == error


def test_decisions_are_compared_output_by_output() -> None:
    """A decision about one output would count against another."""
    assert decision_agreement({"a": "x", "b": 1.0}, {"a": "x", "b": 2.0, "c": "z"}) == {
        "agreement:a": 1.0,
        "agreement:b": 0.0,
    }


def test_annotators_are_compared_with_others_only() -> None:
    """An annotator who corrects himself would count as disagreement."""
    answers = {"a17": {"intent": "call"}}
    assert annotator_agreement(answers, "a17", {"intent": "navigate"}) == {}
    assert annotator_agreement(answers, "a18", {"intent": "navigate"}) == {"annotators:intent": 0.0}
