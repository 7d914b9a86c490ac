"""Heirs behave like the signals whose references they begin with, for every transform and for long."""

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.detectors.inheritance import INHERITED, LEARNED_SINCE
from driftline.detectors.reference import STARTED_AT_ZERO
from driftline.detectors.state.fields import SIGNAL
from tests.detectors.streams import feed

ROWS = 60_000
SPACING_MS = 5000
SETTINGS = BankSettings(false_alarm_every=1e9)
REQUESTED = 1.5e9
CATEGORIES = (2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100)
CODED = (Transform.CATEGORY, Transform.UNSEEN)
CASES = [(each, count) for each in Transform for count in (CATEGORIES if each in CODED else (0,))]
# What follows from the reference and what is asked of the detectors.
THRESHOLDS = (
    *("heights", "allowances", "spread_height", "shape_height", "pattern_height"),
    *("delta", "threshold", "shift_scale"),
)
# What is the signal's own: what it is, what it has read itself, and where its detectors are.
OWN = (
    *("transform", "column", "shape", "season", "buffer", "seed", "minimum", "maximum", "spare"),
    *("requested", "shares", "tested", "watched", "remembered_ms"),
    *("seen", "settled_from", "missing", "first_ms", "last_ms", "gaps", "recent", "open_block", "window_ms"),
    *("awake", "armed", "stale", "drift", "spread", "totals", "marks"),
    *("mean", "increase", "decrease", "increase_min", "decrease_max", "instances", "absorbed"),
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
    for name in (*INHERITED, *LEARNED_SINCE, *THRESHOLDS):
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


def test_every_number_of_a_signal_has_its_place() -> None:
    """A new one that nobody thought of would be 0 in every new version, as three of the shape test were."""
    places = [*INHERITED, *LEARNED_SINCE, *STARTED_AT_ZERO, *THRESHOLDS, *OWN]
    assert sorted(set(places)) == sorted(SIGNAL.names or ())
    twice = {name for name in places if places.count(name) > 1}
    assert twice == set(LEARNED_SINCE), "began at zero, then taken over"
