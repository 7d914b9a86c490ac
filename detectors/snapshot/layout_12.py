"""Signals of the first layout of version 12 and before, which did not say where a block of values began."""

from collections.abc import Mapping
from typing import Any

from driftline.detectors.state.fields import Records


def count_anew(signals: Records) -> None:
    """Lets what is counted since a variance changed begin now, against the noise that a signal has now: a
    block of which nobody knows where it began would hold all values since the change.
    """
    signals["spread_stay"] = 0.0
    signals["spread_stay"][:, 3] = signals["sigma"]


def has_blocks(content: Mapping[str, Any]) -> bool:
    """Whether records, beside the description of their layout, say where their blocks began."""
    return " spread_stay:f8:4 " in content["layout"]
