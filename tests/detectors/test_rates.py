"""0/1 signals: what never happened is seen as soon as it does."""

import numpy as np
import pytest

from driftline.detectors import Transform
from tests.detectors.streams import feed, numbered, single


@pytest.mark.parametrize("usual", [0.0, 1.0])
@pytest.mark.parametrize("healthy", [4_000, 30_000])
def test_a_flag_that_never_changed_is_seen_within_values(usual: float, healthy: int) -> None:
    """It looked perfectly autocorrelated, and half of all answers being wrong took 600 values to be told."""
    random = np.random.default_rng(healthy)
    values = np.where(np.arange(healthy + 1_000) < healthy, usual, random.random(healthy + 1_000) < 0.5)
    found = feed(single(Transform.BINARY, warm_up=1_000, false_alarm_every=1e6), values[:, None])
    assert found
    assert healthy <= found[0].detected_offset < healthy + 40


@pytest.mark.parametrize("rate", [0.003, 0.01, 0.1])
def test_weeks_of_a_steady_rate_raise_no_more_alarms_than_asked_for(rate: float) -> None:
    """A half hour with an event among many without one was a step of the week: at a rate of 0.003 there were
    four times as many false alarms as asked for, which only tables of an hour showed.
    """
    columns, minutes, every = 8, 70 * 1440, 1e5
    values = np.random.default_rng(3).random((minutes, columns)) < rate
    bank = numbered(columns, Transform.BINARY, warm_up=20_000, false_alarm_every=every)
    found = feed(bank, values.astype(float), [5_000], spacing_ms=60_000)
    assert len(found) <= 2 * minutes * columns / every


@pytest.mark.parametrize(("before", "after"), [(0.02, 0.08), (0.02, 0.3), (0.3, 0.05)])
def test_a_rate_that_was_followed_to_another_level_is_quiet_there(before: float, after: float) -> None:
    """Page-Hinkley went on in the sd of the rate before: 200 to 1,100 findings of a level that had stayed."""
    columns, day, every = 8, 8_640, 1e5
    rate = np.where(np.arange(4 * day) < day // 2, before, after)[:, None]
    values = np.random.default_rng(1).random((4 * day, columns)) < rate
    bank = numbered(columns, Transform.BINARY, warm_up=2_000, false_alarm_every=every)
    found = feed(bank, values.astype(float), [5_000], spacing_ms=10_000)
    assert len({each.signal for each in found if each.began_offset < day}) == columns
    late = [each for each in found if each.detected_offset > 1.3 * day]
    assert len(late) <= 4 * 2.7 * day * columns / every
