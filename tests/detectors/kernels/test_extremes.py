"""Values far beyond all others: a small share of them is found in minutes, and long tails are none."""

from collections.abc import Callable
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform
from driftline.detectors.kernels.extremes import is_extreme
from driftline.detectors.kernels.scores import beyond
from driftline.detectors.reference.extremes import distance_of
from driftline.detectors.state.arrays import empty_arrays, with_signals

Values = NDArray[np.float64]
HEALTHY = 6000


def watched(values: Values, spacing_ms: int = 1000, every: int = 10) -> tuple[Bank, list[Finding]]:
    """A bank after these values of x, whose extremes are counted once they were noted, and what it found."""
    bank, findings = Bank(BankSettings(false_alarm_every=1e7)), list[Finding]()
    bank.add([Signal("x", 0, Transform.VALUE)], columns=1)
    for start in range(0, len(values), every):
        rows = np.arange(start, min(start + every, len(values)))
        findings += bank.update(values[rows, None], rows * spacing_ms, rows)
        for mass in bank.masses():
            if mass.transform is Transform.EXTREME and "extreme" not in bank:
                limits = mass.minimum, mass.maximum
                bank.watch_mass(Signal("extreme", 0, Transform.EXTREME, *limits, ("e_detector",)), "x")
    return bank, [found for found in findings if found.signal == "extreme"]


NUMBERS: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "latencies": lambda random, count: 40 * random.lognormal(0, 0.3, count),
    "gaussian": lambda random, count: random.normal(50, 10, count),
    "counts": lambda random, count: random.poisson(4, count).astype(float),
    "student": lambda random, count: random.standard_t(4, count),
    "day": lambda random, count: (
        40 * random.lognormal(0, 0.3, count) * (1 + 0.6 * np.sin(np.arange(count) * 2 * np.pi / 8640))
    ),
}


def with_extremes(values: Values, share: float, times: float, random: np.random.Generator) -> Values:
    """The values, of which this share is so many times as large after the healthy ones."""
    larger = (np.arange(len(values)) >= HEALTHY) & (random.random(len(values)) < share)
    return np.where(larger, values * times, values)


@pytest.mark.parametrize(("share", "within"), [(0.1, 250), (0.03, 800), (0.01, 5000)])
@pytest.mark.parametrize("name", ["latencies", "gaussian", "day"])
def test_a_small_share_is_found(name: str, share: float, within: int) -> None:
    """Three requests in a hundred that take three seconds instead of 40 ms were not told in eight hours."""
    random = np.random.default_rng(4)
    values = with_extremes(NUMBERS[name](random, HEALTHY + within), share, 75, random)
    _, findings = watched(values, spacing_ms=10_000)
    assert findings and findings[0].direction == "up" and findings[0].detected_offset >= HEALTHY
    assert findings[0].before.mean == 0.0
    assert share / 3 < findings[0].after.mean < 3 * share


def test_values_far_below_are_as_extreme() -> None:
    """Memory that is free falls to nothing where a host dies."""
    random = np.random.default_rng(5)
    values = random.normal(50, 2, HEALTHY + 600)
    low = (np.arange(len(values)) >= HEALTHY) & (random.random(len(values)) < 0.05)
    _, findings = watched(np.where(low, random.uniform(0, 5, len(values)), values))
    assert [found.direction for found in findings] == ["up"]


HEALTHY_NUMBERS: dict[str, Callable[[np.random.Generator, int], Values]] = {
    **NUMBERS,
    "amounts": lambda random, count: random.lognormal(7, 1.5, count),
    "pareto": lambda random, count: random.pareto(1.1, count),
    "gamma": lambda random, count: random.gamma(0.3, 1, count),
    "mostly nothing": lambda random, count: np.where(
        random.random(count) < 0.01, random.exponential(1, count), 0.0
    ),
    "two heaps": lambda random, count: np.where(
        random.random(count) < 0.02, random.normal(100, 1, count), random.normal(0, 1, count)
    ),
    "a constant": lambda random, count: np.full(count, 5.0),
}


@pytest.mark.parametrize("name", HEALTHY_NUMBERS)
def test_long_tails_are_no_news(name: str) -> None:
    """Every amount would have extremes every day."""
    values = HEALTHY_NUMBERS[name](np.random.default_rng(6), 40_000)
    assert watched(values, spacing_ms=10_000, every=100)[1] == []


