"""The clock of a time zone, for many times at once."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.detectors import BankSettings
from driftline.detectors.zone import zone_of

# Whole and half hours, both halves of the Earth, a day left out, a clock that is not changed any more.
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca"),
)
FROM_S, TO_S = 0, 4_000_000_000  # 1970 to 2096


@given(st.sampled_from(ZONES), st.lists(st.integers(FROM_S, TO_S), min_size=1, max_size=20))
def test_the_clock_is_that_of_the_time_zone(name: str, seconds: list[int]) -> None:
    """Half hours of the week would be those of another place, or of another half of the year."""
    local_ms = zone_of(name).local_ms(np.array(seconds, np.int64) * 1000)
    for second, shown_ms in zip(seconds, local_ms.tolist(), strict=True):
        clock = datetime.fromtimestamp(second, ZoneInfo(name)).replace(tzinfo=UTC)
        assert shown_ms == int(clock.timestamp()) * 1000


def test_a_change_holds_from_its_second_on() -> None:
    """An hour of a Sunday in October would be counted as another."""
    change_ms = 1_792_890_000_000  # 2026-10-25T01:00:00Z
    times_ms = np.array([change_ms - 1, change_ms])
    assert (zone_of("Europe/Berlin").local_ms(times_ms) - times_ms).tolist() == [7_200_000, 3_600_000]


@pytest.mark.parametrize("name", ["Europe/Berlim", "", "../../etc/passwd", "CET+1"])
def test_a_zone_that_there_is_not_is_said(name: str) -> None:
    """A typing error would be UTC without a word."""
    with pytest.raises(ValueError, match=r"there is no time zone .*: write UTC, or a name like"):
        BankSettings(timezone=name)
