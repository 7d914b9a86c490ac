"""Text as the number or the boolean that a configuration says it is."""

from math import isfinite, nan
from typing import Final

_TRUTHS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1", "1.0"), 1.0),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0", "0.0"), 0.0),
}


def number_of(text: str) -> float | None:
    """The number that a text is; NaN for "" and for numbers that are not finite; None for other text.

    >>> number_of(" 3.5"), number_of("1e3"), number_of("n/a"), number_of("1_000")
    (3.5, 1000.0, None, None)
    """
    if not text.strip():
        return nan
    try:
        number = float(text)
    except ValueError:
        return None
    if "_" in text:  # Python's own, no way to write data
        return None
    return number if isfinite(number) else nan


def truth_of(text: str) -> float | None:
    """1 or 0 for a word that says yes or no in any case; NaN for ""; None for other text.

    >>> truth_of("True"), truth_of("no"), truth_of("maybe")
    (1.0, 0.0, None)
    """
    word = text.strip().lower()
    return _TRUTHS.get(word) if word else nan
