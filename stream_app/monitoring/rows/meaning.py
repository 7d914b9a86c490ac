"""What values mean beyond their types: true, 1, "1" and "yes" may say the same, 3 and "3.0" do.

A label comes from another place than the output it is about: a CSV file writes True for true, a database 1,
a person yes. Where the meaning is clear they are compared; where it is not, nobody guesses.
"""

from math import isfinite
from typing import Any, Final

TRUTHS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y"), True),
    **dict.fromkeys(("false", "f", "no", "n"), False),
}
SHOWN_MAX: Final = 40  # characters of a value in a sentence


def number_of(value: Any) -> float | None:
    """The finite number that a number or its text says; None for anything else, true and false included."""
    if isinstance(value, float):
        return value
    if not isinstance(value, str) or "_" in value:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None


def truth_of(value: Any) -> bool | None:
    """What true, 1, 1.0, "1", "True", "t", "yes" or "y" (and their opposites) say; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and (word := value.strip().casefold()) in TRUTHS:
        return TRUTHS[word]
    number = number_of(value)
    return bool(number) if number in (0.0, 1.0) else None


def same(output: Any, label: Any) -> bool | None:
    """Whether two values name the same class or truth value; None when they say nothing of each other.

    Texts are compared without the spaces around them, case matters. A null output equals nothing.
    """
    if label is None or isinstance(label, list) or isinstance(output, list):
        return None
    if output is None:
        return False
    if isinstance(output, bool) or isinstance(label, bool):
        return both_true(output, label)
    numbers = number_of(output), number_of(label)
    if None not in numbers:
        return numbers[0] == numbers[1]
    if isinstance(output, str) and isinstance(label, str):
        return output.strip() == label.strip()
    return both_true(output, label)


def both_true(output: Any, label: Any) -> bool | None:
    """Whether both say yes or both say no; None when one of them says neither."""
    one, other = truth_of(output), truth_of(label)
    return None if one is None or other is None else one is other


def shown(value: Any) -> str:
    """A value and its type for a sentence: ``"spam" is a text``."""
    if value is None:
        return "is null"
    if isinstance(value, bool):
        return f"{'true' if value else 'false'} is a boolean"
    if isinstance(value, list):
        return f"of {len(value)} numbers is a list"
    if isinstance(value, str):
        text = value if len(value) <= SHOWN_MAX else f"{value[:SHOWN_MAX]}…"
        return f'"{text}" is a text'
    return f"{value:g} is a number"
