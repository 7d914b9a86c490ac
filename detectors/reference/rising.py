"""Numbers that only ever rise: ids, counters, clocks. They have no level, and each value is news of none.

A row's id, the seconds since a deployment, the time of an event, the hour: what they are tomorrow is known
today, and any test of a level finds in them that time goes by.
"""

import numpy as np
from numpy.typing import NDArray

MOVES_MIN = 10  # judged: an hour that is sent as a number shows so many in half a day
FALLS_MAX = 2  # judged: a counter that begins again, an hour after midnight
RISES, SAID = 1, 2


def only_rises(values: NDArray[np.float64]) -> bool:
    """Whether values in their order [values] hardly ever fall, but rise often enough to tell."""
    steps = np.diff(values)
    moves, falls = int(np.count_nonzero(steps)), int(np.count_nonzero(steps < 0))
    return moves >= MOVES_MIN and falls <= min(FALLS_MAX, moves // MOVES_MIN)
