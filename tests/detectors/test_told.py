"""What a finding says was before and after: values, not what the model of the signal makes of them."""

from collections.abc import Callable
from math import isnan, sin, tau

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.detectors import Bank, BankSettings, Finding, Signal, Transform
from tests.detectors.streams import autoregressive, feed, numbered

Values = NDArray[np.float64]
STEP_MS = 1000
DAY_MS = 86_400_000
START_MS = 1_794_787_200_000


def first_finding(
    values: Values, transform: Transform = Transform.VALUE, step_ms: int = STEP_MS, change: int = 6000
) -> Finding:
    """The first finding after the change."""
    bank = Bank(BankSettings(warm_up=2000, false_alarm_every=1e7))
    bank.add([Signal("feature:x", 0, transform)], 1)
    rows = np.arange(len(values))
    found = bank.update(values[:, None], START_MS + rows * step_ms, rows)
    return next(each for each in found if each.row >= change)


def changed(
    make: Callable[[np.random.Generator, int], Values], by: Callable[[Values], Values], seed: int = 1
) -> tuple[Finding, Values]:
    """A stream of 8,000 values whose last 2,000 have changed."""
    values = make(np.random.default_rng(seed), 8000)
    values[6000:] = by(values[6000:])
    return first_finding(values), values


STREAMS: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "normal": lambda random, n: random.normal(10, 1, n),
    "lognormal": lambda random, n: random.lognormal(7, 1.48, n),
    "mild lognormal": lambda random, n: random.lognormal(3, 0.5, n),
    "negative": lambda random, n: -random.lognormal(2, 0.4, n),
    "counts": lambda random, n: random.poisson(6, n).astype(float),
    "few counts": lambda random, n: random.poisson(2, n).astype(float),
    "large offset": lambda random, n: 1e9 + random.normal(0, 1, n),
    "tiny": lambda random, n: 1e-7 * random.normal(5, 1, n),
    "constant": lambda random, n: np.full(n, 5.0),
    "uniform": lambda random, n: random.uniform(0, 1, n),
}
CHANGES: dict[str, Callable[[Values], Values]] = {
    "up": lambda values: values + 4 * max(values.std(), 0.5 * abs(float(values.mean())) * 1e-9 or 1.0),
    "down": lambda values: values - 4 * max(values.std(), 0.5 * abs(float(values.mean())) * 1e-9 or 1.0),
    "much larger": lambda values: values * 5,
    "much smaller": lambda values: values / 5,
}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("change", CHANGES)
def test_before_and_after_are_values_of_the_stream(stream: str, change: str) -> None:
    """ "Rose from 1009 to 1600" where 45.6 became 2,171 sends people to the wrong cause."""
    found, values = changed(STREAMS[stream], CHANGES[change], seed=2)
    true_before, true_after = float(values[:6000].mean()), float(values[6000:].mean())
    assert found.before.mean == pytest.approx(true_before, rel=0.15, abs=0.15 * float(values[:6000].std()))
    assert (found.after.mean - found.before.mean) * found.effect_size_sd > 0
    assert (found.effect_size_sd > 0) == (true_after > true_before)
    seen = values[6000 : found.row + 1]
    pure = seen.min() * (1 - 1e-9) <= found.after.mean <= seen.max() * (1 + 1e-9)
    near = abs(found.after.mean - seen.mean()) <= 0.75 * abs(seen.mean() - true_before)
    assert pure or near or found.needs > found.after.count  # else its first word waits for more values
    assert START_MS <= found.began_ms <= found.detected_ms


@pytest.mark.parametrize("shift", [1.0, -1.0])
@pytest.mark.parametrize("hour", [1, 5, 9, 13, 17, 21])
def test_with_a_cycle_before_is_right_before_or_untold(shift: float, hour: int) -> None:
    """The mean of a week is no answer to what a morning was."""
    step_ms, random = 60_000, np.random.default_rng(hour)
    times = np.arange(9 * 1440)
    values = np.array([10 + 3 * sin(tau * place / 1440) for place in times]) + random.normal(
        0, 0.4, len(times)
    )
    at = 8 * 1440 + hour * 60
    values[at:] += shift
    found = first_finding(values, step_ms=step_ms, change=at)
    assert (found.effect_size_sd > 0) == (shift > 0)
    assert abs(found.after.mean - values[at : found.row + 1].mean()) < 1.0
    if not isnan(found.before.mean):
        assert (found.after.mean - found.before.mean) * shift > 0
        assert values.min() <= found.before.mean <= values.max()


@pytest.mark.parametrize(
    ("before", "after"), [(0.005, 0.05), (0.05, 0.005), (0.5, 0.6), (0.99, 0.9), (0.0, 0.03), (1.0, 0.9)]
)
def test_shares_are_counted(before: float, after: float) -> None:
    """A rate near 0 or 1 is what it is, and says that it is one."""
    random = np.random.default_rng(3)
    values = np.concatenate([random.random(8000) < before, random.random(8000) < after]).astype(float)
    found = first_finding(values, Transform.BINARY, change=8000)
    assert found.share
    assert found.before.mean == pytest.approx(before, abs=0.01)
    assert found.after.mean == pytest.approx(values[8000 : found.row + 1].mean(), abs=0.1)
    assert (found.after.mean > found.before.mean) == (after > before)


