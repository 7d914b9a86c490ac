import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.clocks.clock import EVENTS_PER_LOOK, TICK_MS, VOTES, EventClock, phase_of

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


def running(step_ms: int = 1000) -> EventClock:
    """A clock that knows its usual gap."""
    return clock_after([START_MS + step_ms * step for step in range(300)])


@pytest.mark.parametrize("ahead", [3, 5, 15, VOTES - 1])
def test_one_batch_of_a_clock_that_is_ahead_moves_nothing(ahead: int) -> None:
    """Every open join of the model would be closed: "redo_search not told at all"."""
    clock = running()
    before_ms = clock.now_ms
    for number in range(ahead):
        clock.advance(START_MS + 7_200_000 + number)
    assert clock.now_ms - before_ms <= 2000


def test_a_leap_counts_once_many_events_or_the_partition_agree() -> None:
    """After an outage the clock would stand still for ever."""
    many, borne_out = running(), running()
    later_ms = START_MS + 9_000_000
    for number in range(VOTES + 3):
        many.advance(later_ms + 1000 * number)
    assert many.now_ms >= later_ms
    for number in range(3):
        borne_out.advance(later_ms + number, believed_ms=later_ms + 300_000)
    assert borne_out.now_ms == later_ms


def test_a_thin_model_leaps_every_night() -> None:
    """Fourteen hours are forty of its usual gaps and less: nothing to be voted on."""
    clock = clock_after([START_MS + 1_800_000 * step for step in range(40)])
    later_ms = START_MS + 1_800_000 * 40 + 14 * 3_600_000
    for number in range(3):
        clock.advance(later_ms + number)
    assert clock.now_ms == later_ms


@given(
    st.lists(st.integers(0, 4_000_000), max_size=200),
    st.integers(0, 3_000_000),
)
def test_leaps_are_the_same_for_many_events_at_once(steps: list[int], believed: int) -> None:
    """A vote would count differently in another batch."""
    times_ms = [START_MS + 300_000 + step for step in steps]
    believed_ms = START_MS + believed
    single, many = running(), running()
    for time_ms in times_ms:
        single.advance(time_ms, believed_ms)
    array, start = np.array(times_ms, np.int64), 0
    while start < len(array):
        quiet = many.advance_to_tick(array[start:], np.full(len(array) - start, believed_ms))
        if not quiet:
            assert many.advance(times_ms[start], believed_ms)
            quiet = 1
        start += quiet
    assert many.snapshot() == single.snapshot()


@given(
    st.lists(st.integers(0, 60_000)),
    st.lists(st.integers(0, 200_000)),
    st.integers(0, 9_000),
    st.integers(0, 60_000),
)
def test_ticks_passed_together_are_those_passed_one_by_one(
    before: list[int], steps: list[int], phase_ms: int, ahead_ms: int
) -> None:
    """What waits would be due at another tick, and counted in another minute."""
    single, many = EventClock(phase_ms), EventClock(phase_ms)
    for clock in (single, many):
        for step in [*before, *[60_000] * 3]:
            clock.advance(START_MS + step)
    until_ms = max(many.now_ms + ahead_ms, many.tick_ms + 1)
    passed = many.pass_ticks([START_MS + step for step in steps], until_ms)
    ticked = [single.advance(START_MS + step) for step in steps[: len(passed.ticks_ms)]]
    assert many.snapshot() == single.snapshot()
    assert passed.places == [place for place, ticks in enumerate(ticked) if ticks]
    assert all(passed.ticks_ms[place] < until_ms for place in passed.places)
    for step in steps[len(passed.ticks_ms) :][:1]:
        assert single.advance(START_MS + step)
        assert single.tick_ms >= until_ms
