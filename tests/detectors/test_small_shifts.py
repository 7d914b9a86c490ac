"""Small shifts of autocorrelated signals: of each a smaller one is left in innovations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.detectors.calibration import cusum_heights
from driftline.detectors.kernels.cusums import ABSORBED_MAX, DRIFTS, Step, slow_step
from driftline.detectors.kernels.lanes import SHIFTS
from driftline.detectors.state.fields import SIGNAL
from driftline.detectors.thresholds import fit_to_autocorrelation
from tests.detectors.streams import autoregressive, feed, numbered

PHI = 0.9
WARM_UP, CHANGED_AT = 20_000, 40_000


def test_a_shift_of_half_an_sd_is_seen_where_false_alarms_are_rare() -> None:
    """0.11 sd of innovations: less than the drift of any CUSUM of independent values."""
    values = autoregressive(np.random.default_rng(1), (CHANGED_AT + 40_000, 8), PHI)
    values[CHANGED_AT:] += 0.5
    bank = numbered(8, warm_up=WARM_UP, false_alarm_every=1e7, detectors=("cusum",))
    found = feed(bank, values, [5_000], spacing_ms=40_000)
    assert {finding.signal for finding in found} == {str(column) for column in range(8)}
    assert min(finding.detected_offset for finding in found) > CHANGED_AT


def test_healthy_signals_keep_the_thresholds_of_their_slower_sums() -> None:
    """Those come over the levels in longer clusters: taken for usual ones thresholds would rise."""
    bank = numbered(8, warm_up=WARM_UP, false_alarm_every=1e8, detectors=("cusum",))
    values = autoregressive(np.random.default_rng(1), (200_000, 8), PHI)
    feed(bank, values, [5_000], spacing_ms=40_000)
    for signal in bank._arrays.signals:
        scale = float(signal["shift_scale"])
        assert scale == pytest.approx(((1 - PHI) / (1 + PHI)) ** 0.25, rel=0.1)
        assert signal["heights"] == pytest.approx(cusum_heights(1e8, scale), rel=1e-12)


@given(st.floats(-0.5, 0.95), st.floats(-0.5, 0.95), st.floats(0.0, 0.99))
def test_another_coefficient_is_no_alarm(before: float, after: float, full: float) -> None:
    """What sums are when thresholds fall would be a false alarm in itself."""
    signal = np.zeros(1, SIGNAL)[0]
    signal["phi"] = before
    fit_to_autocorrelation(signal)
    signal["lanes"] = full * np.array(cusum_heights(1e4, float(signal["shift_scale"])))
    signal["phi"] = after
    fit_to_autocorrelation(signal)
    assert (signal["lanes"] < cusum_heights(1e4, float(signal["shift_scale"]))).all()


def test_a_shift_is_not_learned_away_before_it_is_seen() -> None:
    """The level goes on as the mean of all values: what it has absorbed of a shift, a sum has to expect."""
    signal = np.zeros(1, SIGNAL)[0]
    level, sums = 0.0, []
    for count in range(5_000, 15_000):
        gain = 1.0 / (count + 1)
        value = SHIFTS[0] - level
        level += gain * value
        signal["lanes"][0, 0] = slow_step(signal, 0, 0, Step(value, DRIFTS[0], gain))
        sums.append(float(signal["lanes"][0, 0]))
    assert signal["absorbed"][0, 0] == ABSORBED_MAX
    assert (np.diff(sums) > 0).all()


def test_a_sum_that_was_0_expects_a_whole_shift() -> None:
    """Else a change long after another excursion counted for half."""
    signal = np.zeros(1, SIGNAL)[0]
    signal["absorbed"] = ABSORBED_MAX
    assert slow_step(signal, 1, 1, Step(1.0, DRIFTS[1], 0.01)) == 1.0 - DRIFTS[1]
    assert signal["absorbed"][1, 1] == pytest.approx(0.01)
