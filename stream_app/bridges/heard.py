"""Which words were heard already: a worker that takes over may publish its last alerts again."""

from typing import Final

from driftline.stream_app.bridges.words import Word

INCIDENTS_MAX: Final = 50_000
"""Incidents that are remembered, the latest heard of; about 150 bytes each, so 7.5 MB."""


class Heard:
    """The highest sequence of each incident: an incident's words have rising ones."""

    def __init__(self, capacity: int = INCIDENTS_MAX) -> None:
        self._highest: dict[str, int] = {}
        self._capacity = capacity

    def is_new(self, word: Word) -> bool:
        """True for a word that is later than all of its incident; from then on it is the latest."""
        highest = self._highest.pop(word.incident, 0)
        self._highest[word.incident] = max(highest, word.sequence)
        if len(self._highest) > self._capacity:
            del self._highest[next(iter(self._highest))]
        return word.sequence > highest