def test_one_value_that_comes_is_counted_as_such_first() -> None:
    """ "-999 takes 5 % of x" says what to look for; of latencies that are a timeout it is not known."""
    random = np.random.default_rng(7)
    for share, is_counted in ((0.02, False), (0.1, True)):
        values = random.normal(50, 10, HEALTHY + 400)
        same = (np.arange(len(values)) >= HEALTHY) & (random.random(len(values)) < share)
        bank, _ = watched(np.where(same, 3000.0, values))
        assert ("extreme" in bank) == is_counted


def test_a_step_is_none() -> None:
    """A level that is fifty sd higher would be told as extreme values beside."""
    values = np.random.default_rng(7).normal(0, 1, 12_000)
    values[6_000:] += 50.0
    bank, findings = watched(values)
    assert findings == []
    assert "extreme" not in bank


def flags(values: list[float], limit: float = 10.0) -> list[float]:
    """Which of these values are extreme."""
    signal = Signal("extreme", 0, Transform.EXTREME, -limit, limit)
    record = with_signals(empty_arrays(2, 20), [signal]).signals[0]
    return [is_extreme(record, value, place == 0) for place, value in enumerate(values)]


def test_two_in_a_row_are_a_step() -> None:
    """Whose level is then that of what follows."""
    assert flags([0.0, 50.0, 0.0, 0.0, 50.0, 50.0, 51.0, 50.0]) == [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    assert flags([50.0, 0.0, 1.0, 0.0]) == [0.0, 1.0, 0.0, 0.0]  # begun with one


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30), st.floats(1.0, 1e4))
def test_values_that_lie_within_the_limit_are_none(values: list[float], limit: float) -> None:
    """What has never been farther from one to the next than the limit cannot be extreme."""
    if max(values) - min(values) <= limit:
        assert flags(values, limit) == [0.0] * len(values)


@given(st.floats(1e-3, 1e3), st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0]), st.floats(0.1, 5.0))
def test_distances_and_scores_are_of_one_tail(unit: float, growth: float, score: float) -> None:
    """A value would be extreme to the number and none to the signal that counts it, or the reverse."""
    tail = np.array([unit, growth])
    assert beyond(tail, distance_of(tail, score)) == pytest.approx(score)


def test_accepted_extremes_are_what_is_usual() -> None:
    """Who says that they are normal now would be told again, or never be told of more of them."""
    random = np.random.default_rng(8)
    values = with_extremes(40 * random.lognormal(0, 0.3, HEALTHY + 12_000), 0.05, 75, random)
    bank, findings = watched(values[: HEALTHY + 2_000])
    assert len(findings) == 1
    bank.accept(["extreme"])
    rows = np.arange(HEALTHY + 2_000, len(values))
    found = bank.update(values[rows, None], rows * 1000, rows)
    assert [each for each in found if each.signal == "extreme"] == []


def test_those_that_are_learned_anew_are_counted_the_same() -> None:
    """Without its limits every value, or none, would be an extreme one."""
    bank = Bank(BankSettings(warm_up=500, false_alarm_every=1e7))
    bank.add([Signal("extreme", 0, Transform.EXTREME, -10.0, 10.0)], columns=1)
    random = np.random.default_rng(9)
    values = np.where(random.random(3_000) < 0.02, 500.0, random.normal(0, 1, 3_000))
    rows = np.arange(len(values))
    assert bank.update(values[:, None], rows * 1000, rows) == []
    state = bank.state_of("extreme")
    assert state is not None and state.armed and state.reference is not None
    assert state.reference.mean == pytest.approx(0.02, abs=0.01)
    assert state.recent.mean == pytest.approx(0.02, abs=0.01)


def test_a_snapshot_goes_on_with_the_same_bits() -> None:
    """A restart would take the next value for a step, or count on from nothing."""
    random = np.random.default_rng(10)
    values = with_extremes(40 * random.lognormal(0, 0.3, HEALTHY + 400), 0.1, 75, random)
    bank, _ = watched(values[: HEALTHY + 63])
    other = Bank.restore(bank.settings, bank.snapshot())
    for each, size in ((bank, 400), (other, 7)):
        for start in range(HEALTHY + 63, len(values), size):
            rows = np.arange(start, min(start + size, len(values)))
            each.update(values[rows, None], rows * 1000, rows)
    assert bank.snapshot() == other.snapshot()
    assert other.masses() == bank.masses() != []
    assert all(abs(limit) < inf for mass in bank.masses() for limit in (mass.minimum, mass.maximum))
