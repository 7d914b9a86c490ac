"""What a test of the kernel is: a row that says all that anybody else has to know of it.

What it adds up is compiled; the rest are functions that read the record of a signal.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from driftline.detectors.compiled import inner
from driftline.detectors.findings import Detected, Finding
from driftline.detectors.state.arrays import Row
from driftline.detectors.state.fields import Changed


class KernelTest(NamedTuple):
    """A test by the name that configurations and findings have for it.

    weight: by which it shares in the false alarms of a signal (`table.py`). made_for: which signals; numbers
    are categories too. set_threshold: for a mean number of values between its false alarms, inf: it is not
    asked for. direction: which way it has fired, +1 or -1. statistic: of a direction, the statistic that
    comes nearest to its threshold, and that. says: the finding of a detection in a direction, None where it
    is none. of: what it finds changed. lasts: whether that is so now; of the mean that is known without the
    test that found it.
    """

    name: str
    weight: float
    made_for: Literal["numbers", "rates", "all"]
    set_threshold: Callable[[np.void, float], None]
    direction: Callable[[np.void], int]
    statistic: Callable[[np.void, int], tuple[float, float]]
    says: Callable[[Detected, Row, int], Finding | None]
    of: Changed = "mean"
    lasts: Callable[[np.void], bool] | None = None

    def applies(self, *, rate: bool) -> bool:
        """Whether it is made for signals of 0/1 values, or of numbers and categories."""
        return self.made_for in ("all", "rates" if rate else "numbers")


@inner
def part(statistic: float, threshold: float) -> float:
    """A threshold that is infinite (out of reach) or not set yet is no nearer for any statistic."""
    return statistic / threshold if threshold > 0.0 and np.isfinite(statistic) else 0.0
