"""A signal that is armed in minutes and has a cycle: its reference has not seen the day it is in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Bank, Finding
from tests.detectors.streams import autoregressive, feed, numbered

TEN_SECONDS_MS = 10_000
DAY = 8_640  # values


def bank_of(columns: int, warm_up: int = 1_000) -> Bank:
    return numbered(columns, false_alarm_every=1e8, warm_up=warm_up)


def run(bank: Bank, values: NDArray[np.float64], start: int = 0, batch: int = 4_096) -> list[Finding]:
    """The findings in values [rows, columns], of which `start` rows came before."""
    return feed(bank, values, [batch], start, TEN_SECONDS_MS)


def daily(days: float, columns: int, amplitude: float, seed: int = 1) -> NDArray[np.float64]:
    """Gaussian noise around a wave of a day [days · DAY, columns], each column at another time of the day."""
    rows = np.arange(int(days * DAY))[:, None]
    noise = np.random.default_rng(seed).standard_normal((len(rows), columns))
    return noise + amplitude * np.sin(2 * np.pi * (rows / DAY + np.arange(columns) / columns))


def test_the_other_end_of_the_day_is_not_wilder() -> None:
    """A reference of the night has seen no noon: its scores would be too wide there, and fire every day."""
    findings = run(bank_of(24), daily(16, 24, amplitude=1.4))
    assert len(findings) <= 1


def test_an_amount_is_no_calmer_where_nobody_has_been() -> None:
    """At night a skewed, autocorrelated amount is near 0 and seemed to vary too little: every third signal
    told of it on its first day.
    """
    rows = np.arange(DAY)[:, None]
    noise = autoregressive(np.random.default_rng(5), (DAY, 24), 0.9)
    wave = np.sin(2 * np.pi * (rows / DAY + np.arange(24) / 24))
    found = run(bank_of(24, warm_up=2_000), 30 * np.exp(0.9 * (noise + wave)))
    assert len({each.signal for each in found}) <= 2


def test_counts_stay_counts() -> None:
    """A count that is kept inexactly would never be equal to itself again, and all values would be odd."""
    random = np.random.default_rng(3)
    hours = np.arange(9 * DAY)[:, None] / DAY * 2 * np.pi
    counts = random.poisson(20 + 4 * np.sin(hours), (len(hours), 8)).astype(float)
    bank = bank_of(8)
    assert len(run(bank, 0.1 * counts)) <= 1
    for state in bank.states():
        assert state.reference and state.reference.quantiles
        assert 10 * np.array(state.reference.quantiles) == pytest.approx(
            np.round(10 * np.array(state.reference.quantiles)), abs=1e-9
        )


def test_traffic_that_rises_ninefold_every_day_is_learned() -> None:
    """Its variance has a cycle too, and an hour is long for it: it was away for ever, 200 findings a day."""
    random = np.random.default_rng(5)
    seconds = np.arange(9 * 86_400)[:, None]
    rate = 5 + 4 * np.sin(2 * np.pi * (seconds / 86_400 + np.array([0.0, 0.5])))
    bank = bank_of(2, warm_up=2_000)
    findings = []
    for first in range(0, len(seconds), 10_000):
        findings += feed(bank, random.poisson(rate[first : first + 10_000]).astype(float), first=first)
    assert len(findings) <= 6
    assert {state.phase for state in bank.states()} == {"reference"}


@settings(max_examples=8, deadline=None)
@given(st.integers(100, 9_000), st.integers(1, 9 * DAY - 1))
def test_neither_batches_nor_a_restart_change_a_bit(batch: int, restarted_at: int) -> None:
    """What a signal learns of its first week ends in the middle of batches, and is part of a checkpoint."""
    values = daily(9, 3, amplitude=1.4)
    values[int(2.5 * DAY) :, 1] += 1.0
    whole, cut = bank_of(3), bank_of(3)
    expected = [(found.signal, found.detected_offset, found.before) for found in run(whole, values)]
    found = run(cut, values[:restarted_at], batch=batch)
    cut = Bank.restore(cut.settings, cut.snapshot())
    found += run(cut, values[restarted_at:], start=restarted_at, batch=batch)
    assert [(one.signal, one.detected_offset, one.before) for one in found] == expected
    assert expected
    assert cut.snapshot() == whole.snapshot()


def test_a_first_day_without_a_value_ends_nothing() -> None:
    """A model that rests for the weekend just after its signals were armed would end the worker on Monday."""
    bank = bank_of(2)
    run(bank, daily(0.5, 2, amplitude=1.0)[:1_000])
    run(bank, daily(0.5, 2, amplitude=1.0), start=3 * DAY)
    assert {state.phase for state in bank.states()} == {"local_level"}


def test_an_accepted_level_is_the_reference_at_once() -> None:
    """What came before the change would be part of the reference that an operator has asked for."""
    bank = bank_of(4)
    values = daily(1.6, 4, amplitude=1.4)
    changed = int(0.5 * DAY)
    values[changed:] += 40.0
    run(bank, values[: changed + 200])
    bank.accept([str(column) for column in range(4)])
    run(bank, values[changed + 200 :], start=changed + 200)
    for state in bank.states():
        assert state.reference
        assert state.reference.minimum > 30.0
