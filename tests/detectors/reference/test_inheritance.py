"""Heirs behave like the signals whose references they begin with, for every transform and for long."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.detectors.state.fields import INHERITED
from tests.detectors.streams import EVERYTHING, everything, feed, single

ROWS = 60_000
SPACING_MS = 5000
SETTINGS = BankSettings(false_alarm_every=1e9)
REQUESTED = 1.5e9
CATEGORIES = (2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100)
CODED = (Transform.CATEGORY, Transform.UNSEEN)
CASES = [(each, count) for each in Transform for count in (CATEGORIES if each in CODED else (0,))]
# What follows from the reference and what is asked of the detectors.
THRESHOLDS = (
    *("weights", "gains", "spread_height", "shape_height", "shape_pattern_height"),
    *("ph_delta", "ph_threshold", "shift_scale"),
)


def cells(transform: Transform, categories: int, seed: int) -> NDArray[np.float64]:
    """Healthy cells [ROWS, 1] for a transform: heavy tails, rare ones, equal categories."""
    random = np.random.default_rng([int(transform), categories, seed])
    rare = random.random(ROWS) < 0.03
    if transform in CODED:
        values = random.integers(1, categories + 1, ROWS).astype(float)
    elif transform is Transform.BINARY:
        values = (random.random(ROWS) < 0.2).astype(float)
    elif transform is Transform.BOUNDED:
        values = random.beta(2.0, 5.0, ROWS)
    else:
        values = random.standard_t(5, ROWS)
        odd = {Transform.MISSING: np.nan, Transform.NULL: np.inf, Transform.WRONG_TYPE: -np.inf}
        values[rare] = odd.get(transform, values[rare])
    return values[:, None]


def bank_of(transform: Transform) -> Bank:
    bank = Bank(SETTINGS)
    bank.add([Signal("x", 0, transform, -2.5, 2.5)], 1)
    bank.calibrate({"x": REQUESTED})
    return bank


@pytest.mark.parametrize(("transform", "categories"), CASES)
@pytest.mark.parametrize("through_a_file", [False, True])
def test_an_heir_is_as_the_original(transform: Transform, categories: int, through_a_file: bool) -> None:
    """A new version with fifty healthy categories raised alerts: its shape test judged them as six."""
    original, heir = bank_of(transform), bank_of(transform)
    feed(original, cells(transform, categories, 0), spacing_ms=SPACING_MS)
    original.calibrate({"x": REQUESTED / 1.01})  # sets thresholds by all that was learned since
    original.calibrate({"x": REQUESTED})
    source = Bank.restore(SETTINGS, original.snapshot()) if through_a_file else original
    heir.inherit(source, ["x"])
    assert heir.armed == 1
    mine, theirs = (bank._arrays.signals[0] for bank in (heir, original))
    for name in (*INHERITED, *THRESHOLDS):
        assert np.array_equal(mine[name], theirs[name]), name
    for part in (1, 2):
        more, first = cells(transform, categories, part), part * ROWS
        assert feed(original, more, first=first, spacing_ms=SPACING_MS) == []
        assert feed(heir, more, first=first, spacing_ms=SPACING_MS) == []


@pytest.mark.parametrize("categories", [2, 10, 50, 100])
def test_an_heir_sees_what_the_original_would(categories: int) -> None:
    """Heirs that are silent because their thresholds are out of reach are of no use."""
    original, heir = bank_of(Transform.CATEGORY), bank_of(Transform.CATEGORY)
    feed(original, cells(Transform.CATEGORY, categories, 0), spacing_ms=SPACING_MS)
    heir.inherit(original, ["x"])
    changed = cells(Transform.CATEGORY, categories, 1)[:10_000]
    half = len(changed) // 2
    swapped = np.random.default_rng(1).random(half) < 0.4
    changed[half:][swapped] = 1.0
    found = [
        feed(bank, changed, first=ROWS, spacing_ms=SPACING_MS)[0].detected_offset - ROWS - half
        for bank in (original, heir)
    ]
    assert all(0 < delay < 500 for delay in found)


# --- warm-ups


def bank_of_everything() -> Bank:
    bank = Bank(BankSettings(warm_up=200))
    bank.add(EVERYTHING, 4)
    return bank


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 199), max_size=6, unique=True), st.booleans())
def test_a_warm_up_that_goes_on_elsewhere_is_the_same_to_the_bit(
    cuts: list[int], through_a_file: bool
) -> None:
    """Versions that change before they have learned anything would never be watched, or by half of it."""
    matrix, names = everything(600, seed=3), [signal.name for signal in EVERYTHING]
    whole, last = bank_of_everything(), bank_of_everything()
    for row, until in zip([0, *sorted(cuts)], [*sorted(cuts), 600], strict=True):
        before, last = last, bank_of_everything()
        if through_a_file:
            before = Bank.restore(before.settings, before.snapshot())
        assert last.carry_over(before, names) is (row > 0)
        found = feed(last, matrix[row:until], first=row)
    expected = feed(whole, matrix)
    assert [each.detected_offset for each in found] == [each.detected_offset for each in expected]
    assert found[0].before == expected[0].before
    assert last.states() == whole.states()


def test_of_two_warm_ups_the_longer_one_counts_and_a_reference_stays() -> None:
    """Values that one has had from the other would count twice; and what is watched would not be any more."""
    values = np.random.default_rng(2).standard_normal((300, 1))
    short, longer, armed = (single(warm_up=200) for _ in range(3))
    for bank, count in ((short, 50), (longer, 150), (armed, 300)):
        feed(bank, values[:count])
    assert not longer.carry_over(short, ["x", "nobody's"])
    assert not armed.carry_over(longer, ["x"])
    assert not longer.carry_over(armed, ["x"])
    assert short.carry_over(longer, ["x"])
    assert [bank.state(0).seen for bank in (short, longer, armed)] == [150, 150, 300]
    feed(short, values[150:])
    assert short.state(0).reference == armed.state(0).reference


@given(st.integers(1, 199), st.integers(0, 198), st.booleans())
@settings(max_examples=30, deadline=None)
def test_whose_values_a_warm_up_is_made_of_is_known(theirs: int, own: int, through_a_file: bool) -> None:
    """A level would be called a version's own that is another's, or be forgotten with it."""
    values = np.random.default_rng(4).standard_normal((theirs + own, 1))
    source, heir = single(warm_up=400), single(warm_up=400)
    feed(source, values[:theirs])
    assert heir.carry_over(source, ["x"])
    feed(heir, values[theirs:], first=theirs)
    if through_a_file:
        heir = Bank.restore(heir.settings, heir.snapshot())
    assert not source.is_mostly_taken_up("x")
    assert heir.is_mostly_taken_up("x") is (theirs > own)
    is_much = theirs > 0.1 * (theirs + own)
    assert heir.give_back([]) == (["x"] if is_much else [])
    assert heir.state(0).seen == (0 if is_much else theirs + own)


def test_a_reference_remembers_whose_values_it_was_made_of() -> None:
    """An alert would not say that what is compared are two versions, or say it of an accepted level."""
    values = np.random.default_rng(5).standard_normal((2_000, 1))
    for theirs, of_another in ((120, True), (80, False)):
        source, heir = single(warm_up=200), single(warm_up=200)
        feed(source, values[:theirs])
        heir.carry_over(source, ["x"])
        feed(heir, values[theirs:], first=theirs)
        assert heir.is_armed("x")
        assert heir.is_mostly_taken_up("x") is of_another
        assert heir.give_back([]) == []
        heir.accept(["x"])
        assert not heir.is_mostly_taken_up("x")
    assert heir.give_back(["x", "nobody's"]) == ["x"]
    assert heir.state(0).seen == 0


@pytest.mark.parametrize("cell", [np.nan, np.inf, -np.inf])
def test_what_an_heir_never_has_is_found(cell: float) -> None:
    """A new version to which nobody gave a feature, or as a text, was silent from its first event on: what
    woke the heir had no time, so its first week seemed to be over and what it saw first to be healthy.
    """
    kinds = (Transform.MISSING, Transform.NULL, Transform.WRONG_TYPE)
    of_what = kinds[[bool(np.isnan(cell)), cell == np.inf, cell == -np.inf].index(True)]
    old, new = single(of_what, warm_up=500), single(of_what, warm_up=500)
    feed(old, np.random.default_rng(3).standard_normal((800, 1)), first=1_000_000)
    new.inherit(old, ["x"])
    found = feed(new, np.full((200, 1), cell), first=1_000_800)
    assert found[0].detected_offset <= 1_000_820
    assert (found[0].before.mean, found[0].after.mean) == (0.0, 1.0)
