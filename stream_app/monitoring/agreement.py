"""What a label or a decision says of an output."""

from typing import Any


def error_of(output: Any, label: Any) -> float | None:
    """0/1 for a class or a truth value, the absolute difference for a number; None if they can't be compared.

    A null output never matches a label that has a value.
    """
    if isinstance(label, list) or isinstance(output, list) or label is None:
        return None
    if isinstance(output, float) and isinstance(label, float):
        return abs(output - label)
    if isinstance(output, float) or isinstance(label, float):
        return None
    return 0.0 if output == label else 1.0


def decision_agreement(outputs: dict[str, Any], decision: dict[str, Any]) -> dict[str, float]:
    """1 where the human decided what the model said, 0 where not, for every output decided on."""
    return {
        f"agreement:{name}": 1.0 if outputs[name] == value else 0.0
        for name, value in decision.items()
        if name in outputs
    }


def annotator_agreement(
    answers: dict[str, dict[str, Any]], annotator: str, labels: dict[str, Any]
) -> dict[str, float]:
    """1 where this annotator says what the last other annotator said of the same output, else 0."""
    others = {
        name: value for other, said in answers.items() if other != annotator for name, value in said.items()
    }
    return {
        f"annotators:{name}": 1.0 if others[name] == value else 0.0
        for name, value in labels.items()
        if name in others
    }
