"""The thresholds keep the promise they are made from: a mean number of values between false alarms."""

from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Transform
from driftline.detectors.calibration.adwin import ADWIN_UPDATES, adwin_delta
from driftline.detectors.evidence.page_hinkley import lundberg, normal_parameters, rate_parameters
from tests.detectors.streams import feed, numbered

REQUESTED = 2000.0
SIGNALS = 20


def realised(values: NDArray[np.float64], transform: Transform, detector: str) -> float:
    """Mean number of values between findings in columns without a change.

    The reference spans two days: a local level would take away what ADWIN's long windows see.
    """
    columns = values.shape[1]
    settings = {"warm_up": 2000, "resolution": "every_value", "false_alarm_every": REQUESTED}
    bank = numbered(columns, transform, detectors=(detector,), **settings)
    return columns * (len(values) - 2000) / max(len(feed(bank, values, spacing_ms=100_000)), 1)


@pytest.mark.parametrize("detector", ["page_hinkley", "adwin"])
@pytest.mark.parametrize("shape", ["normal", "t", "log-normal", "rate", "category"])
def test_false_alarms_are_as_rare_as_requested(shape: str, detector: str) -> None:
    """The budget of false alarms would be a number without meaning."""
    random = np.random.default_rng(17)
    size = (14_000, SIGNALS)
    values = {
        "normal": random.standard_normal(size),
        "t": random.standard_t(3, size),
        "log-normal": random.lognormal(0, 1, size),
        "rate": (random.random(size) < 0.06).astype(float),
        "category": random.choice(4, size, p=[0.4, 0.3, 0.2, 0.1]) + 1.0,
    }[shape]
    transforms = {"rate": Transform.BINARY, "category": Transform.CATEGORY}
    ratio = realised(values, transforms.get(shape, Transform.VALUE), detector) / REQUESTED
    assert 0.5 < ratio < 2.2


def test_one_rare_event_does_not_fire() -> None:
    """A single missing value among millions would raise an alarm."""
    values = np.zeros((12_000, 3))
    values[5000, 0] = values[7000, 1] = values[2001, 2] = 1.0
    for resolution in ("every_value", "auto"):
        assert feed(numbered(3, Transform.BINARY, resolution=resolution), values) == []


def test_siegmund_for_the_cusum() -> None:
    """The threshold for normal scores would not follow from the published formula."""
    delta, threshold = normal_parameters(1e6)
    b = threshold + 1.166
    one_sided = (np.exp(2 * delta * b) - 2 * delta * b - 1) / (2 * delta**2)
    assert one_sided / 2 == pytest.approx(1e6, rel=1e-6)


@pytest.mark.parametrize("rate", [0.5, 0.2, 0.01, 1e-4, 0.9])
def test_lundberg_equation_is_solved(rate: float) -> None:
    """Thresholds of rates would rest on a wrong exponent."""
    scale = max(sqrt(rate * (1 - rate)), 0.2)
    high, low = (1 - rate) / scale, -rate / scale
    delta = rate_parameters(rate, scale, 1e6).delta
    theta = lundberg(high, low, rate, delta)
    assert rate * np.exp(theta * (high - delta)) + (1 - rate) * np.exp(
        theta * (low - delta)
    ) == pytest.approx(1)
    assert theta > 0
    assert delta < -low or delta < high


@pytest.mark.parametrize("clock", sorted(ADWIN_UPDATES))
def test_adwin_delta_falls_as_alarms_become_rarer(clock: int) -> None:
    """Asking for fewer false alarms would bring more."""
    deltas = [adwin_delta(every, clock) for every in np.geomspace(100, 1e9, 50)]
    assert deltas == sorted(deltas, reverse=True)
    assert 0 < deltas[-1] < deltas[0] <= 0.5
    assert adwin_delta(ADWIN_UPDATES[clock][2], clock) == pytest.approx(0.05)
