"""What the topic said at the start of incidents whose words are not delivered yet."""

from typing import NamedTuple

from driftline.stream_app.bridges.words import Word


class _Latest(NamedTuple):
    sequence: int
    is_over: bool


class Outlook:
    """Which words need not be delivered since later ones stand on the topic already.

    A bridge that was away does not page for what is over by now; and after a crash a word whose delivery was
    not committed does not come again behind the one that ended its incident: PagerDuty would open it anew.
    About 200 bytes for each incident that has words which are not delivered.

    Args:
        is_first: nothing was ever delivered by this bridge: it begins with the latest word of what is open.
    """

    def __init__(self, *, is_first: bool, wants_every_word: bool) -> None:
        self._is_first = is_first
        self._every_word = wants_every_word and not is_first
        self._latest: dict[str, _Latest] = {}

    def see(self, word: Word) -> None:
        """A word that is not delivered."""
        latest = self._latest.get(word.incident)
        if latest is None or word.sequence > latest.sequence:
            self._latest[word.incident] = _Latest(word.sequence, word.is_over)

    def passes_over(self, word: Word) -> bool:
        """Whether this word need not be delivered."""
        latest = self._latest.get(word.incident)
        if latest is None or word.sequence > latest.sequence:
            return False
        if self._is_first and latest.is_over:
            return True
        return not self._every_word and word.sequence < latest.sequence
