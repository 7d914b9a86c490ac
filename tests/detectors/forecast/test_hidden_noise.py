"""How much of slow noise a local level has taken, from what it left and from the means of half hours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.detectors.forecast.hidden_noise import Seen, hidden_variance, means_vary_by
from tests.detectors.streams import autoregressive, feed, numbered

MINUTE_MS, DAY = 60_000, 1_440


@given(
    phi=st.floats(0.1, 0.95), share=st.floats(0, 0.9), scale=st.floats(1e-3, 1e3), values=st.integers(5, 40)
)
def test_what_was_taken_of_a_process_of_first_order_is_found(
    phi: float, share: float, scale: float, values: int
) -> None:
    """Sums around the cycle would vary more than is thought, and every slow test fire."""
    of_means = means_vary_by(Seen(scale, scale * phi, 0.0, values), 0.0)
    taken = share * min(of_means, scale * phi)
    found = hidden_variance(Seen(scale - taken, scale * phi - taken, of_means, values))
    assert found == pytest.approx(taken, abs=1e-3 * scale)


@given(wandering=st.floats(0, 0.2), values=st.integers(1, 100_000))
def test_no_more_is_found_than_half_hours_show(wandering: float, values: int) -> None:
    """Independent values on a level that moves would be taken for a slow process, and nothing be seen."""
    of_means = wandering + 1 / values
    assert 0 <= hidden_variance(Seen(1.0, 0.0, of_means, values)) <= of_means


def test_a_signal_knows_its_autocorrelation_when_its_week_is_over() -> None:
    """At 0.9 and a value a minute it seemed 0.83: half of all findings of healthy models came then."""
    noise = autoregressive(np.random.default_rng(2), (7 * DAY + 60, 8), 0.9)
    wave = np.sin(2 * np.pi * np.arange(len(noise))[:, None] / DAY)
    bank = numbered(8, false_alarm_every=1e6, warm_up=2_000)
    feed(bank, noise + wave, [4_096], spacing_ms=MINUTE_MS)
    signals = bank._arrays.signals
    assert not signals["local"].any()
    assert signals["phi"] == pytest.approx([0.9] * 8, abs=0.03)
