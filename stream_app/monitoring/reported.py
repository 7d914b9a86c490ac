"""A finding, and the event that brought it about."""

from dataclasses import dataclass
from typing import NamedTuple

from driftline.detectors import Finding


class Arrival(NamedTuple):
    """When a row came into being: the event that caused it."""

    sequence: int
    time_ms: int
    offset: int


@dataclass(frozen=True)
class Reported:
    """A finding and the event at which it was made."""

    finding: Finding
    table: str
    arrival: Arrival
