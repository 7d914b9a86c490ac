"""Small shifts of autocorrelated signals: of each a smaller one is left in innovations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.detectors.evidence.e_detector import set_threshold
from driftline.detectors.evidence.shifts import EXCESS
from driftline.detectors.evidence.thresholds import fit_to_autocorrelation
from driftline.detectors.state.fields import SIGNAL
from driftline.detectors.state.lanes import LANES
from tests.detectors.streams import autoregressive, feed, numbered

PHI = 0.9
WARM_UP, CHANGED_AT = 20_000, 40_000


def test_a_shift_of_half_an_sd_is_seen_where_false_alarms_are_rare() -> None:
    """0.11 sd of innovations: less than half of any shift that independent values are watched for."""
    values = autoregressive(np.random.default_rng(1), (CHANGED_AT + 40_000, 8), PHI)
    values[CHANGED_AT:] += 0.5
    bank = numbered(8, warm_up=WARM_UP, false_alarm_every=1e7, detectors=("e_detector",))
    found = feed(bank, values, [5_000], spacing_ms=40_000)
    assert {finding.signal for finding in found} == {str(column) for column in range(8)}
    assert min(finding.detected_offset for finding in found) > CHANGED_AT


def test_healthy_signals_keep_the_weights_of_their_smaller_shifts() -> None:
    """Those come over the levels in longer clusters: taken for usual ones they would count less."""
    bank = numbered(8, warm_up=WARM_UP, false_alarm_every=1e8, detectors=("e_detector",))
    values = autoregressive(np.random.default_rng(1), (200_000, 8), PHI)
    feed(bank, values, [5_000], spacing_ms=40_000)
    for signal in bank._arrays.signals:
        scale = float(signal["shift_scale"])
        assert scale == pytest.approx(((1 - PHI) / (1 + PHI)) ** 0.25, rel=0.1)
        assert signal["weights"] == pytest.approx([EXCESS / (2 * LANES * 1e8)] * LANES, rel=1e-6, abs=0.0)


@given(st.floats(-0.5, 0.95), st.floats(-0.5, 0.95), st.floats(0.0, 0.99), st.floats(1e3, 1e9))
def test_another_threshold_is_no_alarm(before: float, after: float, full: float, every: float) -> None:
    """Evidence that counts for more than when it was added up would be a false alarm in itself."""
    signal = np.zeros(1, SIGNAL)[0]
    signal["phi"] = before
    fit_to_autocorrelation(signal)
    set_threshold(signal, 1e6)
    signal["lanes"] = 1e6 * full
    counted = signal["weights"] * signal["lanes"]
    signal["phi"] = after
    fit_to_autocorrelation(signal)
    set_threshold(signal, every)
    assert (signal["weights"] * signal["lanes"] <= counted * 1.001).all()
