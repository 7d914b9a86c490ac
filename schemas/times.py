"""Times: integer epoch milliseconds inside, RFC 3339 outside."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY_MS = 86_400_000
# Times outside are mistakes: epoch seconds land in 1970, epoch microseconds tens of thousands of years ahead.
EARLIEST_MS = 946_684_800_000  # 2000-01-01T00:00:00Z
LATEST_MS = 4_102_444_800_000  # 2100-01-01T00:00:00Z, itself too late
OLDEST_MS = (
    LATEST_MS // 1000
)  # 1970-02-17: how far a history may go back; before are epoch seconds, by mistake


def epoch_ms(instant: datetime) -> int:
    """Epoch milliseconds of a time with an offset, rounded down."""
    return (instant - EPOCH) // MILLISECOND


def rfc3339(time_ms: int) -> str:
    """The time in UTC with three decimals: ``2026-11-22T10:00:00.120Z``.

    Raises:
        OverflowError: the year is not between 1 and 9999.
    """
    instant = EPOCH + timedelta(milliseconds=time_ms)
    return f"{instant.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
