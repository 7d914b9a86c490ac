"""Noise that is neither independent nor autoregressive: its false alarms are those that were asked for."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from driftline.detectors import BankSettings
from tests.detectors.streams import autoregressive, feed, numbered

Noise = Callable[[np.random.Generator], NDArray[np.float64]]
COLUMNS, ROWS, EVERY = 16, 100_000, 1e5


def beat(random: np.random.Generator) -> NDArray[np.float64]:
    """Requests a second when one comes every two seconds."""
    rows = np.arange(ROWS)[:, None] + np.arange(COLUMNS)
    return (rows % 2).astype(float)


def moving_average(random: np.random.Generator) -> NDArray[np.float64]:
    """The mean of the last eight values, and noise: only a long autoregression describes it."""
    noise = random.standard_normal((ROWS, COLUMNS))
    smooth = lfilter(np.ones(8) / 8, 1.0, random.standard_normal((ROWS, COLUMNS)), axis=0)
    return np.asarray(smooth * 1.5 + noise)


def calm_and_wild(random: np.random.Generator) -> NDArray[np.float64]:
    """Noise whose sd goes up and down by a seventh, over some hundred values."""
    log_sd = 0.15 * autoregressive(random, (ROWS, COLUMNS), 0.98)
    return np.asarray(random.standard_normal((ROWS, COLUMNS)) * np.exp(log_sd))


def false_alarms(values: NDArray[np.float64], detectors: tuple[str, ...]) -> int:
    return len(feed(numbered(COLUMNS, false_alarm_every=EVERY, detectors=detectors), values, [5_000]))


@pytest.mark.parametrize("noise", [beat, moving_average])
def test_a_beat_and_a_longer_memory_raise_few_false_alarms(noise: Noise) -> None:
    """60 times the false alarms that were asked for: here 16 are, and three times as many are let pass."""
    values = noise(np.random.default_rng(1))
    assert false_alarms(values, BankSettings().detectors) <= 3 * COLUMNS * ROWS / EVERY


def test_a_variance_that_comes_and_goes_is_no_change() -> None:
    """Latencies have calm and wild minutes: each of them would be told as a change of variance."""
    values = calm_and_wild(np.random.default_rng(1))
    assert false_alarms(values, ("variance",)) <= 3 * COLUMNS * ROWS / EVERY
