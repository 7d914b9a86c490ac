"""What a tail is: values that lie farther above the level of the last hour than 95 % of the reference do.

A fixed quantile would take every noon for an incident: where load is high, latencies beyond the quantile of
the night are no news.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.forecast.local_level import LOCAL_MS, values_in
from driftline.detectors.kernels.scores import CLIP, heights_above_base

PROBABILITY = 0.95
DISTINCT_MAX = 64  # a reference with more distinct values is fine enough


def learn_tail(signal: np.void, values: NDArray[np.float64]) -> None:
    """How far above the level of the last hour the highest 5 % of values [reference_count] lie.

    Those are left out with which the level had just begun.
    """
    distinct = np.unique(values)
    is_coarse = 1 < len(distinct) <= DISTINCT_MAX
    signal["grain"] = np.diff(distinct).min() if is_coarse else 0.0
    signal["base_limit"], signal["base_memory"] = CLIP * values.std(), 2 * values_in(signal, LOCAL_MS)
    begin_base(signal, values)
    heights = np.empty(len(values))
    heights_above_base(signal, values, heights)
    heights = heights[len(values) // 4 :]
    signal["cut"] = np.quantile(heights, PROBABILITY)
    signal["ones"] = np.count_nonzero(heights > signal["cut"]) * len(values) / len(heights)
    begin_base(signal, values)


def begin_base(signal: np.void, values: NDArray[np.float64]) -> None:
    """The level of the last hour before the first of the reference's values."""
    signal["base"], signal["base_trend"], signal["base_counted"] = values[0], 0.0, 0.0
    signal["base_variance"], signal["base_steps"] = values.var(), 0.0
