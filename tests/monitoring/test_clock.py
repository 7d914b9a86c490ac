import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.clock import EVENTS_PER_LOOK, TICK_MS, EventClock, phase_of

START_MS = 1_700_000_000_000


def clock_after(times_ms: list[int]) -> EventClock:
    clock = EventClock()
    for time_ms in times_ms:
        clock.advance(time_ms)
    return clock


def test_one_event_far_ahead_does_not_move_the_clock() -> None:
    """A single wrong time would expire everything that waits for feedback."""
    times_ms = [START_MS + 1000 * step for step in range(10)]
    assert clock_after([*times_ms, START_MS + 86_400_000]).now_ms <= times_ms[-1]


def test_the_clock_follows_two_events_behind() -> None:
    """A clock that stood still would never give an event its turn."""
    assert clock_after([START_MS, START_MS + 1, START_MS + 2, START_MS + 3]).now_ms == START_MS + 1


def test_a_tick_is_reported_once() -> None:
    """Without ticks nothing that depends on time would happen; twice would repeat it."""
    clock = clock_after([START_MS] * 3)
    later = START_MS + TICK_MS
    assert [clock.advance(later) for _ in range(4)] == [False, False, True, False]


def test_models_tick_one_after_the_other() -> None:
    """All models of a worker would flush and summarise at once, and hold up each other's alerts."""
    phases = {phase_of(f"model-{number}") for number in range(100)}
    assert phases == set(range(0, TICK_MS, 1000))
    clock = EventClock(3000)
    for _ in range(3):
        clock.advance(START_MS + 3000)
    assert clock.tick_ms == START_MS + 3000
    assert [clock.advance(START_MS + 12_999) for _ in range(3)] == [False] * 3
    assert [clock.advance(START_MS + 13_000) for _ in range(3)] == [False, False, True]


@given(st.lists(st.integers(0, 2**42)))
def test_the_clock_never_goes_back(times_ms: list[int]) -> None:
    """Time going back would un-expire what was counted already."""
    clock = EventClock()
    last_ms = 0
    for time_ms in times_ms:
        clock.advance(time_ms)
        assert clock.now_ms >= last_ms
        last_ms = clock.now_ms


@given(st.lists(st.integers(0, 2**42)), st.lists(st.integers(0, 2**42)))
def test_a_restored_clock_goes_on_the_same(before: list[int], after: list[int]) -> None:
    """A clock that differs after a crash would tick elsewhere and change alert ids."""
    clock = clock_after(before)
    restored = EventClock.restore(clock.snapshot())
    assert [clock.advance(time_ms) for time_ms in after] == [restored.advance(time_ms) for time_ms in after]


@given(
    st.lists(st.integers(0, 60_000)), st.integers(0, 3 * EVENTS_PER_LOOK), st.lists(st.integers(0, 60_000))
)
def test_many_events_advance_like_one_by_one(before: list[int], quiet: int, times_ms: list[int]) -> None:
    """What happens on ticks would depend on how events were batched."""
    times_ms = [0] * quiet + times_ms
    single, many = clock_after(before), clock_after(before)
    expected = next((place for place, time_ms in enumerate(times_ms) if single.advance(time_ms)), None)
    count = many.advance_to_tick(np.array(times_ms, np.int64))
    assert count == (len(times_ms) if expected is None else expected)
    if expected is not None:
        assert many.advance(times_ms[count])
    assert many.snapshot() == single.snapshot()
