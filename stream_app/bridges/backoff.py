"""How long to wait before the next attempt."""

import random
from dataclasses import dataclass, field
from typing import Final

LONGEST_S: Final = 3600.0
"""Whatever a far side asks for, it is tried again after an hour."""


@dataclass(frozen=True)
class Backoff:
    """Pauses that double from ``first_s`` up to ``at_most_s``, each shortened by up to a half at random, so
    that many who were refused at once do not come back at once.
    """

    first_s: float
    at_most_s: float
    randomness: random.Random = field(default_factory=random.Random)

    def pause_s(self, failures: int, retry_after_s: float | None = None) -> float:
        """After so many failures in a row (from 1); never less than the far side asks for."""
        doubled = min(self.first_s * 2.0 ** min(failures - 1, 32), self.at_most_s)
        pause_s = doubled * (1.0 - self.randomness.random() / 2)
        return pause_s if retry_after_s is None else max(pause_s, min(retry_after_s, LONGEST_S))
