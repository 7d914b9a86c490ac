"""Looking at every value fools nobody, and what is clearly beyond its limit is told soon."""

from math import inf, log

import numpy as np
import pytest

from driftline.stream_app.monitoring.targets.confidence import log_evidence_of_mean, log_evidence_of_rate

ALPHA = 0.05
RUNS = 200
VALUES = 2000


def ever_beyond_rate(rate: float, limit: float, seed: int) -> int | None:
    """The first of VALUES values at which a 0/1 sequence is said to lie above a limit."""
    ones = np.cumsum(np.random.default_rng(seed).random(VALUES) < rate).tolist()
    for count, k in enumerate(ones, start=1):
        if k > limit * count and log_evidence_of_rate(count, k, limit) >= log(1 / ALPHA):
            return count
    return None


def test_a_rate_at_its_limit_is_seldom_told_however_often_one_looks() -> None:
    """A target would be called missed by chance, sooner or later, if every tick were a test of its own."""
    told = sum(ever_beyond_rate(0.1, 0.1, seed) is not None for seed in range(RUNS))
    assert told / RUNS <= ALPHA


def test_a_rate_beyond_its_limit_is_told_soon() -> None:
    """A confidence sequence that never concludes tells nobody anything."""
    told = [ever_beyond_rate(0.2, 0.1, seed) for seed in range(50)]
    assert all(place is not None for place in told)
    assert float(np.median([place for place in told if place is not None])) < 200


def test_a_mean_at_its_limit_is_seldom_told() -> None:
    """The same for numbers, whose variance has to be estimated; the first few values say nothing of it."""
    told = 0
    for seed in range(RUNS):
        values = np.random.default_rng(seed).gamma(2.0, 1.0, VALUES)
        counts = np.arange(1, VALUES + 1)
        means = np.cumsum(values) / counts
        variances = np.cumsum(values**2) / counts - means**2
        told += any(
            log_evidence_of_mean(n, means[n - 1] - 2.0, variances[n - 1]) >= log(1 / ALPHA)
            for n in range(50, VALUES, 10)
        )
    assert told / RUNS <= 2 * ALPHA  # two-sided here


@pytest.mark.parametrize(("count", "ones"), [(10.0, 0.0), (10.0, 10.0), (0.5, 0.0)])
@pytest.mark.parametrize("limit", [0.0, 1.0, 0.3])
def test_rates_at_the_edges_have_evidence(count: float, ones: float, limit: float) -> None:
    """A limit of 0 or 1 is a fair thing to ask, and logarithms of 0 are not."""
    assert abs(log_evidence_of_rate(count, ones, limit)) < inf


def test_a_constant_off_its_limit_is_certain() -> None:
    """Its variance is 0."""
    assert log_evidence_of_mean(5, 1.0, 0.0) == inf
    assert log_evidence_of_mean(5, 0.0, 0.0) == -inf
