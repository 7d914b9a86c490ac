"""What a signal makes of a warm-up that was not as healthy as a reference should be."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Finding
from driftline.detectors.reference.distribution import is_no_spike
from driftline.detectors.reference.steps import settled_from
from tests.detectors.streams import autoregressive, feed, numbered

WARM_UP, COLUMNS = 2_000, 8
HOUR_MS = 3_600_000
TOLD_SD = 0.1


def noise(rows: int, phi: float, seed: int = 1) -> NDArray[np.float64]:
    return autoregressive(np.random.default_rng(seed), (rows, COLUMNS), phi)


def told(values: NDArray[np.float64]) -> list[Finding]:
    bank = numbered(COLUMNS, warm_up=WARM_UP, false_alarm_every=1e7)
    return [found for found in feed(bank, values, [1_000]) if abs(found.effect_size_sd) >= TOLD_SD]


@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_a_step_in_the_warm_up_hides_no_step_after_it(phi: float) -> None:
    """With a reference of two levels a step of 18 sd, of what is between them, passed."""
    values = noise(8_000, phi)
    values[700:] += 18.0
    values[6_000:] += 18.0
    found = told(values)
    assert {each.signal for each in found[:COLUMNS]} == {str(column) for column in range(COLUMNS)}
    assert all(6_000 <= each.detected_offset <= 6_002 for each in found[:COLUMNS])
    assert all(each.effect_size_sd > 10 for each in found)


@pytest.mark.parametrize("phi", [0.0, 0.9])
def test_spikes_in_the_warm_up_hide_no_step_after_it(phi: float) -> None:
    """One value 10,000 sd away made the sd 220, and of every change a small one."""
    values = noise(8_000, phi)
    values[6_000:] += 8.0
    without = told(values)[:COLUMNS]
    values[[300, 1_100, 1_500]] = 1e4
    found = told(values)[:COLUMNS]
    assert {each.signal for each in found} == {str(column) for column in range(COLUMNS)}
    assert [each.detected_offset for each in found] == [each.detected_offset for each in without]
    for spiky, clean in zip(found, without, strict=True):
        assert 6_000 <= spiky.detected_offset <= 6_020 and spiky.effect_size_sd > 4
        assert spiky.effect_size_sd == pytest.approx(clean.effect_size_sd, abs=0.2)


def test_a_stretch_of_another_level_is_left_out() -> None:
    """A backfill or a test in the middle of the first hour is two steps."""
    values = noise(2_000, 0.5)
    values[500:900] -= 5.0
    for column in values.T:
        assert abs(settled_from(column, HOUR_MS) - 900) < 20


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9, 0.97])
def test_healthy_values_have_no_step(phi: float) -> None:
    """A reference would lose half of its values, or never be one."""
    healthy = noise(2_000, phi)
    hours = np.arange(len(healthy))[:, None] / len(healthy) + np.arange(COLUMNS) / COLUMNS
    for values in (healthy, np.exp(healthy), healthy + 1.5 * np.sin(2 * np.pi * hours)):
        for span_h in (1, 24):
            assert [settled_from(column, span_h * HOUR_MS) for column in values.T] == [0] * COLUMNS


def test_what_steps_all_the_time_is_learned_from_as_it_is() -> None:
    """A machine that is switched every few minutes would never be watched."""
    values = noise(2_000, 0.0)[:, 0] + 10.0 * (np.arange(2_000) // 200 % 2)
    assert settled_from(values, HOUR_MS) == 0


def test_a_signal_that_never_settles_is_armed() -> None:
    """After twice the warm-up, with the last of it."""
    values = noise(4_100, 0.0)
    values[1_800:] += 20.0
    values[3_500:] += 20.0
    bank = numbered(COLUMNS, warm_up=WARM_UP)
    feed(bank, values, [500])
    assert bank.armed == COLUMNS
    for state in bank.states():
        assert state.reference is not None
        assert state.reference.mean == pytest.approx(40.0, abs=0.5)
        assert state.reference.sd == pytest.approx(1.0, abs=0.2)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_only_a_few_values_that_are_far_are_spikes(values: list[float]) -> None:
    """Healthy values would be left out, or those of a second level."""
    given_values = np.append(values, np.linspace(-100.0, 300.0, 100))
    kept = is_no_spike(given_values)
    assert np.count_nonzero(~kept) <= 6
    distance = np.abs(given_values - np.median(given_values))
    assert kept.any() and distance[~kept].min(initial=np.inf) >= np.median(distance[kept])


def test_what_still_learns_after_a_step_says_from_how_many_values() -> None:
    """It would be said to have seen enough, and to differ too little to learn from."""
    values = noise(WARM_UP + 100, 0.0)
    values[1_500:] += 20.0
    bank = numbered(COLUMNS, warm_up=WARM_UP)
    feed(bank, values, [500])
    for _, learned, since_ms in bank.unarmed():
        assert learned == pytest.approx(600, abs=20)
        assert since_ms == pytest.approx(1_500_000, abs=20_000)
    assert len(bank.unarmed()) == COLUMNS


def test_a_step_in_the_warm_up_is_the_same_however_it_is_cut() -> None:
    """A finding looks at its signal again from before the batch: what came before the step is still there."""
    values = noise(5_000, 0.5)
    values[700:] += 18.0
    values[3_000:] += 5.0
    whole, parts = numbered(COLUMNS, warm_up=WARM_UP), numbered(COLUMNS, warm_up=WARM_UP)
    findings = [replace(found, row=0) for found in feed(whole, values, [5_000])]
    assert findings == [replace(found, row=0) for found in feed(parts, values, [137, 1])]
    assert whole.snapshot() == parts.snapshot()
