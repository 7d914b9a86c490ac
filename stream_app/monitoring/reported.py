"""A finding, and the event that brought it about."""

from dataclasses import dataclass
from math import inf
from typing import Any, Final, NamedTuple

from driftline.detectors import Finding


class Arrival(NamedTuple):
    """When a row came into being: the event that caused it."""

    sequence: int
    time_ms: int
    offset: int


class Until(NamedTuple):
    """Which of the rows that wait are read: those of events up to a sequence number, by kind of table."""

    predictions: float
    outcomes: float


EVERYTHING: Final = Until(inf, inf)


class KeptTable(NamedTuple):
    """A table as it was: its state as bytes, and the rows that waited."""

    state: bytes
    rows: tuple[list[Any], ...]


@dataclass(frozen=True)
class Reported:
    """A finding and the event at which it was made."""

    finding: Finding
    table: str
    arrival: Arrival
