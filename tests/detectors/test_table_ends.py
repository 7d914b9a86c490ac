"""What a quantile table says beyond the few values that made it."""

import numpy as np
import pytest

from driftline.detectors.state.fields import GRID_POINTS
from driftline.detectors.table_ends import GRID, SCORES, Tails, half_sds, lengthen_tails


def ends_of(quantiles: np.ndarray, count: float, *, of_less_than_a_day: bool) -> np.ndarray:
    """The table [129] of a distribution of which only so many independent values are known."""
    reach = SCORES[int(np.searchsorted(GRID, 1 - 3 / count))]
    table = np.array(np.interp(np.clip(SCORES, -reach, reach), SCORES, quantiles))
    sds = half_sds(np.interp(np.random.default_rng(1).standard_normal(4_000), SCORES, quantiles))
    lengthen_tails(table, Tails(count, sds, of_less_than_a_day))
    return table


@pytest.mark.parametrize("log_sd", [0.5, 1.0])
def test_the_short_end_of_an_amount_is_short(log_sd: float) -> None:
    """Where a cycle takes it, values would be spread over fewer scores than they are, and seem calm."""
    quantiles = np.exp(log_sd * SCORES)
    at = int(np.searchsorted(SCORES, -2.8))
    slope = (quantiles[at + 1] - quantiles[at - 1]) / 2
    for of_less_than_a_day, most in ((True, 2.0), (False, np.inf)):
        table = ends_of(quantiles, 100.0, of_less_than_a_day=of_less_than_a_day)
        ratio = (table[at + 1] - table[at - 1]) / 2 / slope
        assert 0.9 < ratio < most


def test_what_is_not_skewed_stays_normal() -> None:
    """Chance would make one end short."""
    table = ends_of(SCORES, 100.0, of_less_than_a_day=True)
    assert table == pytest.approx(SCORES, abs=0.3)
    assert len(table) == GRID_POINTS
