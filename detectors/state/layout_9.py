"""Seasons of versions 8 and 9, which held the cycle of every signal, also of those that had none."""

from typing import Any, Final

import numpy as np

from driftline.detectors.state.columns import layout_of, unpacked
from driftline.detectors.state.fields import CYCLE, SEASON, UNKNOWN, Records

SEASON_9: Final = layout_of(
    "mean:f4:336 knots:f4:336 weight:u2:336 sample:f8:336@0 weeks:i2:2x336@3360 steps:i2:336"
)


def seasons_and_cycles(content: dict[str, Any], signals: Records) -> tuple[Records, Records]:
    """Seasons [rows] in today's layout and the cycles of the signals that have one, who are told their rows.

    A reference that was put by has one row, whatever row it was. Raises SnapshotError as `unpacked`.
    """
    old = unpacked(content, SEASON_9, "seasons", defaults={"weeks": UNKNOWN})
    seasons = np.zeros(len(old), SEASON)
    for name in ("weeks", "weight", "mean"):
        seasons[name] = old[name]
    has_season, rows = signals["season"] > 0, np.minimum(signals["season"], len(old)) - 1
    sampled = rows[has_season & (signals["sampled_from_ms"] != 0)]
    seasons["sample"][sampled] = old["sample"][sampled]
    cyclic = np.flatnonzero(has_season & ((signals["cyclic"] != 0) | (signals["stepped"] != 0)))
    cycles = np.zeros(len(cyclic), CYCLE)
    for name in ("knots", "steps"):
        cycles[name] = old[name][rows[cyclic]]
    signals["cycle"][cyclic] = np.arange(1, len(cyclic) + 1)
    return seasons, cycles
