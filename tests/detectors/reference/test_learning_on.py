"""A number whose values follow each other closely is watched by its warm-up and learns on."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, Finding
from driftline.detectors.state.fields import LONGEST
from tests.detectors.streams import autoregressive, feed, numbered

WARM_UP, COLUMNS = 2_000, 8
CLOSELY = 0.9  # the AR(1) coefficient of which 2,000 values are worth 105
TEN_SECONDS_MS = 10_000
EVERY = 1e7
Matrix = NDArray[np.float64]


def values(rows: int, phi: float = CLOSELY, seed: int = 1) -> Matrix:
    return autoregressive(np.random.default_rng(seed), (rows, COLUMNS), phi)


def watched(matrix: Matrix, sizes: tuple[int, ...] = (500,)) -> tuple[Bank, list[Finding]]:
    bank = numbered(COLUMNS, warm_up=WARM_UP, false_alarm_every=EVERY)
    return bank, feed(bank, matrix, list(sizes), spacing_ms=TEN_SECONDS_MS)


def reference_counts(bank: Bank) -> list[int]:
    return [state.reference.count for state in bank.states() if state.reference is not None]


@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_values_that_are_worth_enough_are_a_reference_at_once(phi: float) -> None:
    """A warm-up of 2,000 would take four times as much memory, and as long."""
    bank, _ = watched(values(5_000, phi))
    assert reference_counts(bank) == [WARM_UP] * COLUMNS


def test_values_that_are_worth_little_are_learned_from_for_longer() -> None:
    """105 independent values say little of the ends: what lies beyond them was told as a change for weeks."""
    bank, _ = watched(values(LONGEST * WARM_UP + 500))
    assert bank.armed == COLUMNS
    assert min(reference_counts(bank)) > 3 * WARM_UP
    early, _ = watched(values(WARM_UP + 500))
    assert early.armed == COLUMNS and reference_counts(early) == [WARM_UP] * COLUMNS


def test_two_long_tails_are_quiet_once_they_are_known() -> None:
    """Their ends do not show in a first reference; 120 false alarms a model and month came of it."""
    matrix = np.sinh(values(30_000, seed=3))
    _, findings = watched(matrix)
    early, later = (
        {found.signal for found in findings if first <= found.detected_offset < last}
        for first, last in ((2_000, 8_000), (8_000, 30_000))
    )
    assert len(later) <= 1 <= len(early)


def test_a_change_of_the_level_is_not_learned() -> None:
    """The level of a fault would be half of what is healthy."""
    matrix = values(LONGEST * WARM_UP + 2_000)
    matrix[3_000:4_500] += 8.0
    bank, findings = watched(matrix)
    assert {found.signal for found in findings} == {str(column) for column in range(COLUMNS)}
    for state in bank.states():
        assert state.reference is not None and state.reference.count > 1.5 * WARM_UP
        assert abs(state.reference.mean) < 0.5 and state.reference.sd < 1.2


def with_a_hole(matrix: Matrix, at: int) -> Matrix:
    """From the row `at` on one value in twenty is the one that stands for none."""
    is_none = np.random.default_rng(9).random(matrix.shape) < 0.05
    is_none[:at] = False
    return np.where(is_none, -999.0, matrix)


def wider(matrix: Matrix, at: int) -> Matrix:
    return matrix * np.where(np.arange(len(matrix)) < at, 1.0, 4.0)[:, None]


@pytest.mark.parametrize("spoil", [with_a_hole, wider])
def test_with_any_other_change_the_reference_stays(spoil: Callable[[Matrix, int], Matrix]) -> None:
    """What an upstream job does from the second hour on would be healthy from the fourth on."""
    matrix = spoil(values(LONGEST * WARM_UP + 2_000), 3_000)
    bank = numbered(COLUMNS, warm_up=WARM_UP, false_alarm_every=EVERY)
    for row in range(0, len(matrix), 500):
        rows = np.arange(row, min(row + 500, len(matrix)))
        bank.update(np.ascontiguousarray(matrix[rows]), rows * TEN_SECONDS_MS, rows)
        if bank.has_masses:
            bank.masses()
    for state in bank.states():
        assert state.reference is not None
        assert state.reference.sd < 1.5 and state.reference.count == WARM_UP


def test_it_is_the_same_however_it_is_cut_and_over_a_restart() -> None:
    """A finding looks at its signal again from before the batch, in which it may have been learned anew."""
    matrix = np.sinh(values(9_000))
    matrix[3_700:3_900, 0] += 9.0
    whole, findings = watched(matrix, (9_000,))
    for sizes in ((137, 1), (2_000, 3)):
        parts, told = watched(matrix, sizes)
        assert [replace(each, row=0) for each in told] == [replace(each, row=0) for each in findings]
        assert parts.snapshot() == whole.snapshot()
    first, told = watched(matrix[:5_000])
    again = Bank.restore(first.settings, first.snapshot())
    told += feed(again, matrix[5_000:], [700], first=5_000, spacing_ms=TEN_SECONDS_MS)
    assert [replace(each, row=0) for each in told] == [replace(each, row=0) for each in findings]
    assert again.snapshot() == whole.snapshot()


def test_what_is_accepted_is_learned_on_from_no_more() -> None:
    """An operator's level would be forgotten for one that is half of what was before."""
    matrix = values(LONGEST * WARM_UP + 2_000)
    matrix[3_000:] += 8.0
    bank, _ = watched(matrix[:3_600])
    bank.accept([str(column) for column in range(COLUMNS)])
    feed(bank, matrix[3_600:], [500], first=3_600, spacing_ms=TEN_SECONDS_MS)
    for state in bank.states():
        assert state.reference is not None and abs(state.reference.mean - 8.0) < 0.7
