"""A level that wanders by itself is followed; what jumps is found, and what drifts is not learned away."""

from math import exp

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank
from driftline.detectors.forecast.wandering import NONE, kalman_gain, wandering
from driftline.detectors.kernels.long_run import BLOCK, FAR, NEAR
from tests.detectors.streams import autoregressive, feed, numbered

COLUMNS, ROWS, CHANGED, EVERY = 16, 150_000, 140_000, 1e6
MEMORY = 2_000  # values


def wandering_noise(sd: float, rows: int = ROWS, seed: int = 1) -> NDArray[np.float64]:
    """Independent noise of sd 1 [rows, COLUMNS] on an autoregressive level of that sd."""
    random = np.random.default_rng(seed)
    level = sd * autoregressive(random, (rows, COLUMNS), exp(-1 / MEMORY))
    return level + random.standard_normal((rows, COLUMNS))


def sums_of(scores: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """What the kernel adds up of the means of blocks."""
    means = scores.reshape(-1, BLOCK).mean(axis=1)
    near, far = ((means[lag:] * means[:-lag]).sum() for lag in (NEAR, FAR))
    return float(len(means)), float((means**2).sum()), float(near), float(far)


def known(bank: Bank, name: str) -> NDArray[np.float64]:
    return np.asarray(bank._arrays.signals[name])


@pytest.mark.parametrize("sd", [0.5, 1.0, 2.0])
def test_its_variance_and_memory_are_recovered(sd: float) -> None:
    """The filter would follow jumps, or fall behind the wandering."""
    found = [wandering(sums_of(column), 1 + sd**2) for column in wandering_noise(sd, 3_200_000 // 8).T]
    assert np.mean([slow.variance for slow in found]) == pytest.approx(sd**2, rel=0.2)
    assert np.mean([1 - slow.kept for slow in found]) == pytest.approx(1 / MEMORY, rel=0.3)


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_neighbours_that_are_alike_do_not_wander(phi: float) -> None:
    """Every such signal would follow a lasting change before it is seen."""
    columns = autoregressive(np.random.default_rng(2), (64_000, 32), phi).T
    assert [wandering(sums_of(column), 1.0) for column in columns] == [NONE] * 32


def test_the_gain_solves_its_equation() -> None:
    """Innovations would be foretold by those before."""
    for kept, step_variance in ((0.999, 1e-3), (0.9, 0.1), (0.5, 1e-6)):
        gain = kalman_gain(step_variance, kept)
        predicted = gain / (1 - gain)
        assert kept**2 * predicted / (1 + predicted) + step_variance == pytest.approx(predicted)


@pytest.mark.parametrize("sd", [0.5, 1.5])
def test_wandering_raises_few_false_alarms_once_it_is_known(sd: float) -> None:
    """Traffic goes up and down within the hour: a hundred findings a day of a single service."""
    findings = feed(numbered(COLUMNS, false_alarm_every=EVERY), wandering_noise(sd), [5_000])
    late = [found for found in findings if found.detected_offset > 30_000]
    assert len(late) <= 3 * COLUMNS * (ROWS - 30_000) / EVERY


def test_what_jumps_is_found_at_once() -> None:
    """A service that lost a third of its requests would be taken for one that has fewer now and then."""
    values = wandering_noise(1.0)
    values[CHANGED:] += 6.0
    bank = numbered(COLUMNS, false_alarm_every=EVERY)
    findings = feed(bank, values, [5_000])
    assert (known(bank, "wander_gain") > 0.01).all()
    delays = {
        f.signal: f.detected_offset - CHANGED for f in reversed(findings) if f.detected_offset >= CHANGED
    }
    assert len(delays) == COLUMNS
    assert max(delays.values()) <= 10


def test_a_slow_drift_is_no_wandering() -> None:
    """It would be followed for ever, and no one told."""
    values = wandering_noise(0.0)
    values[50_000:] += np.linspace(0.0, 1.5, ROWS - 50_000)[:, None]
    bank = numbered(COLUMNS, false_alarm_every=EVERY)
    findings = feed(bank, values, [5_000], spacing_ms=10_000)
    assert {found.signal for found in findings} == {str(column) for column in range(COLUMNS)}
    assert (known(bank, "wander_gain") == 0.0).all()
