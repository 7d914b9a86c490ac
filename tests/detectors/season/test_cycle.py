"""Whether there is a daily cycle, from what the half hours of less than a week say."""

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors.reference.distribution import DAY_SLOTS
from driftline.detectors.season.cycle import looks_flat
from driftline.detectors.state.fields import SLOTS

SAMPLED = 7.0  # values a half hour that a first day keeps
NIGHT = np.arange(DAY_SLOTS) < 14


def two_days(night: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means and weights [336]: both days are known by day, the night by the few values of the first one.

    Half hours differ by a quarter sd besides: neighbouring values depend on each other.
    """
    weights = np.zeros(SLOTS)
    weights[:DAY_SLOTS] = SAMPLED
    weights[DAY_SLOTS : 2 * DAY_SLOTS] = np.where(NIGHT, 0.0, 120.0)
    sd = np.sqrt(0.25**2 + 1 / np.maximum(weights, 1.0))
    noise = np.random.default_rng(seed).standard_normal(SLOTS) * sd
    cycle = np.tile(np.where(NIGHT, night, 0.0), SLOTS // DAY_SLOTS)
    return np.where(weights > 0, noise + cycle, 0.0), weights


@pytest.mark.parametrize("seed", range(8))
def test_a_night_that_only_the_first_day_has_seen_is_a_cycle(seed: int) -> None:
    """Weighed by its few values the night would not count, and every evening be told as a change."""
    assert not looks_flat(*two_days(-1.0, seed))


def test_noise_is_flat_though_a_night_is_less_certain() -> None:
    """Signals without a cycle would stay at a local level, blind to slow changes, for days."""
    assert sum(looks_flat(*two_days(0.0, seed)) for seed in range(100)) >= 98
