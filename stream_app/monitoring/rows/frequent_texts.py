"""Texts that are frequent among texts that nearly all differ: ids, free text, an LLM's answers.

Such a column has no categories to speak of, until a fault makes one: half of all users are "anonymous". The
sketch of J. Misra and D. Gries ("Finding repeated elements", 1982) keeps KEPT texts, counts each up when it
comes and all of them down when yet another one does: what has a share above 1 / (KEPT + 1) is held in the
end, and its count grows by its share less what the others take away.

    a share of 1 in 20: hardly    1 in 10: 20 after 350 texts    2 in 5: 20 after 55

A text is frequent with a count of FREQUENT. Users come in sessions: in a row only every RUNth of the same
text counts. Some are frequent from the beginning, or seem so: of the first LEARNED texts a few are named, of
which the reference learns, and what comes later has to come more often by twice the highest count till then.
"""

from typing import Any, Final

KEPT: Final = 20  # derived: what has a twentieth of all is worth a word
FREQUENT: Final = 20  # judged: by chance a text of 1 in 30 hardly comes there
LEARNED: Final = 2000  # as many as the warm-up of a signal
NAMED_WHILE_LEARNING: Final = 8
RUN: Final = 10  # judged: a session of 40 counts 5 times, and what never changes any more is named after 200


class FrequentTexts:
    """Counts texts one by one. At most KEPT of them are held."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._seen = 0
        self._highest = 0
        self._named = 0
        self._last = ""
        self._run = 0

    def becomes_frequent(self, text: str) -> bool:
        """Counts a text; whether it has become frequent by that, and is not counted here any more."""
        self._seen += 1
        self._run = self._run + 1 if text == self._last else 0
        self._last = text
        if self._run % RUN:
            return False
        count = self._counts.get(text, 0) + 1
        if count == 1 and len(self._counts) >= KEPT:
            self._counts = {each: left - 1 for each, left in self._counts.items() if left > 1}
            return False
        self._counts[text] = count
        learns = self._seen <= LEARNED
        if learns:
            self._highest = max(self._highest, count)
        is_frequent = count >= FREQUENT + (0 if learns else 2 * self._highest)
        if not is_frequent or (learns and self._named >= NAMED_WHILE_LEARNING):
            return False
        self._named += 1
        del self._counts[text]
        return True

    def snapshot(self) -> list[Any]:
        """Plain values for the state codec."""
        return [dict(self._counts), self._seen, self._highest, self._named, self._last, self._run]

    def restore(self, snapshot: list[Any]) -> None:
        """Takes up what was counted before."""
        counts, self._seen, self._highest, self._named, self._last, self._run = snapshot
        self._counts = dict(counts)
