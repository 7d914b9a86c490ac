import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.schemas import Verdict
from driftline.stream_app.alarms.standing import HALF_LIFE_MS, LEAST, MOST, Sighting, Standing, decayed

VERDICTS: st.SearchStrategy[Verdict] = st.sampled_from(["useful", "noise", "expected_change"])
# Verdicts on incidents, each after a while, perhaps instead of an earlier one.
SAID = st.lists(st.tuples(VERDICTS, st.none() | VERDICTS, st.integers(0, 10 * HALF_LIFE_MS)), max_size=60)


@given(SAID)
def test_weights_stay_within_their_bounds(said: list[tuple[Verdict, Verdict | None, int]]) -> None:
    """One angry evening would blind a signal for ever, or hand it everybody's budget."""
    standing, now_ms = Standing(), 0
    for verdict, earlier, pause_ms in said:
        now_ms += pause_ms
        standing.judge(verdict, earlier, now_ms)
        assert LEAST <= standing.factor_at(now_ms) <= MOST
        assert LEAST <= standing.factor_at(now_ms + pause_ms) <= MOST


@given(st.floats(LEAST, MOST), st.integers(0, 400 * HALF_LIFE_MS), st.integers(0, 400 * HALF_LIFE_MS))
def test_time_only_brings_weights_back(factor: float, first_ms: int, later_ms: int) -> None:
    """A weight would swing past 1, or drift away, without anybody having said anything."""
    one, other = decayed(factor, first_ms), decayed(factor, first_ms + later_ms)
    assert min(factor, 1.0) <= one <= max(factor, 1.0)
    assert abs(other - 1.0) <= abs(one - 1.0)


def test_half_of_what_was_said_is_forgotten_in_a_half_life() -> None:
    """What the documentation promises would take another time."""
    assert decayed(0.25, HALF_LIFE_MS) == pytest.approx(0.5)
    assert decayed(4.0, 2 * HALF_LIFE_MS) == pytest.approx(4.0**0.25)
    assert decayed(0.25, 0) == 0.25


def test_a_change_of_mind_undoes_the_first_verdict() -> None:
    """A slip of the finger would cost a signal its alerts."""
    standing = Standing()
    standing.judge("noise", None, 0)
    standing.judge("useful", "noise", 0)
    assert standing.factor == pytest.approx(1.5)
    assert (standing.noise, standing.useful) == (0, 1)


def test_only_noise_and_often_is_what_demotes() -> None:
    """A signal that once found something would be silenced by its noise."""
    standing = Standing()
    for _ in range(2):
        standing.judge("noise", None, 0)
    assert not standing.only_noise
    standing.judge("noise", None, 0)
    assert standing.only_noise
    standing.judge("useful", None, 0)
    assert not standing.only_noise


def test_who_saw_first_is_a_matter_of_stream_and_time() -> None:
    """A chance finding of another version or another day would bring back every noisy signal."""
    standing = Standing(watch_only=True)
    standing.remember(Sighting("1", "live", 1000))
    assert standing.saw_first("1", "live", 1000, 600)
    assert standing.saw_first("1", "live", 1600, 600)
    assert not standing.saw_first("1", "live", 1601, 600)
    assert not standing.saw_first("1", "live", 999, 600)
    assert not standing.saw_first("2", "live", 1000, 600)
    assert not standing.saw_first("1", "shadow", 1000, 600)
