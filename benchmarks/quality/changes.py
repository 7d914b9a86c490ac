"""The changes by their permanent ids: how much of a change is there, value by value.

What a size means depends on the noise: sd of the noise for a mean, a factor for a rate or a variance.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["mean", "rate", "variance", "swap"]
Course = Literal["abrupt", "gradual", "recurring"]

GRADUAL_VALUES = 5_000
"""A gradual change grows linearly over so many values."""
RECURRING_VALUES = 3_000
"""A recurring change stays, stays away and stays again for so many values each."""


@dataclass(frozen=True)
class Change:
    """A change that every signal of a scenario undergoes, each at an offset of its own."""

    id: str
    kind: Kind
    size: float
    course: Course = "abrupt"

    def share(self, since: NDArray[np.int64]) -> NDArray[np.float64]:
        """How much of it is there, 0 to 1; `since` counts values from its first one on, negative before."""
        if self.course == "gradual":
            return np.clip((since + 1) / GRADUAL_VALUES, 0.0, 1.0)
        there = since >= 0
        if self.course == "recurring":
            there &= (since // RECURRING_VALUES % 2 == 0) & (since < 3 * RECURRING_VALUES)
        return there.astype(np.float64)


CHANGES = {
    change.id: change
    for change in (
        Change("mean_025", "mean", 0.25),
        Change("mean_05", "mean", 0.5),
        Change("mean_1", "mean", 1.0),
        Change("mean_2", "mean", 2.0),
        Change("mean_3", "mean", 3.0),
        Change("rate_15", "rate", 1.5),
        Change("rate_2", "rate", 2.0),
        Change("rate_3", "rate", 3.0),
        Change("variance_2", "variance", 2.0),
        Change("class_swap", "swap", 1.0),
        Change("gradual", "mean", 1.0, "gradual"),
        Change("recurring", "mean", 1.0, "recurring"),
        Change("rate_gradual", "rate", 3.0, "gradual"),
        Change("rate_recurring", "rate", 3.0, "recurring"),
    )
}

TROUBLES = {
    change.id: change
    for change in (
        Change("mean_035", "mean", 0.35),
        Change("mean_07", "mean", 0.7),
        Change("mean_14", "mean", 1.4),
        Change("rate_half", "rate", 0.5),
        Change("rate_third", "rate", 1 / 3),
        Change("variance_half", "variance", 0.5),
        Change("variance_15", "variance", 1.5),
        Change("variance_gradual", "variance", 2.0, "gradual"),
    )
}
"""What no detector is made for: sizes between their alternatives, and what becomes less."""
