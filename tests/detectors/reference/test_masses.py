"""Single values of a number: -999 in one of twenty is found, and what repeats itself by nature is not."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Mass, Signal, Transform
from driftline.detectors.kernels.repeats import SPAN, find_repeats, hash_of
from driftline.detectors.kernels.scratch import CHUNK, make_batch, make_scratch
from driftline.detectors.state.arrays import empty_arrays, with_signals

Values = NDArray[np.float64]
NUMBER = Signal("x", 0, Transform.VALUE)
HEALTHY = 6000


def held(values: Values) -> dict[int, tuple[int, int]]:
    """By slot the tag that it holds and its count, after these values of a number."""
    arrays = with_signals(empty_arrays(2, 20), [NUMBER])
    signal, shape = arrays.signals[0], arrays.shapes[1]
    times_ms = np.arange(len(values), dtype=np.int64)
    batch, scratch = make_batch(values[None].copy(), times_ms, times_ms, times_ms), make_scratch()
    scratch.rows[: len(values)], scratch.cells[: len(values)] = times_ms, 0
    scratch.numbers[: len(values)] = values
    find_repeats(signal, shape, batch, scratch, len(values))
    return {slot: (int(shape["tags"][slot]), int(shape["hits"][slot])) for slot in range(len(shape["tags"]))}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([-999.0, 0.0, 37.2, 1e9, 0.1, 7.0]), min_size=1, max_size=CHUNK))
def test_what_is_most_of_a_slot_is_held_by_it(drawn: list[float]) -> None:
    """A sketch that may lose a frequent value finds it today and not tomorrow."""
    values = [value for place, value in enumerate(drawn) if place == 0 or value != drawn[place - 1]]
    sketch = held(np.array(drawn))
    hashes = {value: int(hash_of(int(np.float64(value).view(np.int64)))) for value in values}
    assert len(values) < SPAN  # so that nothing is halved
    for value, mixed in hashes.items():
        slot, count = mixed >> 25, values.count(value)
        others = sum(
            values.count(other) for other in hashes if other != value and hashes[other] >> 25 == slot
        )
        if count > others:
            assert sketch[slot][0] == mixed & 0xFFFF
            assert count - others <= sketch[slot][1] <= count


def bank_of(**chosen: object) -> Bank:
    bank = Bank(BankSettings(**{"false_alarm_every": 1e7, **chosen}))  # type: ignore[arg-type]
    bank.add([NUMBER], columns=1)
    return bank


def watched(
    bank: Bank, values: Values, step_ms: int = 1000, every: int = 10
) -> tuple[list[Mass], list[Finding]]:
    """The values that are watched after these, asked for after every ten, and what was found of them."""
    masses: list[Mass] = []
    findings: list[Finding] = []
    for start in range(0, len(values), every):
        rows = np.arange(start, min(start + every, len(values)))
        found = bank.update(values[rows, None], rows * step_ms, rows)
        findings += [each for each in found if each.signal != "x"]
        for mass in bank.masses():
            if mass.transform is Transform.EXTREME and Transform.SPIKE in [each.transform for each in masses]:
                continue
            if mass.minimum not in [each.minimum for each in masses]:
                masses.append(mass)
                signal = Signal(f"{mass.minimum:g}", 0, mass.transform, mass.minimum, mass.maximum)
                bank.watch_mass(signal, "x")
    return masses, findings


def with_value(values: Values, value: float, share: float, random: np.random.Generator) -> Values:
    """The values, of which this share is one value after the healthy ones."""
    taken = (np.arange(len(values)) >= HEALTHY) & (random.random(len(values)) < share)
    return np.where(taken, value, values)


NUMBERS: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "gaussian": lambda random, count: random.normal(50, 10, count),
    "amounts": lambda random, count: random.lognormal(7, 1.5, count),
    "counts": lambda random, count: random.poisson(4, count).astype(float),
    "whole": lambda random, count: random.integers(0, 1000, count).astype(float),
    "zeros": lambda random, count: np.where(random.random(count) < 0.9, 0.0, random.exponential(20, count)),
    "constant": lambda random, count: np.full(count, 5.0),
    "two": lambda random, count: random.choice([5.0, 10.0], count),
    "prices": lambda random, count: np.where(
        random.random(count) < 0.25,
        random.choice([9.99, 19.99, 4.99], count, p=[0.6, 0.25, 0.15]),
        np.round(random.lognormal(3, 0.8, count), 2),
    ),
}


@pytest.mark.parametrize(
    ("number", "value", "share", "within"),
    [
        ("gaussian", -999.0, 0.05, 500),
        ("gaussian", -999.0, 0.02, 1500),
        ("gaussian", 50.2, 0.05, 700),
        ("gaussian", 1e9, 0.2, 200),
        ("amounts", 0.0, 0.05, 500),
        ("counts", -1.0, 0.05, 1300),
        ("counts", -1.0, 0.2, 600),
        ("whole", 9999.0, 0.05, 700),
        ("whole", 500.0, 0.05, 1500),
        ("zeros", -1.0, 0.05, 1300),
        ("constant", -1.0, 0.05, 900),
        ("two", -1.0, 0.05, 900),
        ("prices", 0.0, 0.05, 900),
    ],
)
def test_a_value_that_was_never_there_is_found(number: str, value: float, share: float, within: int) -> None:
    """It was told after an hour, as a mean that fell, or not at all."""
    random = np.random.default_rng(5)
    values = with_value(NUMBERS[number](random, HEALTHY + within), value, share, random)
    masses, findings = watched(bank_of(), values)
    assert value in [mass.minimum for mass in masses if mass.transform is Transform.SPIKE]
    assert findings, "not found"
    first = findings[0]
    assert (first.signal, first.direction) == (f"{value:g}", "up")
    assert first.before.mean < 0.01 < first.after.mean < 3 * share


def test_a_share_that_moves_is_found() -> None:
    """Zeros that go from 90 to 80 % move the mean by a fifth of an sd, which takes hours to be told."""
    random = np.random.default_rng(1)
    share = np.where(np.arange(HEALTHY + 1200) < HEALTHY, 0.9, 0.8)
    values = np.where(random.random(len(share)) < share, 0.0, random.exponential(20, len(share)))
    masses, findings = watched(bank_of(), values)
    assert masses == [Mass("x", 0, Transform.MASS, 0.0, 0.0)]
    assert (findings[0].signal, findings[0].direction) == ("0", "down")
    assert findings[0].before.mean == pytest.approx(0.9, abs=0.02)
    assert 0.7 < findings[0].after.mean < 0.85


def test_a_value_that_disappears_is_found() -> None:
    """The price that one sale in seven had is not charged any more; it is known to the bit, not nearly."""
    random = np.random.default_rng(2)
    values = NUMBERS["prices"](random, HEALTHY + 1200)
    gone = (np.arange(len(values)) >= HEALTHY) & (values == 9.99)
    masses, findings = watched(bank_of(), np.where(gone, 12.34567, values))
    assert masses[0] == Mass("x", 0, Transform.MASS, 9.99, 9.99)
    assert ("9.99", "down") in [(each.signal, each.direction) for each in findings]


def day(count: int, step_ms: int) -> Values:
    """A daily cycle from -1 to 1."""
    return np.asarray(np.sin(2 * np.pi * np.arange(count) * step_ms / 86_400_000))


CYCLIC: dict[str, Callable[[np.random.Generator, Values], Values]] = {
    "few requests": lambda random, wave: random.poisson(5 + 4 * wave).astype(float),
    "many requests": lambda random, wave: random.poisson(500 + 400 * wave).astype(float),
    "half degrees": lambda random, wave: np.round(2 * (20 + 4 * wave + random.normal(0, 0.7, len(wave)))) / 2,
    "tenths": lambda random, wave: np.round(10 * (20 + 4 * wave + random.normal(0, 0.7, len(wave)))) / 10,
    "a counter": lambda random, wave: np.arange(len(wave), dtype=float),
    "the hour": lambda random, wave: np.arange(len(wave)) * 20 // 3600.0,
    "cents": lambda random, wave: np.round(random.normal(0, 1, len(wave)), 2),
    "ages": lambda random, wave: np.clip(np.round(random.gamma(6, 7, len(wave))), 18, 90),
    "stars": lambda random, wave: random.choice(
        [1.0, 2, 3, 4, 5], len(wave), p=[0.05, 0.05, 0.1, 0.25, 0.55]
    ),
    "zeros": lambda random, wave: np.where(
        random.random(len(wave)) < 0.9 + 0.04 * wave, 0, random.random(len(wave))
    ),
}


@pytest.mark.parametrize("name", [*CYCLIC, *NUMBERS])
def test_what_repeats_itself_by_nature_is_silent(name: str) -> None:
    """There are 9 requests a second at noon which there never were at night: that is no data quality."""
    random = np.random.default_rng(3)
    count, step_ms = 10_000, 20_000
    made = CYCLIC[name](random, day(count, step_ms)) if name in CYCLIC else NUMBERS[name](random, count)
    _, findings = watched(bank_of(), made, step_ms, every=50)
    assert findings == []


LEAPS: dict[str, Callable[[Values], Values]] = {
    "an offset": lambda values: values + 500,
    "another unit": lambda values: values * 12,
    "twice as many": lambda values: values * 2,
}


@pytest.mark.parametrize("leap", LEAPS)
@pytest.mark.parametrize("mean", [5.0, 40.0])
def test_the_values_of_a_level_that_a_count_leaps_to_are_none_of_their_own(leap: str, mean: float) -> None:
    """ "From 5 to 505" was told four times: three of its values, each a sixth of what came, stood out."""
    random = np.random.default_rng(8)
    values = random.poisson(mean, HEALTHY + 1_500).astype(float)
    values[HEALTHY:] = LEAPS[leap](values[HEALTHY:])
    assert Transform.SPIKE not in [mass.transform for mass in watched(bank_of(), values)[0]]


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7])
def test_a_value_that_takes_the_place_of_counts_is_found(share: float) -> None:
    """It moves the mean as well: that would explain it."""
    random = np.random.default_rng(9)
    values = with_value(random.poisson(5.0, HEALTHY + 1_500).astype(float), -999.0, share, random)
    masses, findings = watched(bank_of(), values)
    assert -999.0 in [mass.minimum for mass in masses]
    assert findings[0].signal == "-999"


def test_a_value_that_comes_in_stretches_is_no_mass() -> None:
    """How much of an hour is zeros then says nothing about their share."""
    random = np.random.default_rng(4)
    there = np.repeat(random.random(400) < 0.8, 25)
    masses, _ = watched(bank_of(), np.where(there, 0.0, random.normal(50, 10, len(there))))
    assert [mass for mass in masses if mass.transform is Transform.MASS] == []


def test_a_snapshot_goes_on_with_the_same_bits() -> None:
    """A restart would forget which values are counted, or how often they came."""
    random = np.random.default_rng(6)
    values = with_value(NUMBERS["zeros"](random, HEALTHY + 400), -1.0, 0.1, random)
    bank = bank_of()
    watched(bank, values[: HEALTHY + 60])
    other = Bank.restore(bank.settings, bank.snapshot())
    for each in (bank, other):
        rows = np.arange(HEALTHY + 60, len(values))
        each.update(values[rows, None], rows * 1000, rows)
    assert bank.snapshot() == other.snapshot()
    assert bank.masses() == other.masses()


def test_a_heir_knows_the_values_of_its_reference() -> None:
    """A new version would take every value that the old one knew for a new one."""
    random = np.random.default_rng(7)
    bank, heir = bank_of(), bank_of()
    values = NUMBERS["counts"](random, 12_000)
    watched(bank, values[:HEALTHY])
    heir.inherit(bank, ["x"])
    masses, _ = watched(heir, values[HEALTHY:])
    assert masses == []


@pytest.mark.parametrize(
    ("draw", "stands_out"),
    [
        (lambda random: random.poisson(0.3, 2_000), False),
        (lambda random: 5 - random.poisson(0.3, 2_000), False),
        (lambda random: random.geometric(0.75, 2_000), False),
        (lambda random: random.poisson(3.0, 2_000) * (random.random(2_000) < 0.4), True),
        (lambda random: random.lognormal(2, 0.5, 2_000) * (random.random(2_000) < 0.3), True),
    ],
)
def test_the_end_of_a_slope_is_no_value_of_its_own(
    draw: Callable[[np.random.Generator], NDArray[np.generic]], stands_out: bool
) -> None:
    """A count whose mean doubled was told as "0 fell from 74 to 48 %", by the words for faulty data."""
    random = np.random.default_rng(6)
    values = np.concatenate([draw(random) for _ in range(2)]).astype(float)
    found, _ = watched(bank_of(), values)
    assert [mass.transform for mass in found] == [Transform.MASS] * stands_out
