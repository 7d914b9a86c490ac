"""Days, weekdays and hours that are sent as numbers: whole ones that go on by one when the clock does."""

from typing import Final

from driftline.detectors import Finding

HALF_HOUR_MS: Final = 1_800_000  # zones differ by whole halves
# Judged: clocks differ by so much; the first value of an hour is as late as values are apart.
EARLY_MS, LATE_MS = 2000, 60_000
FIRST: Final = (0.0, 1.0)  # of an hour, a weekday, a day of the month, a month,
LAST: Final = (6.0, 7.0, 12.0, 23.0, 24.0, 28.0, 29.0, 30.0, 31.0)  # and their last


def is_calendar(found: Finding) -> bool:
    """Whether a number stood still at a whole one, and goes on by one at a full hour, or begins again.

    Not from 0 to 1, as a flag that is turned on, for the sake of which a first Tuesday is told.
    """
    before, after = found.was if found.was.count else found.before, found.after
    still = before.count and after.count and before.sd == after.sd == 0.0
    if found.share or not still or not after.mean.is_integer():
        return False
    goes_on = before.mean > 0.0 and after.mean - before.mean == 1.0
    begins_again = before.mean in LAST and after.mean in FIRST
    late_ms = (found.began_ms + EARLY_MS) % HALF_HOUR_MS - EARLY_MS
    return (goes_on or begins_again) and late_ms <= min(1.5 * found.gap_ms, LATE_MS)
