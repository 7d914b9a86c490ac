"""The exact CUSUM: against published values, against simulation, and its invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.quality.changes import CHANGES
from benchmarks.quality.limit.chain import run_lengths
from benchmarks.quality.limit.gaussian import gaussian_limit, kernel
from benchmarks.quality.limit.lattice import bernoulli_limit, reference_rate, swap_limit, transitions
from benchmarks.quality.limit.location import location_limit
from benchmarks.quality.limit.optimum import optimum, optimum_values
from benchmarks.quality.limit.variance import variance_limit
from benchmarks.quality.noises import NOISES, Flags


@pytest.mark.parametrize(
    ("threshold", "shift", "length"),
    [(4.0, 0.0, 336.0), (4.0, 1.0, 8.38), (5.0, 0.0, 930.0), (5.0, 1.0, 10.4), (5.0, 2.0, 4.01)],
)
def test_run_lengths_are_those_of_the_textbook(threshold: float, shift: float, length: float) -> None:
    """Every ratio would be wrong; one-sided, k = 0.5 (Montgomery, Statistical Quality Control)."""
    assert run_lengths(kernel(0.5, threshold, shift))[0] == pytest.approx(length, rel=5e-3)


@pytest.mark.parametrize(("shift", "delay"), [(1.0, 15.1), (0.25, 152.6)])
def test_known_delays_at_ten_thousand(shift: float, delay: float) -> None:
    """The numbers the goals were written against would no longer be those that are computed."""
    limit = gaussian_limit(shift, 1e4)
    assert limit.zero_state == pytest.approx(delay, rel=2e-3)
    assert limit.false_alarm_every == pytest.approx(1e4, rel=1e-6)


def test_the_limit_of_any_noise_is_the_gaussian_one_for_gaussian_noise() -> None:
    """What heavy tails cost would be told by a limit that is wrong."""
    for shift in (0.5, 3.0):
        own, exact = location_limit("gaussian", shift, 1e4), gaussian_limit(shift, 1e4)
        assert own.zero_state == pytest.approx(exact.zero_state, rel=5e-3)


@settings(max_examples=6, deadline=None)
@given(shift=st.floats(0.25, 3), arl=st.floats(200, 2e4))
def test_a_rarer_false_alarm_costs_delay(shift: float, arl: float) -> None:
    """A root at the wrong threshold would make the limit beatable."""
    often, rarely = gaussian_limit(shift, arl), gaussian_limit(shift, 2 * arl)
    two_sided = gaussian_limit(shift, arl, sides=2)
    assert often.zero_state < rarely.zero_state
    assert two_sided.zero_state == pytest.approx(rarely.zero_state, rel=1e-6)
    assert often.steady_state <= often.zero_state


def cusum_delays(steps: np.ndarray, threshold: float) -> np.ndarray:
    """Run lengths of max(0, S + step) to the threshold, in rows of steps."""
    delays = np.zeros(len(steps), np.int64)
    for run, row in enumerate(steps):
        total = 0.0
        for place, step in enumerate(row, 1):
            total = max(0.0, total + step)
            if total >= threshold - 1e-9:
                delays[run] = place
                break
    assert delays.all()
    return delays


def test_the_bernoulli_limit_is_that_of_a_simulation() -> None:
    """A step of the wrong sign or size would still give a number."""
    limit = bernoulli_limit(0.06, 0.18, 1e3)
    rate = reference_rate(0.06, 0.18)
    random = np.random.default_rng(1)
    ones = random.random((2_000, 1_500)) < 0.18
    steps = np.where(ones, rate.denominator - rate.numerator, -rate.numerator)
    below = int(limit.threshold)
    low, high = (cusum_delays(steps, bound).mean() for bound in (below, below + 1))
    assert 0.95 * low < limit.zero_state < 1.05 * high


def test_the_variance_limit_is_that_of_a_simulation() -> None:
    """The cells would be too coarse, or the likelihood ratio wrong."""
    limit = variance_limit(2.0, 1e3)
    random = np.random.default_rng(2)
    values = np.sqrt(2) * random.standard_normal((3_000, 1_000))
    delays = cusum_delays(values**2 / 4 - np.log(2) / 2, limit.threshold)
    assert limit.zero_state == pytest.approx(delays.mean(), rel=0.05)


@given(up=st.integers(1, 9), down=st.integers(1, 9), p=st.floats(0.01, 0.99), threshold=st.integers(1, 60))
def test_no_probability_is_invented(up: int, down: int, p: float, threshold: int) -> None:
    """A row above 1 would make run lengths negative."""
    matrix = transitions({up: p, -down: 1 - p}, threshold)
    assert (matrix >= 0).all()
    assert (matrix.sum(axis=1) <= 1 + 1e-12).all()


def test_a_rate_can_fall() -> None:
    """The limit for a falling rate would be that of a rising one."""
    assert bernoulli_limit(0.2, 0.1, 1e3).zero_state > bernoulli_limit(0.2, 0.4, 1e3).zero_state


def test_a_swap_of_classes_has_a_limit() -> None:
    """Two classes that swap are a walk of steps of one; the rarer the swap, the later it shows."""
    assert swap_limit(0.3, 0.1, 1e3).zero_state < swap_limit(0.15, 0.05, 1e3).zero_state


def test_autocorrelation_stretches_the_limit() -> None:
    """AR(1) signals would be measured against what no detector can reach."""
    independent = optimum_values(NOISES["gaussian"], CHANGES["mean_1"], 1e4)
    assert optimum_values(NOISES["ar_90"], CHANGES["mean_1"], 1e4) == pytest.approx(19 * independent)


def test_a_gradual_change_has_no_limit() -> None:
    """It would be held against the limit for an abrupt one."""
    assert optimum(NOISES["gaussian"], CHANGES["gradual"], 1e4) is None


def test_a_rate_of_one_half_changes_by_its_odds() -> None:
    """Three times one half is no probability."""
    noise = NOISES["bernoulli_50"]
    assert isinstance(noise, Flags)
    assert [noise.changed_rate(CHANGES[c]) for c in ("rate_15", "rate_3")] == pytest.approx([0.6, 0.75])
