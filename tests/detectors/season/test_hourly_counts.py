"""Values that come once an hour, on a day with a cycle: a local line is longer than their day."""

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform
from tests.detectors.streams import feed

HOUR_MS = 3_600_000
MODELS, CHANGED = 16, 9 * 24 + 10
SETTINGS = BankSettings(warm_up=144, false_alarm_every=2e3)


def hourly(days: int, share: float, amplitude: float) -> NDArray[np.float64]:
    """Predictions an hour [hours, models] with 900 a day, from the tenth day on only a share of them."""
    hours = np.arange(24 * days)
    expected = 37.5 * (1 + amplitude * np.sin((hours - 9) * 2 * np.pi / 24))
    expected[CHANGED:] *= share
    return np.random.default_rng(5).poisson(expected[:, None], (len(hours), MODELS)).astype(float)


def watching() -> Bank:
    """A bank of the models' volumes."""
    bank = Bank(SETTINGS)
    bank.add([Signal(f"volume {model}", model, Transform.VALUE) for model in range(MODELS)], MODELS)
    return bank


def found(days: int, share: float, amplitude: float) -> list[Finding]:
    """What is found in them."""
    return feed(watching(), hourly(days, share, amplitude), spacing_ms=HOUR_MS)


@pytest.mark.parametrize("amplitude", [0.3, 0.8])
def test_half_of_them_gone_is_found_within_a_day(amplitude: float) -> None:
    """The whole cycle stayed in what was taken for noise: 1 of 16 was found, and of a thin model's traffic
    half was gone for days, without a word in 3 of 3 replays.
    """
    late = [each for each in found(11, 0.5, amplitude) if CHANGED <= each.detected_offset < CHANGED + 24]
    first = {each.signal: each for each in reversed(late)}
    assert len(first) >= MODELS - 1
    assert all(each.direction == "down" for each in first.values())


@pytest.mark.parametrize("amplitude", [0.3, 0.8])
def test_healthy_ones_keep_their_budget(amplitude: float) -> None:
    """What is taken for noise must not be less than there is."""
    days = 35
    asked = MODELS * days * 24 / SETTINGS.false_alarm_every
    assert len(found(days, 1.0, amplitude)) <= 2 * asked


def test_its_noise_is_that_around_its_cycle() -> None:
    """Of 37 an hour the root of them is noise, a fifth of what the day moves them by: nobody waits eight days
    to see that they are back.
    """
    bank, counts = watching(), hourly(9, 1.0, 0.8)
    feed(bank, counts[:150], spacing_ms=HOUR_MS)
    noise = [bank.state_of(signal.name).noise_sd for signal in bank.signals]
    assert noise == [1.0] * MODELS
    feed(bank, counts[150:], first=150, spacing_ms=HOUR_MS)
    noise = [bank.state_of(signal.name).noise_sd for signal in bank.signals]
    assert 0.25 < np.median(noise) < 0.55
