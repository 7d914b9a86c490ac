"""How near signals are to a finding: the statistics of their tests as parts of their thresholds."""

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.evidence.table import nearest_test
from driftline.detectors.kernels.compiled import compiled
from driftline.detectors.state.fields import Records


def nearness_of(signals: Records) -> NDArray[np.float64]:
    """The largest statistic of the kernel's tests as a part of its threshold, 0 to 1 [signals].

    0 before a signal is armed. Read from the records, which it does not change. A test starts again once it
    has found something, so a signal whose incident is open may be near nothing. ADWIN has no statistic
    between its cuts.
    """
    nearness = np.empty(len(signals))
    write_nearness(signals, nearness)
    return nearness


@compiled
def write_nearness(signals: Records, nearness: NDArray[np.float64]) -> None:
    """`nearness_of`, into an array that is there: one pass over all signals of a bank."""
    for index in range(len(signals)):
        signal = signals[index]
        nearness[index] = min(nearest_test(signal), 1.0) if signal["armed"] != 0 else 0.0
