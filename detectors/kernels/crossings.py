"""How often the sums of a healthy signal come over two levels far below their thresholds.

That tells how heavy the tails of its innovations are (`calibration/crossings.py`).
"""

from typing import Any

import numpy as np

from driftline.detectors.compiled import inner
from driftline.detectors.state.lanes import CROSSING_LEVELS, LANES

LEVELS = np.array(CROSSING_LEVELS)
WIDER_SUM, NARROWER_SUM = LANES, LANES + 1  # their places, after the shifts


@inner
def count_crossings(signal: Any, which: int, before: float, after: float) -> None:
    """Notes the levels that a sum has come over with a value."""
    for level in range(2):
        if before <= LEVELS[level, which] < after:
            signal["crossings"][level, which] += 1.0


@inner
def forget_crossings(signal: Any, which: int, total: float) -> None:
    """What led to a detection is not counted: it may have been a change."""
    for level in range(2):
        if total > LEVELS[level, which]:
            signal["crossings"][level, which] = max(signal["crossings"][level, which] - 1.0, 0.0)
