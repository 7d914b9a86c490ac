"""How long a far side is left alone."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.bridges.backoff import LONGEST_S, Backoff
from driftline.stream_app.bridges.http import is_private, retry_after_s

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@given(st.integers(1, 10_000), st.none() | st.floats(0, 1e9), st.integers())
def test_pauses_double_are_spread_and_end_at_a_cap(failures: int, asked_s: float | None, seed: int) -> None:
    """Without a cap nobody is paged after a long outage; without a spread all come back at once."""
    pause_s = Backoff(1.0, 180.0, Random(seed)).pause_s(failures, asked_s)
    doubled_s = min(2.0 ** min(failures - 1, 20), 180.0)
    if asked_s is None:
        assert doubled_s / 2 <= pause_s <= doubled_s
    else:
        assert min(asked_s, LONGEST_S) <= pause_s <= max(doubled_s, LONGEST_S)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, None),
        ("120", 120.0),
        ("Sun, 22 Nov 2026 10:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("²", None),
        ("Sun, 22 Nov 2026 10:00:30", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(written: str | None, expected: float | None) -> None:
    """What a far side asks for in the other form would be ignored; nonsense must not end the bridge."""
    assert retry_after_s(written, NOW) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *((host, True) for host in ("10.1.2.3", "127.0.0.1", "::1", "alertmanager", "localhost")),
        *((host, False) for host in ("8.8.8.8", "events.pagerduty.com")),
    ],
)
def test_private_addresses_are_told(host: str, expected: bool) -> None:
    """They are allowed, since most pagers are inside, and logged, so that one that should not be is seen."""
    assert is_private(host) is expected
