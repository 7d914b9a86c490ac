"""How long labels take, as a histogram of few and small numbers."""

from bisect import bisect_left
from math import sqrt
from typing import Final

# A second to half a year in steps of a fifth of the decade: a median is right to 26 %, which is all that
# people ask of "about two days". 37 counts of a model.
STEPS_PER_DECADE: Final = 5
EDGES_S: Final[tuple[float, ...]] = tuple(
    10.0 ** (step / STEPS_PER_DECADE) for step in range(7 * STEPS_PER_DECADE + 2)
)


class Delays:
    """Counts of delays by their size."""

    def __init__(self) -> None:
        self._counts = [0] * (len(EDGES_S) + 1)

    @property
    def count(self) -> int:
        """How many delays there were."""
        return sum(self._counts)

    def add(self, delay_ms: int) -> None:
        """One more; a negative one counts as none."""
        self._counts[bisect_left(EDGES_S, delay_ms / 1000)] += 1

    def median_s(self) -> float | None:
        """The delay that half of them do not exceed, in seconds; None when there was none."""
        half = (self.count + 1) // 2
        below = 0
        for place, count in enumerate(self._counts):
            below += count
            if below >= half > 0:
                return middle_s(place)
        return None

    def snapshot(self) -> list[int]:
        """Plain values for the state codec."""
        return list(self._counts)

    def restore(self, snapshot: list[int]) -> None:
        """Take up what was counted before."""
        self._counts = list(snapshot)


def middle_s(place: int) -> float:
    """The delay that a cell of the histogram stands for, in seconds."""
    if place == 0:
        return EDGES_S[0] / 2
    if place == len(EDGES_S):
        return EDGES_S[-1]
    return sqrt(EDGES_S[place - 1] * EDGES_S[place])
