"""Times as epoch milliseconds: RFC 3339 in UTC, as serving systems write it. All else is left to msgspec."""

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.scanner.compiled import inlined

SHORTEST = 20  # 2026-11-22T10:00:00Z
FRACTION_DIGITS_MAX = 6
NO_TIME = -1


@inlined
def digits(blob: NDArray[np.uint8], begin: int, end: int) -> int:
    """The number that these digits make; NO_TIME when there is anything else."""
    number = 0
    for place in range(begin, end):
        digit = blob[place] - 48
        if digit < 0 or digit > 9:
            return NO_TIME
        number = 10 * number + digit
    return number


@inlined
def days_before(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 (H. Hinnant, days_from_civil); NO_TIME for a date that no calendar has."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if month < 1 or month > 12 or day < 1:
        return NO_TIME
    longest = 30 + (month + month // 8) % 2
    if month == 2:
        longest = 29 if leap else 28
    if day > longest:
        return NO_TIME
    shifted = year - 1 if month <= 2 else year
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    of_era = shifted % 400 * 365 + shifted % 400 // 4 - shifted % 400 // 100 + of_year
    return shifted // 400 * 146_097 + of_era - 719_468


@inlined
def is_sign(blob: NDArray[np.uint8], place: int, sign: int) -> bool:
    """Whether this sign stands at a place."""
    return bool(blob[place] == sign)


@inlined
def rfc3339_ms(blob: NDArray[np.uint8], begin: int, end: int) -> int:
    """Epoch milliseconds, rounded down, of the time that stands there; NO_TIME: it needs a closer look."""
    if end - begin < SHORTEST or blob[end - 1] != 90:  # Z
        return NO_TIME
    signs_fit = (
        is_sign(blob, begin + 4, 45)
        and is_sign(blob, begin + 7, 45)
        and is_sign(blob, begin + 10, 84)
        and is_sign(blob, begin + 13, 58)
        and is_sign(blob, begin + 16, 58)
    )
    year, month = digits(blob, begin, begin + 4), digits(blob, begin + 5, begin + 7)
    day, hour = digits(blob, begin + 8, begin + 10), digits(blob, begin + 11, begin + 13)
    minute, second = digits(blob, begin + 14, begin + 16), digits(blob, begin + 17, begin + 19)
    days = days_before(year, month, day)
    if not signs_fit or year < 1970 or days < 0 or hour < 0 or minute < 0 or second < 0:
        return NO_TIME
    if hour > 23 or minute > 59 or second > 59:
        return NO_TIME
    fraction_ms = 0
    if end - begin > SHORTEST:
        count = end - 1 - (begin + 20)
        if blob[begin + 19] != 46 or count < 1 or count > FRACTION_DIGITS_MAX:
            return NO_TIME
        fraction = digits(blob, begin + 20, end - 1)
        if fraction < 0:
            return NO_TIME
        fraction_ms = fraction * 1000 // 10**count
    return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + fraction_ms
