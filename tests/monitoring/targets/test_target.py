"""A threshold that a person set is told when it is surely missed, and when it is surely met again."""

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.stream_app.config import TargetPlan
from driftline.stream_app.monitoring.targets.target import Limit, Standing, Target, limits_of

HOUR_MS = 3_600_000
TICK_MS = 10_000


def target_of(is_rate: bool = True, **asked: float) -> Target:
    """The one target of a plan."""
    (limit,) = limits_of(TargetPlan(**asked))
    return Target("error:y", limit, HOUR_MS, is_rate)


def play(
    target: Target, values: NDArray[np.float64], every_ms: int, from_ms: int = 0
) -> list[tuple[int, Standing]]:
    """The changes told, with the place of the value before: a value each ``every_ms``, ticks between them."""
    told = []
    for place, value in enumerate(values):
        now_ms = from_ms + (place + 1) * every_ms
        target.take(np.array([value]))
        standing = target.tick(now_ms // TICK_MS * TICK_MS)
        if standing is not None:
            told.append((place, standing))
    return told


def rates(seed: int, *parts: tuple[int, float]) -> NDArray[np.float64]:
    """0/1 values: so many at each rate, one part after the other."""
    random = np.random.default_rng(seed)
    return np.concatenate([(random.random(count) < rate).astype(float) for count, rate in parts])


def test_missed_once_and_met_once() -> None:
    """People would be told again at every tick, or never that it is over."""
    told = play(target_of(max=0.10), rates(1, (3000, 0.05), (3000, 0.25), (4000, 0.03)), 5_000)
    assert [standing.is_beyond for _, standing in told] == [True, False]
    (missed_at, missed), (met_at, met) = told
    assert 3000 < missed_at < 3700
    assert 6000 < met_at < 7500
    assert missed.figure > 0.10 > met.figure
    assert missed.window.count >= 100


def test_thin_signals_look_back_further_than_their_while() -> None:
    """Ten labels an hour never say anything for sure; three days of them do."""
    told = play(target_of(max=0.10), rates(2, (500, 0.05), (500, 0.35)), 360_000)
    assert [standing.is_beyond for _, standing in told] == [True]
    assert told[0][0] < 620


def test_a_signal_at_its_limit_is_not_told() -> None:
    """A month at exactly what was asked would page by chance."""
    told = [play(target_of(max=0.10), rates(seed, (20_000, 0.10)), 60_000) for seed in range(10)]
    assert sum(map(len, told)) == 0


def test_values_that_hang_together_are_not_taken_for_many() -> None:
    """Errors that come in bursts around a healthy mean would be called certain."""
    random = np.random.default_rng(3)
    levels = np.repeat(random.normal(100.0, 20.0, 200), 60)
    told = play(target_of(is_rate=False, max=104.0), levels + random.normal(0.0, 1.0, len(levels)), 10_000)
    assert len(told) <= 4


def test_a_quantile_is_the_share_above_its_bound() -> None:
    """Latency is asked for by its p95; its mean may stay where it is."""
    random = np.random.default_rng(4)
    values = np.concatenate([random.gamma(4.0, 20.0, 4000), random.gamma(1.0, 90.0, 4000)])
    told = play(target_of(is_rate=False, p95_max=200.0), values, 2_000)
    assert [standing.is_beyond for _, standing in told] == [True]
    assert told[0][1].limit.asked == 200.0
    assert told[0][1].figure > 0.05


def test_the_least_is_asked_too() -> None:
    """Clicks that go away are missed from below."""
    told = play(target_of(min=0.05), rates(5, (3000, 0.10), (4000, 0.01)), 5_000)
    assert [standing.is_beyond for _, standing in told] == [True]


@pytest.mark.parametrize("cut", [1, 777, 3500])
def test_a_snapshot_changes_nothing(cut: int) -> None:
    """A worker that was killed would tell another story than one that was not."""
    values = rates(6, (3000, 0.05), (3000, 0.25))
    whole = play(target_of(max=0.10), values, 5_000)
    first, second = target_of(max=0.10), target_of(max=0.10)
    told = play(first, values[:cut], 5_000)
    second.restore(first.snapshot())
    later = play(second, values[cut:], 5_000, from_ms=cut * 5_000)
    assert told + [(place + cut, standing) for place, standing in later] == whole


def test_a_batch_is_its_values_one_by_one() -> None:
    """The same records would give other alerts in other batches."""
    values = np.random.default_rng(7).normal(size=500)
    one, other = target_of(is_rate=False, max=1.0), target_of(is_rate=False, max=1.0)
    one.take(values)
    for value in values:
        other.take(np.array([value]))
    assert one.snapshot() == other.snapshot()


def test_a_plan_may_ask_several_things() -> None:
    """Each has an incident of its own."""
    keys = [limit.key for limit in limits_of(TargetPlan(min=0.1, max=0.9, p99_max=3.0))]
    assert keys == ["max", "min", "p99_max"]
    assert Limit("p99_max", 1 - 0.99, "most", 3.0) in list(limits_of(TargetPlan(p99_max=3.0)))


def test_a_few_numbers_are_certain_of_nothing() -> None:
    """The first two answers of a night, equally slow, would page: of two equal values the variance is 0."""
    target = target_of(is_rate=False, max=200.0)
    assert play(target, np.full(19, 250.0), TICK_MS) == []
    assert play(target, np.full(5, 250.0), TICK_MS, 20 * TICK_MS) != []
