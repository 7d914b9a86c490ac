"""What operators' verdicts made of a signal: its weight in the budget, and whether it still makes alerts.

A signal is known by its name, over all versions and roles: a feature that is noisy is noisy in the next
version too, and nobody should have to say it again after every roll-out.
"""

from math import log
from typing import Final

import msgspec

from driftline.schemas import Verdict

# What one verdict does to the weight. Noise is said more often than praise, so praise is worth less than
# noise costs: two useful alerts make good for about one that was noise.
FACTORS: Final[dict[Verdict | None, float]] = {None: 1.0, "noise": 0.5, "useful": 1.5, "expected_change": 1.0}
# Within these bounds a signal is still watched in earnest, and cannot take the budget of all others.
LEAST: Final = 1 / 8
MOST: Final = 4.0
# People forget, and so do weights: after this long only the square root of a factor is left.
HALF_LIFE_MS: Final = 30 * 86_400_000
NEAR_ONE: Final = log(1.05)
# So many alerts that were noise, and none that was useful, are enough.
NOISE_TO_DEMOTE: Final = 3
SIGHTINGS_KEPT: Final = 16


class Sighting(msgspec.Struct, array_like=True):
    """What a signal that makes no alerts would have said: in which stream, and when."""

    version: str
    role: str
    arrived_ms: int


class Standing(msgspec.Struct):
    """What is known of one signal. ``factor`` is that of ``as_of_ms``; time draws it back to 1."""

    factor: float = 1.0
    as_of_ms: int = 0
    noise: int = 0
    useful: int = 0
    watch_only: bool = False
    sightings: list[Sighting] = []

    def factor_at(self, now_ms: int) -> float:
        """The weight's factor now, decayed; 0 for a signal that makes no alerts and so takes no budget."""
        return 0.0 if self.watch_only else decayed(self.factor, now_ms - self.as_of_ms)

    def judge(self, verdict: Verdict, earlier: Verdict | None, now_ms: int) -> None:
        """Take a verdict on one of its alerts; ``earlier`` is the one that it replaces."""
        change = FACTORS[verdict] / FACTORS[earlier]
        present = decayed(self.factor, now_ms - self.as_of_ms)
        factor = min(max(present * change, LEAST), MOST)
        self.factor = 1.0 if abs(log(factor)) < NEAR_ONE else factor
        self.as_of_ms = now_ms
        self.noise += (verdict == "noise") - (earlier == "noise")
        self.useful += (verdict == "useful") - (earlier == "useful")

    @property
    def only_noise(self) -> bool:
        """Whether it has shown nothing but noise, and often enough."""
        return self.noise >= NOISE_TO_DEMOTE and not self.useful

    def promote(self, now_ms: int) -> None:
        """It makes alerts again, as if nobody had ever complained."""
        self.factor, self.as_of_ms, self.noise = 1.0, now_ms, 0
        self.watch_only, self.sightings = False, []

    def remember(self, sighting: Sighting) -> None:
        """Keep in mind what it would have said."""
        self.sightings.append(sighting)
        del self.sightings[:-SIGHTINGS_KEPT]

    def saw_first(self, version: str, role: str, detected_ms: int, within_ms: int) -> bool:
        """Whether it would have reported an incident of this stream no later than it was detected."""
        return any(
            (each.version, each.role) == (version, role) and 0 <= detected_ms - each.arrived_ms <= within_ms
            for each in self.sightings
        )


def decayed(factor: float, elapsed_ms: int) -> float:
    """A factor after a time: its logarithm halves in each half-life."""
    return float(factor ** (0.5 ** (elapsed_ms / HALF_LIFE_MS)))
