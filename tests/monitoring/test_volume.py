from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.volume import LONGEST_GAP_S, MANY, Volume, seconds_of


def test_complete_seconds_are_counted() -> None:
    """Throughput would be wrong by the seconds that no event touched."""
    volume = Volume()
    volume.add(seconds_of(np.array([500, 1_200, 1_900, 3_100, 4_000], dtype=np.int64)))
    assert volume.complete(4_000) == [(1, 2), (2, 0), (3, 1)]
    assert volume.complete(4_500) == []
    assert volume.complete(5_000) == [(4, 1)]


def test_a_late_prediction_counts_in_the_oldest_open_second() -> None:
    """It would vanish from the throughput."""
    volume = Volume()
    volume.add(seconds_of(np.array([0, 1_000], dtype=np.int64)))
    assert volume.complete(3_000) == [(1, 1), (2, 0)]
    volume.add(seconds_of(np.array([1_500], dtype=np.int64)))
    assert volume.complete(4_000) == [(3, 1)]


def test_a_long_gap_is_bounded() -> None:
    """A month without events would make millions of rows at once."""
    volume = Volume()
    volume.add(seconds_of(np.array([0, 1_000], dtype=np.int64)))
    volume.complete(2_000)
    assert len(volume.complete(10**10)) == LONGEST_GAP_S


@given(st.lists(st.lists(st.integers(0, 20_000), max_size=20), min_size=1, max_size=8))
def test_how_events_are_batched_changes_nothing(batches: Sequence[list[int]]) -> None:
    """Volume would depend on fetch sizes."""
    together, apart = Volume(), Volume()
    for batch in batches:
        together.add(seconds_of(np.array(batch, dtype=np.int64)))
        for time_ms in batch:
            apart.add(seconds_of(np.array([time_ms], dtype=np.int64)))
    assert together.complete(30_000) == apart.complete(30_000)
    assert together.snapshot() == apart.snapshot()


def test_a_restored_volume_goes_on_the_same() -> None:
    """A second would be counted twice or not at all after a crash."""
    volume = Volume()
    volume.add(seconds_of(np.array([0, 1_000, 2_500], dtype=np.int64)))
    volume.complete(2_000)
    restored = Volume()
    restored.restore(volume.snapshot())
    assert restored.complete(9_000) == volume.complete(9_000)


def test_many_events_are_counted_like_few() -> None:
    """Throughput would jump where a batch grows."""
    few = 250 * np.arange(MANY - 1)
    many = 125 * np.arange(2 * (MANY - 1))
    assert {second: 2 * count for second, count in seconds_of(few).items()} == seconds_of(many)
