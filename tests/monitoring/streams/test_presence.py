import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.streams.presence import GONE_MS, Presence

TIMES = st.lists(st.integers(1, 6 * GONE_MS), min_size=1, max_size=20)


@given(TIMES, TIMES)
def test_heard_together_is_heard_one_by_one(before: list[int], times_ms: list[int]) -> None:
    """When a stream is gone would depend on how its events were batched."""
    together, single = Presence(), Presence()
    for time_ms in before:
        together.hear(time_ms)
        single.hear(time_ms)
    together.hear_all(np.array(times_ms, np.int64))
    for time_ms in times_ms:
        single.hear(time_ms)
    assert together.snapshot() == single.snapshot()
