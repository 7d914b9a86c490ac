"""Single values of a table: texts of a file become what they mean, times become epoch milliseconds."""

import re
from datetime import UTC, date, datetime, tzinfo
from math import isfinite
from typing import Any, Final

from driftline.schemas import epoch_ms

NOTHING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "#n/a"})
BOOLEANS: Final = {"true": True, "false": False}
# Not what begins with a zero, such as the postal code 01067.
NUMBER: Final = re.compile(r"[+-]?(0|[1-9]\d*|0?\.\d+|(0|[1-9]\d*)\.\d*)([eE][+-]?\d+)?")
DIGITS: Final = re.compile(r"\d+(\.\d+)?")
# Seconds reach this in the year 5138, milliseconds did in 1973.
SMALLEST_MS: Final = 100_000_000_000
LARGEST_MS: Final = 10_000_000_000_000


def value_of_text(text: str) -> float | bool | str | None:
    """A number, a boolean, nothing, or the text as it is."""
    text = text.strip()
    if NUMBER.fullmatch(text):
        return float(text)
    word = text.lower()
    if word in NOTHING:
        return None
    return BOOLEANS.get(word, text)


def is_nothing(cell: Any) -> bool:
    """Whether it is one of the ways to say that there is nothing: None, NaN, NaT, pandas' NA, no text.

    So are numbers that are not finite: JSON has none of them.
    """
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    return cell == "" if isinstance(cell, str) else isinstance(cell, float) and not isfinite(cell)


def name_of(cell: Any) -> str | None:
    """A cell as an identifier: a whole number without a fraction, whatever its library made of it."""
    if is_nothing(cell):
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() or None


def time_ms_of(cell: Any, zone: tzinfo | None) -> int | None:
    """The epoch milliseconds of a cell; ``zone`` is where the clock of times without an offset stood.

    Raises:
        ValueError: it is no time, or nobody says in which zone; says what would be right.
    """
    if is_nothing(cell):
        return None
    if isinstance(cell, datetime):
        return _moment(cell, zone)
    if isinstance(cell, date):
        return _moment(datetime(cell.year, cell.month, cell.day), zone)
    if not (text := str(cell).strip()):
        return None
    if DIGITS.fullmatch(text):
        return _since_epoch(float(text), text)
    try:
        return _moment(datetime.fromisoformat(text), zone)
    except ValueError as error:
        if "offset" in str(error):
            raise
        words = "write RFC 3339, or epoch seconds or milliseconds"
        raise ValueError(f"time {text} cannot be read: {words}.") from None


def _moment(moment: datetime, zone: tzinfo | None) -> int:
    if moment.tzinfo is None:
        if zone is None:
            raise ValueError(
                f"time {moment.isoformat(' ')} has no offset from UTC: say where its clock stood with "
                "--timezone, such as --timezone UTC or --timezone Europe/Berlin."
            )
        moment = moment.replace(tzinfo=zone)
    return epoch_ms(moment.astimezone(UTC))


def _since_epoch(number: float, text: str) -> int:
    if number >= LARGEST_MS:
        raise ValueError(f"time {text} is no epoch milliseconds: are they microseconds?")
    return round(number if number >= SMALLEST_MS else number * 1000)
