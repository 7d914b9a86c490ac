"""What is not armed says what it has, what it needs, and when; never in silence."""

import pytest

from driftline.stream_app.monitoring.notices import Notices, Why
from driftline.stream_app.monitoring.pace import FORGOTTEN_MS, Pace
from driftline.stream_app.monitoring.streams.arming import DAY_MS, KNOWN_MS, LONGEST_MS, Wait, note_waits
from driftline.stream_app.monitoring.streams.stream import Stream

NOW_MS = 1_790_000_000_000


def wait(signal: str = "feature:x", seen: int = 100, days: float = 1.0, needed: int = 2000) -> Wait:
    """A signal that has come so far in so many days."""
    per_day = seen / days
    left_ms = (needed - seen) / per_day * DAY_MS
    ready_ms = NOW_MS + round(left_ms) if left_ms <= LONGEST_MS else None
    return Wait("v1", "live", signal, seen, needed, NOW_MS - round(days * DAY_MS), per_day, ready_ms)


class OneStream:
    """What `note_waits` needs to know of a stream."""

    version, role = "v1", "live"


def noted(*waits: Wait, notices: Notices | None = None, why: Why = Why.NOT_ARMED) -> list[str]:
    kept = notices or Notices()
    stream: Stream = OneStream()  # type: ignore[assignment]
    note_waits(kept, stream, list(waits), NOW_MS)
    return [notice.sentence for notice in kept.all() if notice.why is why]


def test_a_signal_that_is_never_armed_is_a_notice_with_its_figures() -> None:
    """A model with a hundred predictions a day looked watched for three weeks and was not."""
    (sentence,) = noted(wait())
    assert sentence == (
        "not armed within a week, of version v1: feature:x "
        "(feature:x: 100 of 2,000 values: 19 more days at this rate (100 a day))."
    )


def test_many_signals_are_one_notice_that_is_taken_back() -> None:
    """Thirty lines of the same kind would hide the one that matters; and later it would not be true."""
    notices = Notices()
    (sentence,) = noted(*(wait(f"feature:{name}") for name in "abcde"), notices=notices)
    assert "feature:a, feature:b, feature:c and 2 more" in sentence
    noted(*(wait(f"feature:{name}") for name in "abcde"), notices=notices)
    assert [notice.count for notice in notices.all()] == [1]
    assert noted(wait(seen=1900, days=0.5), notices=notices) == []


@pytest.mark.parametrize(
    "quiet", [wait(seen=1000), wait(seen=2, days=KNOWN_MS / DAY_MS / 2), wait(seen=1, days=3.0)]
)
def test_what_is_on_its_way_or_not_known_yet_is_no_notice(quiet: Wait) -> None:
    """The first minutes of every model would be full of warnings that are untrue an hour later."""
    assert noted(quiet) == []


def test_enough_values_without_a_reference_say_why() -> None:
    """ "2,400 of 2,000 values" would be taken for a mistake in driftline."""
    assert wait(seen=2400).why == "its values differ too little, or too seldom, to learn from"


def test_a_pace_forgets_what_was() -> None:
    """ "5 events a second" of a model that stopped an hour ago says that it is well."""
    pace = Pace()
    pace.update(0, NOW_MS)
    assert pace.per_s is None
    for minute in range(1, 61):
        pace.update(600 * minute, NOW_MS + minute * 60_000)
    assert pace.per_s == pytest.approx(10.0)
    restored = Pace.restore(pace.snapshot())
    restored.update(36_000, NOW_MS + 3_600_000 + 10 * FORGOTTEN_MS)
    assert restored.per_s is not None
    assert restored.per_s < 0.01


def test_what_is_watched_by_what_it_has_so_far_says_so() -> None:
    """It would seem to be blind until the last of its values."""
    assert wait(seen=312)._replace(rough=True, ready_ms=NOW_MS).why == "watched roughly: 312 of 2,000 values"


def test_what_is_watched_roughly_for_long_is_not_said_to_be_unwatched() -> None:
    """An incident about a signal that is "not watched" is not believed."""
    notices = Notices()
    rough = wait("feature:y", seen=520)._replace(rough=True)
    waits = [wait("missing:y"), rough._replace(ready_ms=None)]
    (sentence,) = noted(*waits, notices=notices)
    assert "feature:y" not in sentence
    (sentence,) = noted(*waits, notices=notices, why=Why.WATCHED_ROUGHLY)
    assert "version v1: feature:y (feature:y: watched roughly: 520 of 2,000 values" in sentence
    assert noted(waits[0], notices=notices, why=Why.WATCHED_ROUGHLY) == []
