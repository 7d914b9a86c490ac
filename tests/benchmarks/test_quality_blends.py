"""Noises with several traits, and the measures that stand on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality import combinations, troubles
from benchmarks.quality.blends import SHAPES, WALKS, Blend, Latent
from benchmarks.quality.changes import TROUBLES
from benchmarks.quality.contestants import Alarm, Driftline, Setting
from benchmarks.quality.feed import Feed
from benchmarks.quality.limit.variance import variance_limit
from benchmarks.quality.noises import DAY_MS, Flags
from benchmarks.quality.tasks import BEYOND, RUNNERS, tasks_beyond

WIDE = 4_000  # series side by side: a mean square of them is known to 2 %


@pytest.mark.parametrize("name", WALKS)
def test_latent_values_have_variance_one_at_every_age(name: str) -> None:
    """A change in its sd would be another one than its row says, or one at the start than later."""
    latent = Latent(WALKS[name], np.random.default_rng(1), WIDE)
    latent.next_values(500, 10_000)
    values = latent.next_values(300, 10_000)
    spread = 0.05 if WALKS[name].garch or WALKS[name].drifts else 0.03
    for row in (0, 150, 299):
        assert float((values[row] ** 2).mean()) == pytest.approx(1.0, abs=5 * spread)
    assert float((values**2).mean()) == pytest.approx(1.0, abs=spread)


@pytest.mark.parametrize("name", ["iid", "ar_50", "ar_90", "ar2", "beats"])
def test_means_vary_as_the_limit_says(name: str) -> None:
    """Delays on autoregressive noise would be held against a limit that is too long or too short."""
    rows = 600
    latent = Latent(WALKS[name], np.random.default_rng(2), WIDE)
    latent.next_values(500, 10_000)
    variance = float(latent.next_values(rows, 10_000).mean(axis=0).var()) * rows
    phi = Blend(name).phi
    assert variance == pytest.approx((1 + phi) / (1 - phi), rel=0.1)


@given(st.lists(st.floats(-6, 6), min_size=2, max_size=2).map(sorted), st.sampled_from(list(SHAPES)))
def test_shapes_keep_the_order(pair: list[float], name: str) -> None:
    """Normal scores of the values would not be the latent ones, nor the Gaussian's limit theirs."""
    low, high = SHAPES[name](np.array(pair))
    assert low <= high


def test_values_do_not_depend_on_the_batches() -> None:
    """A table would move with what is only there to be fast."""
    whole = Feed(Blend("ar_90", "skewed", "daily"), 3, 2_000, 10_000, batch_rows=2_000)
    parts = Feed(Blend("ar_90", "skewed", "daily"), 3, 2_000, 10_000, batch_rows=77)
    np.testing.assert_array_equal(
        *(np.concatenate([batch.values for batch in feed.batches()]) for feed in (whole, parts))
    )


def test_false_alarms_are_counted_by_week_and_only_while_armed() -> None:
    """A first week of which most is warm-up would look quiet."""
    feed = Feed(Blend(spacing_ms=60_000), 2, 28 * 1_440, 60_000)
    day = DAY_MS // 60_000
    alarms = [
        Alarm(0, 3 * day, 1.0),
        Alarm(0, 3 * day + 9, 1.0),
        Alarm(1, 9 * day, 1.0),
        Alarm(0, 20 * day, 1.0),
    ]
    first, later = combinations.rates(alarms, feed)
    assert first == pytest.approx(1 / 2 / (1 - 2_000 / (7 * day)))
    assert later == pytest.approx(2 / 2 / 3)
    assert combinations.rates([], feed) == (0.0, 0.0)


def test_a_change_of_a_data_set_makes_no_value_that_was_not_there() -> None:
    """New values would give every change away; and it would be of another size than the limit's."""
    noise = troubles.Resampled("Bananas")
    given = noise.columns()
    random = np.random.default_rng(1)
    changed = noise.source(random, 4)(np.arange(40_000), 1.0, TROUBLES["mean_035"])
    ranks = (given.argsort(axis=0).argsort(axis=0) + 0.5) / len(given)
    for column, direction in enumerate((1, 1, -1, -1)):
        attribute = column % 2
        values = dict(zip(given[:, attribute].tolist(), ranks[:, attribute].tolist(), strict=True))
        scores = np.array([values[value] for value in changed[:, column].tolist()])
        # A shift of 0.35 normal sd moves the mean rank by about 0.35 × 0.282.
        assert direction * (scores.mean() - 0.5) == pytest.approx(0.35 * 0.29, abs=0.02)


def test_an_heir_is_armed_at_once_and_the_old_one_is_left_alone() -> None:
    """The table of heirs would be one of signals that learn anew."""
    setting = Setting(Blend.transform, 3, 500, 1e4)
    heir = troubles.Heir(setting, 700, by_snapshot=True)
    feed = Feed(Blend("ar_50"), 3, 900, 10_000, batch_rows=450)
    for batch in feed.batches():
        heir.update(batch)
    assert heir.inherited
    assert heir.new.bank.armed == 3
    alone = Driftline(setting)
    for batch in Feed(Blend("ar_50"), 3, 900, 10_000, batch_rows=450).batches():
        before = batch.offsets < 700
        alone.bank.update(batch.values[before], batch.times_ms[before], batch.offsets[before])
    assert alone.bank.snapshot()["arrays"] == heir.old.bank.snapshot()["arrays"]


def test_the_limit_of_a_smaller_variance_is_that_of_a_simulation() -> None:
    """Halved variances would be held against a limit of doubled ones."""
    limit = variance_limit(0.5, 1e3)
    values = np.sqrt(0.5) * np.random.default_rng(2).standard_normal((3_000, 800))
    sums, delays = np.zeros(3_000), np.zeros(3_000)
    for place in range(800):
        sums = np.maximum(sums - values[:, place] ** 2 / 2 + np.log(2) / 2, 0.0)
        delays[(delays == 0) & (sums >= limit.threshold)] = place + 1
    assert delays.all()
    assert limit.zero_state == pytest.approx(delays.mean(), rel=0.05)


def test_what_goes_beyond_is_part_of_a_full_run() -> None:
    """Rows nobody runs would be no instrument, and every name in them has to exist."""
    assert {task.part for task in tasks_beyond()} == set(BEYOND) <= set(RUNNERS)
    for noise, change in troubles.pairs():
        kind = troubles.EVERY_CHANGE[change].kind
        assert kind in troubles.EVERY_NOISE[noise].kinds
    assert isinstance(troubles.EVERY_NOISE["bernoulli_01"], Flags)
