"""What a signal takes in memory: tables of its own kind only, and for no longer than they are of use."""

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.detectors.snapshot.columns import packed
from driftline.detectors.snapshot.layout_9 import SEASON_9
from driftline.detectors.state.arrays import Season, empty_arrays, give_back_cycle, with_cycle, with_signals
from driftline.detectors.state.fields import CYCLE, SEASON, SIGNAL, shape_dtype
from driftline.detectors.state.pages import picked, zeros

SETTINGS = BankSettings(warm_up=60)
SIGNALS = [
    Signal("feature:day", 0, Transform.VALUE),
    Signal("feature:flat", 1, Transform.VALUE),
    Signal("feature:young", 2, Transform.VALUE),
    Signal("missing:day", 0, Transform.MISSING),
]
SPACING_MS, DAY_MS = 900_000, 86_400_000
ROWS = 16 * DAY_MS // SPACING_MS
YOUNG_FROM = 8 * DAY_MS // SPACING_MS
LEARNED = YOUNG_FROM + 80
"""Here the first signal has a cycle, the second has none, and the third is in its first day."""


def rows(first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows of a number with a daily cycle, of one without, and of one that comes late."""
    places = np.arange(ROWS)
    times = 1_790_000_000_000 + places * SPACING_MS
    values = np.random.default_rng(5).normal(size=(ROWS, 3))
    values[:, 0] += 3 * np.sin(2 * np.pi * times / DAY_MS) + np.where(places > 12 * 96, 9.0, 0.0)
    values[:YOUNG_FROM, 2] = np.nan
    return values[first:last], times[first:last], places[first:last]


def learned() -> Bank:
    """A bank that has seen eight days, and 80 values of the signal that comes late."""
    bank = Bank(SETTINGS)
    bank.add(SIGNALS, 3)
    bank.update(*rows(0, LEARNED))
    return bank


def resident_bytes() -> int:
    """Of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_signal_takes_no_more_than_is_promised() -> None:
    """`docs/scaling.md` counts machines by these: bytes of a record, of a number, of one with a cycle."""
    number = SIGNAL.itemsize + shape_dtype(100).itemsize + SEASON.itemsize
    assert SIGNAL.itemsize <= 2_400
    assert number <= 9_000
    assert number + CYCLE.itemsize <= 11_000


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_what_was_learned_from_goes_back_to_the_system() -> None:
    """A process would keep 20 kB a signal for nobody, and twice that while half of a buffer is not in use."""
    gc.collect()
    before = resident_bytes()
    buffers = zeros((2_000, 4_000), np.dtype(np.float64))
    assert resident_bytes() - before < 8_000_000
    buffers[1:, :2_000] = 1.0
    kept = picked(buffers, np.arange(1, 3))
    assert resident_bytes() - before > 30_000_000
    del buffers
    assert resident_bytes() - before < 8_000_000
    assert kept[:, 0].tolist() == [0.0, 1.0, 1.0]


def test_banks_without_signals_share_what_belongs_to_nobody() -> None:
    """A model has fourteen banks, most of them empty; each would take 49 kB."""
    one, other = empty_arrays(100, 2_000), empty_arrays(100, 2_000)
    assert all(mine is theirs for mine, theirs in zip(one, other, strict=True))
    more = with_signals(one, SIGNALS)
    more.seasons["mean"][1:] = 7.0
    assert not one.seasons["mean"].any()
    assert len(one.seasons) == 1
    assert len(more.seasons) == 4


def test_an_armed_bank_holds_no_buffers_and_cycles_of_those_who_have_one() -> None:
    """Each number would hold 40 kB that it does not look at again, and a cycle of zeros."""
    bank = learned()
    arrays = bank._arrays
    has_cycle = arrays.signals["cycle"] > 0
    assert has_cycle.tolist() == [True, False, False, False]
    assert np.array_equal(has_cycle, arrays.signals["cyclic"] > 0)
    assert len(arrays.cycles) <= 3  # of nobody, of one signal, and the one that was given back
    bank.update(*rows(LEARNED, ROWS))
    assert len(bank._arrays.buffers) == 1


def test_room_for_a_cycle_that_was_given_back_is_taken_again() -> None:
    """Each week a signal without a cycle would take more, or find what another one has left there."""
    arrays = with_cycle(with_signals(empty_arrays(100, 2_000), SIGNALS), 0)
    Season(arrays, 0)["knots"] = 1.0
    give_back_cycle(arrays.signals[0])
    arrays = with_cycle(arrays, 1)
    assert arrays.signals["cycle"].tolist() == [0, 1, 0, 0]
    assert not arrays.cycles["knots"].any()
    assert with_cycle(arrays, 3) is arrays  # it has no season
    Season(arrays, 0)["knots"] = 1.0  # which has no room
    assert not arrays.cycles["knots"].any()


def as_version_9(table: dict[str, Any], bank: Bank) -> dict[str, Any]:
    """The seasons of a bank as version 9 wrote them: one record with the cycle."""
    arrays = bank._arrays
    old = np.zeros(len(arrays.seasons) - 1, SEASON_9)
    for index in np.flatnonzero(arrays.signals["season"]).tolist():
        season, row = Season(arrays, index), old[arrays.signals["season"][index] - 1]
        for name in ("mean", "knots", "weight", "weeks", "steps"):
            row[name] = season[name]
    return {name: value for name, value in table.items() if name != "cycles"} | {"seasons": packed(old)}


def test_state_of_version_9_goes_on_to_the_bit() -> None:
    """An upgrade would forget cycles."""
    bank = learned()
    snapshot = bank.snapshot()
    old = snapshot | {"version": 9, "arrays": as_version_9(snapshot["arrays"], bank)}
    restored = Bank.restore(SETTINGS, old)
    assert restored.snapshot() == snapshot
    later = rows(LEARNED, ROWS)
    assert restored.update(*later) == bank.update(*later) != []
    assert restored.snapshot() == bank.snapshot()


def test_a_reference_of_version_9_is_put_back() -> None:
    """What an operator takes back would have no cycle, so that each noon were news."""
    bank, expected = learned(), learned()
    reference = bank.reference_of("feature:day")
    assert reference is not None
    old = as_version_9(dict(zip(("signals", "shapes", "seasons", "cycles"), reference, strict=True)), bank)
    row = np.frombuffer(old["seasons"]["bytes"], SEASON_9)[:1]
    assert bank.put_back("feature:day", [old["signals"], old["shapes"], packed(row)])
    assert expected.put_back("feature:day", reference)
    assert bank.snapshot() == expected.snapshot()
    assert bank._arrays.cycles["knots"][bank._arrays.signals["cycle"][0]].any()


def test_an_heir_has_the_cycle_of_its_predecessor() -> None:
    """A new version would be told to have left its level at noon of its first day."""
    bank, heir = learned(), Bank(SETTINGS)
    heir.add(SIGNALS, 3)
    heir.inherit(bank, [signal.name for signal in SIGNALS])
    mine, theirs = Season(heir._arrays, 0), Season(bank._arrays, 0)
    assert mine["knots"].any()
    for name in (*(CYCLE.names or ()), *(SEASON.names or ())):
        assert np.array_equal(mine[name], theirs[name], equal_nan=True)
    assert heir._arrays.signals["cycle"].tolist() == [1, 0, 0, 0]
