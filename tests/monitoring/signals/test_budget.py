import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.schemas import Kind
from driftline.stream_app.config import FalseAlarmBudget
from driftline.stream_app.monitoring.signals.budget import (
    FEWEST_VALUES,
    KIND_WEIGHTS,
    MOST_VALUES,
    Share,
    changed,
    split,
)

DAY_MS = 86_400_000
WEIGHTS = st.dictionaries(st.integers(), st.floats(0.01, 32), min_size=1, max_size=200)
RATES = st.floats(1e-9, 1e3)


@given(WEIGHTS, st.floats(1e-12, 1e-3))
def test_shares_add_up_to_the_budget(weights: dict[int, float], alarms_per_ms: float) -> None:
    """A model would get more false alarms than its operator is ready for, or be needlessly slow."""
    shares = split(alarms_per_ms, weights)
    assert shares.keys() == weights.keys()
    assert sum(shares.values()) == pytest.approx(alarms_per_ms, rel=1e-9)
    assert all(share > 0 for share in shares.values())


def test_a_signal_that_makes_no_alerts_takes_nothing() -> None:
    """What is only watched would make the others slower."""
    assert split(1.0, {"a": 0.0, "b": 3.0, "c": 1.0}) == {"a": 0.0, "b": 0.75, "c": 0.25}
    assert split(1.0, {"a": 0.0}) == {"a": 0.0}
    assert split(1.0, {}) == {}


@given(RATES, st.floats(1e-15, 1e-3))
def test_what_is_asked_stays_within_what_detectors_can_do(rate: float, share: float) -> None:
    """A threshold beyond the calibrated range is a guess."""
    every = Share(share, rate).false_alarm_every
    assert every is not None
    assert FEWEST_VALUES <= every <= MOST_VALUES


def test_the_arithmetic_of_a_day() -> None:
    """An hour taken for a day would be 24 times as many false alarms, and nobody would see why."""
    budget = FalseAlarmBudget(alarms=3, per_ms=DAY_MS)
    assert budget.alarms_per_day == pytest.approx(3.0)
    shares = split(budget.alarms_per_ms, {"label": 4.0, "feature": 1.0, "quality": 0.5, "other": 0.5})
    # Two values a second are 172,800 a day; the feature gets a sixth of three alarms.
    assert Share(shares["feature"], 2 / 1000).false_alarm_every == pytest.approx(172_800 / 0.5)


def test_an_unknown_rate_asks_for_nothing() -> None:
    """A signal with one value would get a threshold out of thin air."""
    assert Share(1.0, 0.0).false_alarm_every is None
    assert Share(0.0, 1.0).false_alarm_every is None


def test_small_changes_are_not_worth_a_new_threshold() -> None:
    """Every checkpoint would write every signal because a rate moved in its last digit."""
    shares = [
        ("a", Share(1e-6, 1.0)),
        ("b", Share(1e-6, 1.3)),
        ("c", Share(1e-6, 1.0)),
        ("d", Share(1.0, 0.0)),
    ]
    before = {"a": 0.9e6, "b": 1e6, "d": 5e5}
    assert changed(before, shares) == {"b": pytest.approx(1.3e6), "c": pytest.approx(1e6)}


def test_every_kind_has_a_weight() -> None:
    """A new kind of signal would stop the worker on the next tick."""
    assert KIND_WEIGHTS.keys() == set(Kind)
