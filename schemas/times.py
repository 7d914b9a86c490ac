"""Times: integer epoch milliseconds inside, RFC 3339 outside."""

import re
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

# Postgres writes whole hours as +00, others without a colon: RFC 3339 wants +00:00.
_SHORT_OFFSET = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d)(\d\d)?")


def with_whole_offset(text: str) -> str:
    """A time whose offset is ``+00`` or ``+0530`` as RFC 3339 wants it; any other text as it is."""
    match = _SHORT_OFFSET.fullmatch(text.strip())
    return f"{match[1]}:{match[2] or '00'}" if match else text


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