@pytest.mark.parametrize(
    ("shares", "later", "told"),
    [
        ((5, 3, 2), (7, 1, 2), {1: "up", 2: "down"}),
        ((5, 3, 2), (3, 5, 2), {1: "down", 2: "up"}),
        ((5, 3, 2), (5, 5, 0), {3: "down", 2: "up"}),
        ((90, 5, 5), (70, 25, 5), {1: "down", 2: "up"}),
        ((1,) * 20, (1,) * 19 + (8,), {20: "up"}),
    ],
)
def test_categories_are_told_by_counted_shares(
    shares: tuple[int, ...], later: tuple[int, ...], told: dict[int, str]
) -> None:
    """Surprise is a score of ours; what moved are shares of categories."""
    random = np.random.default_rng(4)
    codes = np.arange(1, len(shares) + 1)
    parts = [random.choice(codes, 6000, p=np.array(each) / sum(each)) for each in (shares, later)]
    found = first_finding(np.concatenate(parts).astype(float), Transform.CATEGORY)
    moved = {each.code: each for each in found.categories}
    first = found.categories[0]
    assert (found.before.mean, found.after.mean) == (first.before, first.after)
    assert found.share
    for code, direction in told.items():
        assert (moved[code].after > moved[code].before) == (direction == "up")
        assert moved[code].before == pytest.approx(shares[code - 1] / sum(shares), abs=0.05)


@pytest.mark.parametrize("answer", range(1, 5))
def test_a_change_of_a_few_values_is_told_by_those(answer: int) -> None:
    """A fallback that answers the same to everybody was told as "buy fell from 28.8 % to 27.5 %": the window
    of the last thousand values was nearly all of before.
    """
    values = np.random.default_rng(answer).choice(np.arange(1.0, 5.0), 8000, p=(0.3, 0.3, 0.3, 0.1))
    values[6000:] = answer
    found = first_finding(values, Transform.CATEGORY)
    first = found.categories[0]
    assert found.row < 6100
    assert first.code == answer
    assert first.after > 0.8
    assert found.after.count <= 1.1 * (found.row - 6000) + 10


@pytest.mark.parametrize("ratio", [2.5, 0.3])
@pytest.mark.parametrize("stream", ["normal", "uniform", "mild lognormal"])
def test_a_change_of_the_spread_is_told_by_sds_of_values(stream: str, ratio: float) -> None:
    """The sd after was that before times what the test made of it."""
    found, values = changed(STREAMS[stream], lambda part: part.mean() + (part - part.mean()) * ratio, seed=5)
    if found.of != "variance":
        return
    assert found.before.sd == pytest.approx(values[:6000].std(), rel=0.25)
    assert (found.after.sd > found.before.sd) == (ratio > 1) == (found.effect_size_sd > 0)


def test_values_that_a_mean_needs() -> None:
    """The mean of five amounts with a long tail is mostly half of theirs."""
    amounts, _ = changed(STREAMS["lognormal"], CHANGES["much smaller"])
    latencies, _ = changed(STREAMS["mild lognormal"], CHANGES["up"])
    centred, _ = changed(STREAMS["normal"], CHANGES["up"])
    assert amounts.needs > 50
    assert latencies.needs < 10
    assert centred.needs < 2


@pytest.mark.parametrize("seed", range(5))
def test_a_leap_is_told_by_its_own_values(seed: int) -> None:
    """ "Fell from a billion to 657 million" where it fell to 200 million: values before it had been low."""
    found, values = changed(STREAMS["large offset"], CHANGES["much smaller"], seed)
    assert found.after.mean == pytest.approx(values[6000:].mean(), rel=0.01)
    assert found.began_offset == 6000


@pytest.mark.parametrize("size", [6.0, 18.0])
@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_the_first_figure_of_a_leap_is_right(size: float, phi: float) -> None:
    """Every fourth was told as a half or a third of what it was, until the third update."""
    values = autoregressive(np.random.default_rng(4), (6_000, 60), phi)
    values[5_500:] += size
    found = feed(numbered(60, warm_up=2_000, false_alarm_every=1e6), values)
    first = {each.signal: each.effect_size_sd for each in reversed(found) if each.row >= 5_500}
    wrong = [effect for effect in first.values() if abs(effect / size - 1) > 0.3]
    assert len(first) == 60
    assert len(wrong) <= 6


@pytest.mark.parametrize(
    ("before", "after"), [(0.01, 1.0), (0.01, 0.6), (0.002, 0.5), (0.02, 0.9), (0.99, 0.2)]
)
@pytest.mark.parametrize("seed", range(4))
def test_a_leap_of_a_rate_is_told_from_where_it_began(before: float, after: float, seed: int) -> None:
    """A field that is missing all at once "rose from 1 to 15 %", a quarter of an hour before: a single 1 had
    come by chance.
    """
    random = np.random.default_rng(seed)
    values = np.concatenate([random.random(6000) < before, random.random(300) < after]).astype(float)
    found = first_finding(values, Transform.BINARY, change=6000)
    assert abs(found.began_offset - 6000) <= 25  # two that come by chance
    assert abs(found.after.mean - after) < 0.35 and abs(found.before.mean - before) < 0.02
