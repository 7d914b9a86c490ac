from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.clocks.partition_clock import NO_TIME, VOTES, PartitionClock

START_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


def clock_after(count: int = 400, step_ms: int = 1000) -> PartitionClock:
    clock = PartitionClock()
    clock.advance(START_MS + step_ms * np.arange(count))
    return clock


@pytest.mark.parametrize("ahead", [1, 5, VOTES - 1])
def test_one_batch_of_a_clock_that_is_ahead_moves_nothing(ahead: int) -> None:
    """All models that did not write would look silent."""
    clock = clock_after()
    before_ms = clock.now_ms
    passed = clock.advance(np.full(ahead, before_ms + 2 * HOUR_MS))
    assert clock.now_ms == before_ms
    assert passed.voting is not None
    assert passed.voting.all()
    clock.advance(before_ms + 1000 * np.arange(1, 100))
    clock.advance(np.full(ahead, before_ms + 2 * HOUR_MS))
    assert clock.now_ms == before_ms + 99_000


def test_after_an_outage_it_goes_on() -> None:
    """It would stand still for ever."""
    clock = clock_after()
    after_ms = clock.now_ms + 2 * HOUR_MS
    clock.advance(after_ms + 1000 * np.arange(VOTES))
    assert clock.now_ms >= after_ms


def test_it_follows_records_that_become_rare() -> None:
    """At night, with a record every few minutes, it would run half an hour behind."""
    clock = clock_after()
    night_ms = clock.now_ms + 180_000 * np.arange(1, 30)
    clock.advance(night_ms)
    assert clock.now_ms == night_ms[-1]


def test_two_heartbeats_are_enough() -> None:
    """Nothing else is written when every model is out."""
    clock = clock_after()
    later_ms = clock.now_ms + HOUR_MS
    clock.advance(np.array([later_ms]), heartbeats={0})
    clock.advance(np.array([later_ms + 60_000]), heartbeats={0})
    assert clock.now_ms == later_ms


@given(
    st.lists(st.one_of(st.integers(0, 2_000_000), st.just(NO_TIME)), max_size=150),
    st.lists(st.integers(1, 40), max_size=40),
    st.sets(st.integers(0, 149)),
)
def test_how_records_are_batched_changes_nothing(
    steps: Sequence[int], sizes: Sequence[int], heartbeats: set[int]
) -> None:
    """Silence would be told at another record."""
    times = np.array([NO_TIME if step == NO_TIME else START_MS + step for step in steps], np.int64)
    whole, parts = clock_after(40), clock_after(40)
    expected = whole.advance(times, heartbeats)
    arrived: list[int] = []
    begin = 0
    for size in (*sizes, len(times)):
        part = times[begin : begin + size]
        passed = parts.advance(part, {place - begin for place in heartbeats})
        arrived += passed.arrived_ms.tolist()
        parts = PartitionClock.restore(parts.snapshot())
        begin += len(part)
    assert arrived == expected.arrived_ms.tolist()
    assert parts.snapshot() == whole.snapshot()
    assert all(np.diff(arrived) >= 0)
