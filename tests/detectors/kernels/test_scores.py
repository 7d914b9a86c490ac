"""Scores depend neither on units nor on a distribution's shape, and are N(0, 1) until something changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from driftline.detectors import Finding, Transform
from driftline.detectors.kernels.scores import lower_bound, normal_quantile, uniform
from driftline.detectors.reference.distribution import learn_distribution, own_scores
from driftline.detectors.state.fields import SIGNAL, shape_dtype
from tests.detectors.streams import feed, heard_scores, single

RANDOM = np.random.default_rng(11)
SHAPES = {
    "normal": RANDOM.standard_normal(12_000),
    "t, 2 degrees": RANDOM.standard_t(2, 12_000),
    "log-normal": RANDOM.lognormal(0, 2, 12_000),
    "Poisson": RANDOM.poisson(3, 12_000).astype(float),
    "half zeros": np.maximum(RANDOM.standard_normal(12_000), 0),
    "two values": (RANDOM.random(12_000) < 0.1) * 7.0,
    "minutes": RANDOM.integers(0, 1440, 12_000).astype(float),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_scores_are_standard_normal(shape: str) -> None:
    """Thresholds would hold for one distribution and be wrong for the next."""
    scores = heard_scores(SHAPES[shape], Transform.VALUE, warm_up=2000)[2000:]
    assert abs(np.mean(scores)) < 0.08  # a reference of 2,000 values knows its own mean to 0.022 sd
    assert abs(np.std(scores) - 1) < 0.08
    assert abs(np.mean(np.array(scores) > 1.645) - 0.05) < 0.02
    assert np.abs(scores).max() < 5


@pytest.mark.parametrize("kinds", [5, 24, 40])
def test_what_equals_others_has_all_of_their_probabilities(kinds: int) -> None:
    """Hours of the day, amounts in steps: scores would come in heaps, and a level that moves by a hair would
    take a heap from one cell of the shape test to the next (three times the false alarms of it).
    """
    values = np.random.default_rng(3).integers(0, kinds, 20_000).astype(float)
    signal, shape = np.zeros(1, SIGNAL)[0], np.zeros(1, shape_dtype(100))[0]
    learn_distribution(signal, shape, values, spans_a_day=True)
    scores = own_scores(signal, shape, values) * float(signal["scale"]) + float(signal["center"])
    counts = np.histogram(stats.norm.cdf(scores), np.linspace(0, 1, 101))[0] / len(values) * 100
    assert 0.5 < counts.min() < counts.max() < 1.8


def test_scores_of_categories_are_standardised() -> None:
    """Page-Hinkley's threshold is in sd of the score."""
    for shares in ([0.6, 0.25, 0.1, 0.05], [0.2] * 5, [0.98, 0.02], [0.5, 0.5]):
        codes = RANDOM.choice(len(shares), 12_000, p=shares) + 1.0
        scores = heard_scores(codes, Transform.CATEGORY, warm_up=2000)[2000:]
        assert abs(np.mean(scores)) < 0.08
        assert abs(np.std(scores) - 1) < 0.08


def findings_of(values: NDArray[np.float64]) -> list[Finding]:
    return feed(single(warm_up=500, false_alarm_every=5000), values[:, None])


def shifted(seed: int) -> NDArray[np.float64]:
    values = np.random.default_rng(seed).gamma(2.0, 1.0, 1500)
    values[1000:] *= 1.7
    return values


@settings(max_examples=20, deadline=None)
@given(st.integers(-60, 60), st.integers(0, 100))
def test_a_power_of_two_changes_no_bit(exponent: int, seed: int) -> None:
    """Seconds and milliseconds would need different settings."""
    values, factor = shifted(seed), 2.0**exponent
    plain, scaled = findings_of(values), findings_of(values * factor)
    assert plain
    assert len(scaled) == len(plain)
    for one, other in zip(plain, scaled, strict=True):
        assert other.after.mean == one.after.mean * factor
        assert other.size == one.size * factor
        assert np.array_equal(
            other.was.mean, one.was.mean * factor, equal_nan=True
        )  # nan: nothing was before
        same = replace(other, before=one.before, after=one.after, was=one.was, size=one.size)
        assert same == one


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 1000), st.floats(-1000, 1000), st.integers(0, 100))
def test_units_do_not_matter(factor: float, offset: float, seed: int) -> None:
    """Celsius and Fahrenheit would need different settings."""
    plain = heard_scores(shifted(seed), Transform.VALUE, warm_up=500)
    scaled = heard_scores(shifted(seed) * factor + offset, Transform.VALUE, warm_up=500)
    assert np.abs(np.array(plain) - scaled).max() < 1e-6


def test_a_constant_makes_no_noise_and_its_change_is_seen() -> None:
    """A constant divides by a sd of zero, or hides that an upstream default has changed."""
    values = np.full(3000, 16_000.0)
    assert findings_of(values) == []
    values[2500:] = 8000.0
    first = findings_of(values)[0]
    assert first.direction == "down"
    assert 2500 <= first.detected_offset < 2510
    assert first.began_offset == 2500
    assert (first.before.mean, first.after.mean, first.effect_size_sd) == (16_000.0, 8000.0, -100.0)


def test_normal_quantile_is_accurate() -> None:
    """Ties would be given a distribution that is not normal."""
    probabilities = np.linspace(0.001, 0.999, 5000)
    quantiles = [normal_quantile(p) for p in probabilities]
    assert np.abs(quantiles - stats.norm.ppf(probabilities)).max() < 0.01
    assert 3.7 < -normal_quantile(0.0) < 3.8
    assert 3.7 < normal_quantile(1.0) < 3.8


def test_random_ties_are_uniform_and_independent() -> None:
    """A pattern in the ties would be a pattern in the scores."""
    for seed in (0, 1, 0xFFFFFFFF):
        numbers = np.array([uniform(seed, count) for count in range(20_000)])
        assert stats.kstest(numbers, "uniform").pvalue > 1e-4
        assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.03


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=130), st.floats(-11, 11))
def test_lower_bound_is_the_left_place(values: list[float], value: float) -> None:
    """A value would be scored by the wrong cell."""
    table = np.sort(np.array(values))
    assert lower_bound(table, len(table), value) == np.searchsorted(table, value)
