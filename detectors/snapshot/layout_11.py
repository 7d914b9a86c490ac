"""Signals of versions up to 11, which had evidence of shifts of 2 sd beside that of today's sizes."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from driftline.detectors.signals import NUMERIC
from driftline.detectors.snapshot.columns import layout_of
from driftline.detectors.state.fields import Records
from driftline.detectors.state.lanes import LANES

LANE_OF_2_SD: Final = 3


def without_2_sd(content: Mapping[str, Any], signals: Records) -> None:
    """Gives the other lanes of numbers and categories the places that they have now: from `content`, what a
    snapshot holds, into signals [rows] that were read by names. Lanes of 0/1 values are what they were.
    """
    before = np.frombuffer(content["bytes"], layout_of(content["layout"]))
    of_shifts = np.isin(signals["transform"], NUMERIC)
    everywhere = np.ones_like(of_shifts)
    rows = {"lanes": of_shifts, "weights": of_shifts, "gains": of_shifts, "crossings": everywhere}
    for name in rows.keys() & set(before.dtype.names or ()):
        signals[name][rows[name]] = np.delete(before[name], LANE_OF_2_SD, axis=-1)[rows[name]]


def has_todays_lanes(content: Mapping[str, Any]) -> bool:
    """Whether records, beside the description of their layout, have the lanes of today."""
    return f" lanes:f4:2x{LANES} " in content["layout"]
