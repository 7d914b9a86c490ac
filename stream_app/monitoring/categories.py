"""Category values as small numbers."""

from math import inf, nan

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

    A lookup of a new value gives it the next code while there is one. Looking values up through
    ``map(codes.__getitem__, values)`` costs one dictionary access each, which is why this is a dictionary.
    Memory: at most ``limit`` texts of at most 256 characters, about 350 bytes each.
    """

    def __init__(self, limit: int, *, null_cell: float, accepts_numbers: bool) -> None:
        super().__init__({None: null_cell})
        if null_cell == NULL_CELL:
            self[""] = null_cell
        self.limit = limit
        self.accepts_numbers = accepts_numbers
        self.texts: list[str] = []

    def __missing__(self, value: object) -> float:
        if isinstance(value, (float, bool)) and self.accepts_numbers:
            value = text_of_number(value) if isinstance(value, float) else str(value).lower()
            if value in self:
                return self[value]
        if not isinstance(value, str):
            return WRONG_TYPE_CELL
        if len(self.texts) >= self.limit or len(value) > LONGEST_CATEGORY:
            return OTHER
        return self.learn(value)

    def learn(self, text: str) -> float:
        """Give a text the next code."""
        self.texts.append(text)
        code = float(len(self.texts))
        self[text] = code
        return code
