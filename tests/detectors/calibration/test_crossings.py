"""Sums of a healthy signal that come over lower levels, and what thresholds learn from it."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.detectors.calibration.crossings import EXPECTED_EVERY, Crossed, raised, raised_variance
from driftline.detectors.evidence.page_hinkley import raised_page_hinkley
from tests.detectors.streams import feed, numbered

VALUES = 1e6
SUMS = range(np.shape(EXPECTED_EVERY)[1])
AS_EXPECTED = Crossed((VALUES / np.array(EXPECTED_EVERY)).astype(np.float32), VALUES)


def more_often(lower: float, upper: float) -> Crossed:
    """Each level, so many times as often as was to be expected."""
    return AS_EXPECTED._replace(crossings=AS_EXPECTED.crossings * np.array([[lower], [upper]], np.float32))


def test_normal_innovations_keep_their_thresholds() -> None:
    """Every signal would be slower than it has to be."""
    bank = numbered(8, false_alarm_every=1e8)
    feed(bank, np.random.default_rng(1).standard_normal((200_000, 8)), [5_000], spacing_ms=10_000)
    signals = bank._arrays.signals
    counted = signals["crossings"].sum(axis=0) / signals["crossing_values"].sum()
    assert counted * np.array(EXPECTED_EVERY) == pytest.approx(np.ones(np.shape(EXPECTED_EVERY)), rel=0.45)
    assert (np.log(signals["weights"].min(axis=0)) / np.log(signals["weights"].max(axis=0))).max() < 1.05


def test_expected_crossings_change_nothing() -> None:
    """A threshold would depend on what was to be expected."""
    assert [raised(15.0, which, AS_EXPECTED) for which in SUMS] == [15.0] * len(SUMS)
    assert raised_variance(9.0, AS_EXPECTED) == 9.0
    assert raised_page_hinkley(20.0, AS_EXPECTED) == 20.0


@given(st.lists(st.floats(0, 1e5), min_size=14, max_size=14), st.floats(0, 1e7))
def test_no_threshold_is_lowered(numbers: list[float], values: float) -> None:
    """A quiet week would make the next one noisy."""
    crossed = Crossed(np.array(numbers, np.float32).reshape(2, len(SUMS)), values)
    assert all(raised(15.0, which, crossed) >= 15.0 for which in SUMS)


def test_a_heavier_tail_raises_more_where_false_alarms_are_to_be_rarer() -> None:
    """The tail's exponent counts for every step upwards, not once."""
    crossed = more_often(2, 6)
    more = [raised(height, 3, crossed) - height for height in (np.log(1e5), np.log(1e9))]
    assert 0 < more[0] < 0.6 * more[1] < inf


def test_a_sum_that_follows_a_wandering_signal_is_out_of_reach() -> None:
    """It would fire as often as it comes over a level far below."""
    crossed = more_often(4, 80)
    assert raised(15.0, 0, crossed) == inf
