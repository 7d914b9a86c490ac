"""What a quantile table says beyond the few values that made it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform
from driftline.detectors.reference.distribution import learn_distribution, learn_number, own_scores
from driftline.detectors.reference.table_ends import GRID, SCORES, Tails, half_sds, lengthen_tails
from driftline.detectors.state.fields import GRID_POINTS, SIGNAL, shape_dtype

Values = NDArray[np.float64]
Part = Callable[[np.random.Generator, int], Values]
REFERENCE, SPACING_MS = 600, 6_000


def ends_of(quantiles: np.ndarray, count: float, *, of_less_than_a_day: bool) -> np.ndarray:
    """The table [129] of a distribution of which only so many independent values are known."""
    reach = SCORES[int(np.searchsorted(GRID, 1 - 3 / count))]
    table = np.array(np.interp(np.clip(SCORES, -reach, reach), SCORES, quantiles))
    sds = half_sds(np.interp(np.random.default_rng(1).standard_normal(4_000), SCORES, quantiles))
    lengthen_tails(table, Tails(count, sds, of_less_than_a_day))
    return table


@pytest.mark.parametrize("log_sd", [0.5, 1.0])
def test_the_short_end_of_an_amount_is_short(log_sd: float) -> None:
    """Where a cycle takes it, values would be spread over fewer scores than they are, and seem calm."""
    quantiles = np.exp(log_sd * SCORES)
    at = int(np.searchsorted(SCORES, -2.8))
    slope = (quantiles[at + 1] - quantiles[at - 1]) / 2
    for of_less_than_a_day, most in ((True, 2.0), (False, np.inf)):
        table = ends_of(quantiles, 100.0, of_less_than_a_day=of_less_than_a_day)
        ratio = (table[at + 1] - table[at - 1]) / 2 / slope
        assert 0.9 < ratio < most


def test_what_is_not_skewed_stays_normal() -> None:
    """Chance would make one end short."""
    table = ends_of(SCORES, 100.0, of_less_than_a_day=True)
    assert table == pytest.approx(SCORES, abs=0.3)
    assert len(table) == GRID_POINTS


def test_what_is_mostly_nothing_ends_as_its_others_do() -> None:
    """The sd of an amount that is 0 in 99 of 100 cases is a tenth of its own, and any would be an extreme."""
    random = np.random.default_rng(2)
    amounts = np.where(random.random(20_000) < 0.01, random.exponential(3.0, 20_000), 0.0)
    assert half_sds(amounts)[1] == pytest.approx(3.0, rel=0.2)
    assert half_sds(-amounts)[0] == pytest.approx(3.0, rel=0.2)
    assert half_sds(np.append(np.zeros(9), 5.0))[1] == pytest.approx(1.5)


NUMBERS = st.sampled_from([0.0, 3.0, 4.0, 5.5, 1e150, -1e150, 1e-300, -1e-300]) | st.floats(-1e150, 1e150)


@settings(max_examples=300, deadline=None)
@given(st.lists(NUMBERS, min_size=17, max_size=60))
def test_a_table_is_made_of_whatever_numbers_there_are(values: list[float]) -> None:
    """1e300 among thirty numbers grew a tail beyond all numbers, and the model was set aside."""
    signal, shape = np.zeros(1, SIGNAL)[0], np.zeros(1, shape_dtype(100))[0]
    learn_number(signal, shape, np.array(values), np.zeros(len(values), np.int64))
    table = shape["table"][: int(signal["atoms"]) or GRID_POINTS]
    assert np.isfinite(table).all() and (np.diff(table) >= 0).all()
    assert np.isfinite(signal["tails"]).all() and np.isfinite(float(signal["grain"]))
    assert np.isfinite(own_scores(signal, shape, np.array([*values, 2e150, -2e150]))).all()


class TwoKinds(NamedTuple):
    """Values of two kinds: a share of `near` ones that lie close together, and `far` ones."""

    share: float
    near: Part
    far: Part

    def draw(self, random: np.random.Generator, count: int) -> Values:
        """So many independent ones."""
        return np.where(random.random(count) < self.share, self.near(random, count), self.far(random, count))


def normal(mean: float, sd: float) -> Part:
    """Normal values."""
    return lambda random, count: random.normal(mean, sd, count)


def log_normal(median: float, log_sd: float) -> Part:
    """Amounts."""
    return lambda random, count: random.lognormal(np.log(median), log_sd, count)


def whole(part: Part) -> Part:
    """Rounded to whole numbers."""
    return lambda random, count: np.round(part(random, count))


TWO_KINDS = {
    "cache": TwoKinds(0.8, normal(2, 0.3), log_normal(300, 0.4)),
    "wallet": TwoKinds(0.6, normal(10, 2), log_normal(3_000, 0.5)),
    "gap": TwoKinds(0.8, normal(10, 2), normal(3_000, 300)),
    "transfers": TwoKinds(0.85, whole(normal(60, 4)), whole(log_normal(1.5e6, 1.0))),
    "mostly full": TwoKinds(0.8, normal(100, 1), normal(5, 2)),
}


def own_scores_of(reference: Values, values: Values) -> tuple[Values, Values]:
    """The scores of values under a reference of less than a day, and its table [129]."""
    signal, shape = np.zeros(1, SIGNAL)[0], np.zeros(1, shape_dtype(64))[0]
    learn_distribution(signal, shape, reference, spans_a_day=False)
    return own_scores(signal, shape, values), shape["table"][:GRID_POINTS]


@pytest.mark.parametrize("name", TWO_KINDS)
def test_a_gap_says_nothing_of_the_ends(name: str) -> None:
    """The misses of a cache made the tail of the hits end at once: a hit that was a little faster than those
    of the reference scored -21,709, and the top of the table was at ten times the slowest miss.
    """
    random = np.random.default_rng(3)
    for _ in range(10):
        values = TWO_KINDS[name].draw(random, 20_000)
        scores, table = own_scores_of(values[:REFERENCE], values)
        assert np.abs(scores).max() < 10.0
        assert scores.std() == pytest.approx(1.0, abs=0.15)
        assert np.ptp(table) < 5 * np.ptp(values[:REFERENCE])  # and the far tail ends where data say


@given(scale=st.floats(1e-9, 1e9), mirrored=st.booleans(), share=st.floats(0.55, 0.95))
def test_two_kinds_of_any_size(scale: float, mirrored: bool, share: float) -> None:
    """What is true of milliseconds is of nanoseconds and of cents, of either end and of any share."""
    kinds = TWO_KINDS["cache"]._replace(share=share)
    values = kinds.draw(np.random.default_rng(5), 4_000) * (-scale if mirrored else scale)
    scores, _ = own_scores_of(values[:REFERENCE], values)
    assert np.abs(scores).max() < 10.0


def found_in(values: Values) -> list[Finding]:
    """What is found in a number that has a value every six seconds."""
    bank, findings = Bank(BankSettings(false_alarm_every=1e6)), list[Finding]()
    bank.add([Signal("x", 0, Transform.VALUE)], columns=1)
    for start in range(0, len(values), 100):
        rows = np.arange(start, min(start + 100, len(values)))
        findings += bank.update(values[rows, None], rows * SPACING_MS, rows)
    return findings


@pytest.mark.parametrize("name", TWO_KINDS)
def test_two_kinds_are_healthy_on_their_first_day(name: str) -> None:
    """Each told something within its second hour, and nothing that was true afterwards."""
    for seed in (1, 2, 3):
        assert not found_in(TWO_KINDS[name].draw(np.random.default_rng(seed), 14_400))


@pytest.mark.parametrize("name", TWO_KINDS)
def test_what_becomes_all_of_the_far_kind_is_found_in_minutes(name: str) -> None:
    """A cache that went for good, from 28 to 120 ms, was not told in ten hours."""
    kinds, random, change = TWO_KINDS[name], np.random.default_rng(4), 10_000
    after = kinds._replace(share=0.0).draw(random, 200)
    findings = found_in(np.concatenate([kinds.draw(random, change), after]))
    assert findings and findings[0].detected_offset >= change
    assert findings[0].detected_offset < change + 100  # ten minutes
    assert findings[0].direction == ("down" if name == "mostly full" else "up")
