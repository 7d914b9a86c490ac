"""Categories that come and go: told as new twice, and no more."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.detectors import Finding, Transform, codes_at_first_sight
from driftline.detectors.kernels.known_codes import NEW
from tests.detectors.streams import feed, single

HOUR = 600  # values, one every six seconds
SPACING_MS = 6_000
TV, OTHER = 3.0, 400.0


def days(count: int, seed: int, code: float = TV, first_hour: int = 18) -> NDArray[np.float64]:
    """Codes 1 and 2 [values, 1], and a tenth of the values of five hours of each day are another one."""
    random = np.random.default_rng(seed)
    codes = random.integers(1, 3, count * 24 * HOUR).astype(float)
    hour = np.arange(len(codes)) // HOUR % 24
    is_other = (hour >= first_hour) & (hour < first_hour + 5) & (random.random(len(codes)) < 0.1)
    return np.where(is_other, code, codes)[:, None]


def days_told(findings: list[Finding]) -> set[int]:
    """The days on which something rose."""
    return {found.detected_offset // (24 * HOUR) for found in findings if found.direction == "up"}


def test_a_device_of_the_evenings_is_new_twice() -> None:
    """A television that is used from six to eleven was told as new every evening, for ever."""
    findings = feed(single(Transform.UNSEEN), days(5, 1), spacing_ms=SPACING_MS)
    assert days_told(findings) == {0, 1}
    assert findings[0].new_codes == (int(TV),)


def test_another_one_is_news_after_that() -> None:
    """Who knows the television must still be told of what has never come."""
    codes = days(6, 2)
    last = np.arange(len(codes)) >= 5 * 24 * HOUR
    codes[last & (np.arange(len(codes)) % 10 == 0)] = 5.0
    findings = feed(single(Transform.UNSEEN), codes, spacing_ms=SPACING_MS)
    assert days_told(findings) == {0, 1, 5}
    assert findings[-1].new_codes[0] == 5


def test_what_stays_stays_new() -> None:
    """A value that was told as new and comes on must not be called over."""
    codes = days(3, 3, first_hour=0)
    late = np.arange(len(codes)) >= 10 * HOUR
    codes[late & (np.arange(len(codes)) % 10 == 0)] = 5.0
    bank = single(Transform.UNSEEN)
    feed(bank, codes, spacing_ms=SPACING_MS)
    state = bank.state_of("x")
    assert state is not None and state.away and 0.05 < state.recent.mean < 0.2


def test_all_others_are_never_known() -> None:
    """Beyond the limit of categories many share one code: the next ones may be others than the last."""
    findings = feed(single(Transform.UNSEEN), days(4, 4, code=OTHER), spacing_ms=SPACING_MS)
    assert days_told(findings) == {0, 1, 2, 3}
    assert findings[0].new_codes == ()


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(50, 3_000), min_size=1, max_size=4))
def test_batches_change_nothing(sizes: list[int]) -> None:
    """What is known must not depend on how values came together."""
    codes = days(2, 5)
    one, other = single(Transform.UNSEEN), single(Transform.UNSEEN)
    found = feed(one, codes, spacing_ms=SPACING_MS)
    also = feed(other, codes, [*sizes, 5_000], spacing_ms=SPACING_MS)
    assert [replace(each, row=0) for each in found] == [replace(each, row=0) for each in also]
    assert one.snapshot() == other.snapshot()


def test_users_that_come_in_sessions_are_no_news() -> None:
    """Of ninety users of a warm-up each comes twenty times and not again: the next ones were told as new."""
    random = np.random.default_rng(6)
    lengths = random.integers(5, 40, 1_000)
    users = np.repeat(np.arange(1, 1_001), lengths).astype(float)
    bank = single(Transform.UNSEEN)
    frequent = codes_at_first_sight(bank.settings.categories) + 1
    assert not feed(bank, np.where(users >= frequent, 0.0, users)[:, None], spacing_ms=SPACING_MS)
    users = np.where(random.random(3_000) < 0.3, frequent, 0.0)
    (found, *_) = feed(bank, users[:, None], first=len(lengths) * 40, spacing_ms=SPACING_MS)
    assert found.new_codes == (frequent,)


def test_a_new_code_is_above_every_known_one() -> None:
    """The level of a code that is known must never be read as that of a new one."""
    bank = single(Transform.UNSEEN, warm_up=100)
    feed(bank, np.ones((200, 1)), spacing_ms=SPACING_MS)
    levels = bank._arrays.shapes[1]["level"]
    assert levels[1] == 0.0 and (levels[2:] == NEW).all()
