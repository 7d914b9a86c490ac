"""One value of JSON, read where it stands."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.scanner.compiled import inlined
from driftline.schemas.scanner.numbers import EXACT_MAX, TEN_MAX, TENS, nearest

Blob = NDArray[np.uint8]
UNFIT, NULL, FALSE, TRUE, NUMBER, TEXT, EMPTY = range(7)  # as in frame.Kind
SPAN = 1 << 21  # more than the longest text has bytes
DIGITS_MAX = 18  # more may not fit into 63 bits
EXPONENT_MAX = 400


class Token(NamedTuple):
    """A value: its kind (UNFIT: left to the decoder), where it ends, and what it is worth.

    For a number without fraction and exponent ``integer`` is true. A text stands between its quotes.
    """

    kind: int
    end: int
    number: float
    integer: bool


@inlined
def read_text(blob: Blob, place: int) -> Token:
    """The text that begins behind a quote; plain ASCII without escapes, or it is left to the decoder."""
    begin = place
    sign = blob[place]
    while 32 <= sign < 127 and sign != 34 and sign != 92:
        place += 1
        sign = blob[place]
    if sign != 34:
        return Token(UNFIT, place, 0.0, False)
    return Token(TEXT if place > begin else EMPTY, place + 1, 0.0, False)


@inlined
def worth(digits: int, power: int, negative: bool) -> tuple[bool, float]:
    """The float64 nearest to digits * 10**power; false when it is not decided here."""
    if digits == 0:
        return not negative, 0.0  # what becomes of -0 is the decoder's to say
    if digits <= EXACT_MAX and -TEN_MAX <= power <= TEN_MAX:
        number = digits / TENS[-power] if power < 0 else digits * TENS[power]
    else:
        decided, bits = nearest(np.uint64(digits), power)
        if not decided:
            return False, 0.0
        number = np.uint64(bits).view(np.float64)
    return True, -number if negative else number


@inlined
def read_exponent(blob: Blob, place: int) -> tuple[int, int]:
    """The end and the value of an exponent behind its e; end -1 when there is none."""
    negative = blob[place] == 45
    if negative or blob[place] == 43:
        place += 1
    begin, exponent = place, 0
    while 48 <= blob[place] <= 57:
        exponent = min(10 * exponent + blob[place] - 48, EXPONENT_MAX)
        place += 1
    return place if place > begin else -1, -exponent if negative else exponent


@inlined
def read_number(blob: Blob, place: int) -> Token:
    """The number that begins here."""
    negative = blob[place] == 45
    place += 1 if negative else 0
    begin, digits, power, count = place, 0, 0, 0
    while 48 <= blob[place] <= 57:
        digits = 10 * digits + (blob[place] - 48)
        place += 1
        count += 1
        if count > DIGITS_MAX:
            return Token(UNFIT, place, 0.0, False)
    if place == begin or (blob[begin] == 48 and place > begin + 1):
        return Token(UNFIT, place, 0.0, False)
    integer = True
    if blob[place] == 46:
        integer = False
        place += 1
        point = place
        while 48 <= blob[place] <= 57:
            digits = 10 * digits + (blob[place] - 48)
            count += 1 if digits != 0 else 0  # 19 digits may overflow, though not to 0
            place += 1
            if count > DIGITS_MAX:
                return Token(UNFIT, place, 0.0, False)
        power = point - place
        if power == 0:
            return Token(UNFIT, place, 0.0, False)
    if blob[place] == 101 or blob[place] == 69:
        integer = False
        place, exponent = read_exponent(blob, place + 1)
        power += exponent
        if place < 0:
            return Token(UNFIT, 0, 0.0, False)
    decided, number = worth(digits, power, negative)
    return Token(NUMBER if decided else UNFIT, place, number, integer)


@inlined
def is_word(blob: Blob, place: int, word: Blob) -> bool:
    """Whether a word stands at a place."""
    for index in range(len(word)):
        if blob[place + index] != word[index]:
            return False
    return True


WORD_NULL = np.frombuffer(b"null", np.uint8)
WORD_TRUE = np.frombuffer(b"true", np.uint8)
WORD_FALSE = np.frombuffer(b"false", np.uint8)


@inlined
def read_value(blob: Blob, place: int) -> Token:
    """The value that begins here; lists and objects are left to the decoder."""
    sign = blob[place]
    if sign == 34:
        return read_text(blob, place + 1)
    if sign == 45 or 48 <= sign <= 57:
        return read_number(blob, place)
    if sign == 110 and is_word(blob, place, WORD_NULL):
        return Token(NULL, place + 4, 0.0, False)
    if sign == 116 and is_word(blob, place, WORD_TRUE):
        return Token(TRUE, place + 4, 1.0, False)
    if sign == 102 and is_word(blob, place, WORD_FALSE):
        return Token(FALSE, place + 5, 0.0, False)
    return Token(UNFIT, place, 0.0, False)
