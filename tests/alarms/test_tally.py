import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.alarms.tally import DAY_MS, PIECES, WHOLE_MODEL, Tally
from driftline.stream_app.pipeline.codec import pack, unpack

PERIOD_MS = 30 * DAY_MS


def test_a_rate_is_of_the_period_and_of_nothing_before() -> None:
    """The rate beside the budget would be of another time than the budget."""
    tally = Tally(PERIOD_MS)
    for day in range(100):
        tally.tick(day * DAY_MS)
        if day in (0, 1, 2, 60, 61, 95):
            tally.count(WHOLE_MODEL, day * DAY_MS)
            tally.count("a", day * DAY_MS)
        if day == 29:
            assert tally.per_day() == pytest.approx(3 / 29)
        if day == 50:
            assert tally.per_day() == 0.0
        if day == 80:
            assert tally.per_day("a") == pytest.approx(2 / 30)
            assert tally.per_day("b") == 0.0
    assert tally.per_day() == pytest.approx(1 / 30)


def test_the_first_alert_is_not_a_thousand_a_day() -> None:
    """A dashboard would show a catastrophe in the first minute of every model."""
    tally = Tally(PERIOD_MS)
    tally.tick(1_790_000_000_000)
    tally.count(WHOLE_MODEL, 1_790_000_000_000)
    assert tally.per_day() == 1.0


@given(st.lists(st.tuples(st.integers(0, 3 * DAY_MS), st.sampled_from("abc")), max_size=200))
def test_memory_is_bounded_and_survives(steps: list[tuple[int, str]]) -> None:
    """A year of alerts would be kept, or be gone with the worker."""
    tally, now_ms = Tally(PERIOD_MS), 1_790_000_000_000
    for pause_ms, name in steps:
        now_ms += pause_ms
        tally.tick(now_ms)
        tally.count(name, now_ms)
        assert len(tally.snapshot()["pieces"]) <= PIECES + 1
    copy = Tally(PERIOD_MS)
    copy.restore(unpack(pack(tally.snapshot())))
    assert [copy.per_day(name) for name in "abc"] == [tally.per_day(name) for name in "abc"]
    assert copy.snapshot() == tally.snapshot()
