"""What is watched, and how: the plain values a bank is made from."""

from dataclasses import dataclass
from enum import IntEnum
from math import inf
from typing import Final, Literal

import numpy as np

from driftline.detectors.zone import zone_of


class Transform(IntEnum):
    """How a matrix cell becomes the value of a signal.

    A cell is a finite number, NaN (missing), +inf (a null result) or -inf (a wrong type). VALUE, BINARY,
    BOUNDED and CATEGORY pass finite cells on and count NaN and -inf as missing; a null result is neither. The
    others are 0/1. Cells a transform cannot judge (a range of a missing number) are skipped. Of MASS and
    SPIKE `minimum` and `maximum` of the signal are both the one value that they count.
    """

    VALUE = 0
    """A number as it is; detectors read its normal score under the reference."""
    BINARY = 1
    """0 or 1; detectors read it standardised by the reference rate."""
    CATEGORY = 2
    """A code 0, 1, 2, … becomes its surprise, -log p in nats; detectors read a normal score.

    The score orders categories by surprise: "up" is towards the rare; effect sizes are mean scores.
    """
    MISSING = 3
    """1 where the cell is NaN, else 0."""
    NULL = 4
    """1 where the cell is +inf, 0 for other cells that are not missing."""
    WRONG_TYPE = 5
    """1 where the cell is -inf, 0 for other cells that are not missing."""
    OUT_OF_RANGE = 6
    """1 where a finite cell lies outside minimum … maximum."""
    UNSEEN = 7
    """1 where a code did not occur in the reference."""
    TAIL = 8
    """1 where a finite cell lies farther above the level of the last hour than 95 % of the reference do."""
    BOUNDED = 9
    """A number from 0 to 1 that is watched like a rate: its mean, not its distribution."""
    MASS = 10
    """1 where a finite cell is the value that stands out of a number's reference, 0 for any other."""
    SPIKE = 11
    """1 where a finite cell is a value that a number's reference had seldom or never, 0 for any other."""
    EXTREME = 12
    """1 where a finite cell lies farther than `minimum` (negative) or `maximum` from the level of the last
    values, and from the cell before."""


def plain(*transforms: int) -> tuple[int, ...]:
    """Transforms as plain numbers: what a record holds is compared with those in a twentieth of the time."""
    return tuple(map(int, transforms))


NUMERIC = plain(Transform.VALUE, Transform.CATEGORY)
"""Detectors read standard normal scores of these; of all others standardised values from 0 to 1."""
LINES = plain(Transform.VALUE, Transform.CATEGORY, Transform.TAIL)
"""Through the last values of these lies a line; of all others the mean is all there is to follow."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One watched sequence: a column of the matrix, read through a transform.

    `minimum` and `maximum` bound OUT_OF_RANGE; `detectors` replaces the bank's own list for this signal.
    """

    name: str
    column: int
    transform: Transform
    minimum: float = -inf
    maximum: float = inf
    detectors: tuple[str, ...] | None = None


BOUNDS: Final = {
    "warm_up": (20, 100_000),
    "first_look": (100, 100_000),
    "categories": (1, 100_000),
    "window": (1, 65_535),
    "block": (1, 65_535),
}
"""The lowest and the highest of each count in `BankSettings`."""


@dataclass(frozen=True)
class BankSettings:
    """What all signals of a bank share; counts are in values of a signal.

    warm_up: what a reference is learned from. first_look: from so many values on a signal is watched by what
    they say, if that is enough (`first_look.py`); as many as the warm-up, and it is not watched before.
    false_alarm_every: mean number of values between two false alarms of all detectors of a signal together.
    resolution: "every_value" hands each value to the per-signal detectors, "auto" means of blocks.
    pace: how soon a healthy level may follow; "consumer" behaviour moves over weeks, "enterprise" data jumps.
    timezone: of the people whose days and weeks move the signals, as in "Europe/Berlin": half hours of the
    week are counted by its clock.
    window: values per half of the sliding recent window; block: values per block of the confirmation ring.
    """

    warm_up: int = 2000
    first_look: int = 300
    detectors: tuple[str, ...] = ("e_detector", "variance", "shape", "adwin", "page_hinkley")
    resolution: Literal["auto", "every_value"] = "auto"
    pace: Literal["consumer", "enterprise"] = "consumer"
    timezone: str = "UTC"
    false_alarm_every: float = 1e6
    categories: int = 100
    window: int = 1000
    block: int = 32

    def __post_init__(self) -> None:
        """Raises ValueError, with what would be right, for a setting out of range."""
        if self.resolution not in ("auto", "every_value"):
            raise ValueError(f"resolution is {self.resolution!r}; it is either 'auto' or 'every_value'")
        if self.pace not in ("consumer", "enterprise"):
            raise ValueError(f"pace is {self.pace!r}; it is either 'consumer' or 'enterprise'")
        zone_of(self.timezone)
        for name, (lowest, highest) in BOUNDS.items():
            if getattr(self, name) < lowest:
                raise ValueError(f"{name} is {getattr(self, name)}; the lowest possible is {lowest}")
            if getattr(self, name) > highest:
                raise ValueError(f"{name} is {getattr(self, name)}; the highest possible is {highest:,}")
        if not 100 <= self.false_alarm_every < inf:
            raise ValueError(
                f"false_alarm_every is {self.false_alarm_every}; the lowest possible is 100 values"
            )


def is_rate(signal: np.void) -> bool:
    """Whether a signal's record is that of a rate: its values are 0 or 1, or lie between."""
    return signal["transform"] not in NUMERIC


def is_share(signal: np.void) -> bool:
    """Whether the mean of a signal's values is a share: all of them are 0 or 1."""
    return is_rate(signal) and int(signal["transform"]) != Transform.BOUNDED
