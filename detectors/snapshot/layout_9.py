"""Seasons of versions 8 and 9, which held the cycle of every signal, also of those that had none."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.snapshot.columns import layout_of, unpacked
from driftline.detectors.state.fields import CYCLE, SEASON, UNKNOWN, Records

SEASON_9: Final = layout_of(
    "mean:f4:336 knots:f4:336 weight:u2:336 sample:f8:336@0 weeks:i2:2x336@3360 steps:i2:336"
)


def seasons_and_cycles(content: Mapping[str, Any], signals: Records) -> tuple[Records, Records]:
    """Seasons [rows] in today's layout and the cycles of the signals that have one, who are told their rows.

    While a first day was sampled, the sample stood where mean and knots are: those of that signal begin anew.
    A reference that was put by has one row, whatever row it was. Raises SnapshotError as `unpacked`.
    """
    old = unpacked(content["seasons"], SEASON_9, "seasons", defaults={"weeks": UNKNOWN})
    seasons = np.zeros(len(old), SEASON)
    for name in ("weeks", "weight", "mean"):
        seasons[name] = old[name]
    has_season, rows = signals["season"] > 0, np.minimum(signals["season"], len(old)) - 1
    sampled = were_sampled(content["signals"])
    for name in ("weight", "mean"):
        seasons[name][rows[has_season & sampled]] = 0
    is_cyclic = (signals["cyclic"] != 0) | (signals["stepped"] != 0)
    cyclic = np.flatnonzero(has_season & is_cyclic & ~sampled)
    cycles = np.zeros(len(cyclic), CYCLE)
    for name in ("knots", "steps"):
        cycles[name] = old[name][rows[cyclic]]
    signals["cycle"][cyclic] = np.arange(1, len(cyclic) + 1)
    return seasons, cycles


def were_sampled(content: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Of which signals the first day was sampled."""
    before = np.frombuffer(content["bytes"], layout_of(content["layout"]))
    if "sampled_from_ms" not in (before.dtype.names or ()):
        return np.zeros(len(before), np.bool_)
    return np.asarray(before["sampled_from_ms"] != 0)
