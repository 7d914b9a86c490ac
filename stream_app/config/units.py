"""Units of signals, and amounts as a person writes them: ``5ms``, ``2%``, ``0.3``."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BeforeValidator

SHARE: Final = "share"
"""The unit of a part of 1; words print it as per cent."""
UNIT_OF_SUFFIX: Final[Mapping[str, str]] = {
    **{"ms": "ms", "s": "s", "seconds": "s", "minutes": "min", "hours": "h"},
    **{"bytes": "B", "kb": "kB", "mb": "MB", "gb": "GB", "db": "dB", "hz": "Hz"},
}
"""Last word of a name, as in ``latency_ms``: its unit."""
TIMES_MS: Final[Mapping[str, float]] = {
    **{"ms": 1.0, "s": 1e3, "sec": 1e3, "seconds": 1e3},
    **{"m": 6e4, "min": 6e4, "minutes": 6e4, "h": 3.6e6, "hours": 3.6e6, "d": 8.64e7},
}
"""Units of time in milliseconds: what is written in one may be meant for a signal in another."""
PER_CENT: Final = "%"

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(\S*)")


class Amount(NamedTuple):
    """So much, in a unit; without one in that of the signal it is about."""

    number: float
    unit: str = ""

    def in_unit(self, unit: str) -> float | None:
        """The number in another unit; None when the two have nothing to do with each other."""
        if self.unit in ("", unit):
            return self.number
        if self.unit == PER_CENT and unit == SHARE:
            return self.number / 100
        if self.unit in TIMES_MS and unit in TIMES_MS:
            return self.number * TIMES_MS[self.unit] / TIMES_MS[unit]
        return None

    def __str__(self) -> str:
        return f"{self.number:g}{self.unit}"


def unit_in(name: str) -> str:
    """The unit that a name ends in: ``ms`` for ``latency_ms``; empty where it ends in none."""
    before, _, suffix = name.lower().rpartition("_")
    return UNIT_OF_SUFFIX.get(suffix, "") if before else ""


def amount(value: Any) -> Any:
    """``5ms``, ``2%`` or a number as an `Amount`.

    Raises:
        ValueError: it is none, or not above 0.
    """
    if value is None or isinstance(value, Amount):
        return value
    match = None if isinstance(value, bool) else _AMOUNT.fullmatch(str(value).strip())
    if match is None or float(match[1]) <= 0:
        raise ValueError(
            f"{value!r} is not an amount: write 5ms, 2% or a number above 0 in the signal's unit."
        )
    return Amount(float(match[1]), match[2])


WrittenAmount = Annotated[Amount, BeforeValidator(amount)]
