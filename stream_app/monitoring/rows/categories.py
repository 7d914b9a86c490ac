"""Category values as small numbers."""

from math import inf, nan
from typing import Any

from driftline.detectors import CODES_FOR_THE_FREQUENT, codes_at_first_sight
from driftline.stream_app.monitoring.rows.frequent_texts import FrequentTexts

OTHER = 0.0
MISSING_CELL = nan
NULL_CELL = inf
WRONG_TYPE_CELL = -inf
LONGEST_CATEGORY = 256


def text_of_number(number: float) -> str:
    """A number as the name of a category: 3 for 3.0, and different for any two numbers.

    >>> text_of_number(3.0), text_of_number(1234567.0), text_of_number(0.1)
    ('3', '1234567', '0.1')
    """
    return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)


class CategoryCodes(dict[object, float]):
    """Value → code, in order of first sight from 1; 0 is every value beyond the limit.

    A lookup of a new value gives it the next code while there is one; after that the few codes that are left
    go to texts that become frequent, with the value by which they do: then each is to be looked up every time
    that it comes, in order (`has_room_for`). Looking values up costs one dictionary access each, which is why
    this is a dictionary. Memory: at most ``limit`` texts, 16 more and the 20 that may become one, of at most
    256 characters, about 350 bytes each.
    """

    def __init__(self, limit: int, *, null_cell: float, accepts_numbers: bool) -> None:
        super().__init__({None: null_cell})
        if null_cell == NULL_CELL:
            self[""] = null_cell
        self.at_first_sight = codes_at_first_sight(limit)
        self.most = self.at_first_sight + CODES_FOR_THE_FREQUENT
        self.frequent = FrequentTexts()
        self.accepts_numbers = accepts_numbers
        self.texts: list[str] = []

    def __missing__(self, value: object) -> float:
        if isinstance(value, (float, bool)) and self.accepts_numbers:
            value = text_of_number(value) if isinstance(value, float) else str(value).lower()
            if value in self:
                return self[value]
        if not isinstance(value, str):
            return WRONG_TYPE_CELL
        if self.has_room_for(1) and len(value) <= LONGEST_CATEGORY:
            return self.learn(value)
        if len(value) > LONGEST_CATEGORY:
            value = f"{value[: LONGEST_CATEGORY - 1]}…"
            if value in self:
                return self[value]
        if len(self.texts) < self.most and self.frequent.becomes_frequent(value):
            return self.learn(value)
        return OTHER

    def has_room_for(self, count: int) -> bool:
        """Whether so many new texts have a code of their own, however often each comes."""
        return len(self.texts) + count <= self.at_first_sight

    def snapshot(self) -> list[Any]:
        """How many texts there are, and what may become one."""
        return [len(self.texts), self.frequent.snapshot()]

    def go_back(self, snapshot: list[Any]) -> None:
        """Know no more than then."""
        count, frequent = snapshot
        for text in self.texts[count:]:
            del self[text]
        del self.texts[count:]
        self.frequent.restore(frequent)

    def learn(self, text: str) -> float:
        """Give a text the next code."""
        self.texts.append(text)
        code = float(len(self.texts))
        self[text] = code
        return code
