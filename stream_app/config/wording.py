"""Pieces of sentences."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`` (did you mean 'min'?)`` when a known word is close; else nothing."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f" (did you mean {by_lower[close[0]]!r}?)" if close else ""


def listed(words: Iterable[str]) -> str:
    """The words in order, with commas between them."""
    return ", ".join(sorted(words))
