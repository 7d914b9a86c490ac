"""A signal is watched by the first part of its warm-up, and knows in the end what it would know without."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Transform
from driftline.detectors.reference.first_look import independent_values
from tests.detectors.streams import EVERYTHING, autoregressive, everything, feed, numbered

COLUMNS, WARM_UP, FIRST_LOOK = 12, 2_000, 300
TEN_MINUTES_MS, MINUTE_MS, SECOND_MS = 600_000, 60_000, 1_000
EVERY = 1e5


def values(phi: float, rows: int = WARM_UP + 400, seed: int = 1) -> NDArray[np.float64]:
    return autoregressive(np.random.default_rng(seed), (rows, COLUMNS), phi)


def told(
    matrix: NDArray[np.float64], transform: Transform = Transform.VALUE, spacing_ms: int = TEN_MINUTES_MS
) -> list[Finding]:
    bank = numbered(COLUMNS, transform, false_alarm_every=EVERY)
    return feed(bank, matrix, [500], spacing_ms=spacing_ms)


def of_everything(first_look: int, rows: int, spacing_ms: int) -> Bank:
    bank = Bank(BankSettings(warm_up=WARM_UP, first_look=first_look))
    bank.add(EVERYTHING, columns=4)
    feed(bank, everything(9_000, 3)[:rows], [137, 1, 500], spacing_ms=spacing_ms)
    return bank


@pytest.mark.parametrize("spacing_ms", [TEN_MINUTES_MS, 10 * SECOND_MS])
def test_what_it_knows_in_the_end_is_what_it_would_know_without(spacing_ms: int) -> None:
    """A first look would cost the reference something, byte for byte, of every kind of signal."""
    rough = of_everything(FIRST_LOOK, 1_500, spacing_ms)
    assert rough.rough >= 4 and rough.armed == 0
    looked, blind = (of_everything(first, WARM_UP + 600, spacing_ms) for first in (FIRST_LOOK, WARM_UP))
    assert looked.armed == len(EVERYTHING) and looked.rough == 0
    assert looked.snapshot() == blind.snapshot()


@pytest.mark.parametrize(("phi", "at"), [(0.0, 450), (0.0, 1_200), (0.5, 900), (0.5, 1_500)])
def test_a_clear_shift_in_the_warm_up_is_told_once_and_soon(phi: float, at: int) -> None:
    """A model with 166 predictions a day was blind for twelve days."""
    matrix = values(phi, 1_900)
    matrix[at:] += 3.0
    found = told(matrix)
    first = {each.signal: each for each in reversed(found)}
    assert len(first) >= COLUMNS - 1 and len(found) <= COLUMNS + 1
    assert all(at <= each.detected_offset <= at + 40 for each in first.values())
    effects = [each.effect_size_sd for each in first.values()]
    assert min(effects) > 1.5 and np.median(effects) > 2.4
    assert all(300 <= each.first_values <= at for each in first.values())


@pytest.mark.parametrize(
    ("transform", "before", "after"),
    [(Transform.BINARY, 0.05, 0.3), (Transform.MISSING, 0.0, 0.2), (Transform.MISSING, 0.01, 0.2)],
)
def test_a_rate_that_rises_in_the_warm_up_is_told(transform: Transform, before: float, after: float) -> None:
    """Errors or missing values would be news after twelve days."""
    at, random = 600, np.random.default_rng(5)
    is_one = random.random((1_900, COLUMNS)) < np.where(np.arange(1_900) < at, before, after)[:, None]
    cells = np.where(is_one, np.nan, 1.0) if transform is Transform.MISSING else is_one.astype(float)
    found = told(cells, transform)
    first = {each.signal: each for each in reversed(found)}
    assert len(first) == COLUMNS
    assert all(at <= each.detected_offset <= at + 200 for each in first.values())


def test_a_change_that_is_there_when_all_values_are_is_not_learned() -> None:
    """The level after an incident would be what is healthy, and its end the next incident."""
    matrix = values(0.0, 3_400)
    matrix[1_800:2_600] += 4.0
    bank = numbered(COLUMNS, false_alarm_every=EVERY)
    feed(bank, matrix, [500], spacing_ms=TEN_MINUTES_MS)
    assert bank.armed == COLUMNS
    for state in bank.states():
        assert state.reference is not None
        assert abs(state.reference.mean) < 0.3 and state.reference.sd < 1.2
        assert state.reference.count == WARM_UP


def test_what_is_away_again_and_again_is_armed_all_the_same() -> None:
    """A rough reference would stay for ever."""
    matrix = values(0.0, 5_000)[:, :2]
    matrix[500:] += 6.0 * (np.arange(4_500) // 150 % 3 == 0)[:, None]
    bank = numbered(2, false_alarm_every=EVERY)
    feed(bank, matrix, [100], spacing_ms=TEN_MINUTES_MS)
    assert bank.armed == 2


@pytest.mark.parametrize("spacing_ms", [2 * SECOND_MS, MINUTE_MS, TEN_MINUTES_MS])
@pytest.mark.parametrize("phi", [0.5, 0.9])
def test_the_first_days_of_a_daily_cycle_are_no_news(spacing_ms: int, phi: float) -> None:
    """Of a day 300 values a minute apart see five hours."""
    matrix = values(phi, WARM_UP)
    turns = np.arange(WARM_UP)[:, None] * spacing_ms / 86_400_000 + np.arange(COLUMNS) / COLUMNS
    matrix += np.sin(2 * np.pi * turns)
    matrix[:, ::2] = np.exp(0.8 * matrix[:, ::2])
    assert [each for each in told(matrix, spacing_ms=spacing_ms) if abs(each.effect_size_sd) >= 0.5] == []


def test_few_independent_values_are_not_looked_at() -> None:
    """300 values of an AR(1) of 0.9 are 16 independent ones; a constant says nothing of what may come."""
    bank = numbered(COLUMNS, false_alarm_every=EVERY)
    matrix = values(0.9, 1_000)
    matrix[:, 0] = 7.0
    feed(bank, matrix, [500], spacing_ms=TEN_MINUTES_MS)
    assert bank.rough == 0


def test_minutes_are_not_looked_at() -> None:
    """What comes and goes within the hour would be a change."""
    bank = numbered(COLUMNS, false_alarm_every=EVERY)
    feed(bank, values(0.0, 1_000), [500], spacing_ms=SECOND_MS)
    assert bank.rough == 0


def test_values_of_one_moment_are_learned_from() -> None:
    """An hour of what comes within a millisecond is more values than a record can hold."""
    bank = numbered(COLUMNS, false_alarm_every=EVERY, first_look=1_000)
    feed(bank, values(0.0, 3_000), [500], spacing_ms=0)
    assert bank.armed == COLUMNS


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400))
def test_values_never_say_more_than_they_are(numbers: list[float]) -> None:
    """A first look would come too early; or never, of values that are all the same."""
    known = independent_values(np.array(numbers))
    assert 0 < known <= len(numbers)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(13, 700), min_size=1, max_size=4), st.integers(200, 2_600))
def test_a_first_look_is_the_same_however_it_is_cut(sizes: list[int], stop: int) -> None:
    """Batches, or a crash while a change is there, would move findings or the reference."""
    matrix = values(0.3, 3_000)[:, :2]
    matrix[700:900] += 4.0
    matrix[1_500:1_530] -= 5.0
    matrix[2_700:] += 4.0
    whole = numbered(2, false_alarm_every=EVERY)
    expected = [replace(each, row=0) for each in feed(whole, matrix, [3_000], spacing_ms=TEN_MINUTES_MS)]
    parts = numbered(2, false_alarm_every=EVERY)
    found = feed(parts, matrix[:stop], sizes, spacing_ms=TEN_MINUTES_MS)
    parts = Bank.restore(parts.settings, parts.snapshot())
    found += feed(parts, matrix[stop:], sizes, first=stop, spacing_ms=TEN_MINUTES_MS)
    assert [replace(each, row=0) for each in found] == expected
    assert len(expected) >= 5
    assert parts.snapshot()["arrays"] == whole.snapshot()["arrays"]


def test_an_heir_goes_on_with_what_was_learned_at_the_level() -> None:
    """Versions that change every few hundred values would be blind, or learn the change of the one before."""
    matrix = values(0.0, 1_900)
    matrix[900:] += 4.0
    mine, theirs = (numbered(COLUMNS, false_alarm_every=EVERY) for _ in range(2))
    feed(theirs, matrix[:1_000], [500], spacing_ms=TEN_MINUTES_MS)
    assert theirs.rough == COLUMNS
    names = [signal.name for signal in theirs.signals]
    mine.inherit(theirs, names)
    assert mine.armed == mine.rough == 0
    assert mine.carry_over(theirs, names)
    found = feed(mine, matrix[1_000:1_100], [500], first=1_000, spacing_ms=TEN_MINUTES_MS)
    assert mine.rough == COLUMNS
    assert {each.signal for each in found} == set(names)
    assert all(each.detected_offset <= 1_020 for each in found)


def test_a_level_that_is_accepted_is_learned_anew() -> None:
    """The reference would be of two levels."""
    matrix = values(0.0, 1_900)
    matrix[900:] += 4.0
    bank = numbered(COLUMNS, false_alarm_every=EVERY)
    feed(bank, matrix[:1_000], [500], spacing_ms=TEN_MINUTES_MS)
    names = [signal.name for signal in bank.signals]
    bank.accept(names)
    assert bank.rough == 0 and {learned for _, learned, _ in bank.unarmed()} == {0}
    assert feed(bank, matrix[1_000:], [500], first=1_000, spacing_ms=TEN_MINUTES_MS) == []
    assert bank.rough == COLUMNS
