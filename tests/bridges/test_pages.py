"""What Alertmanager is told of an incident, whatever its times and its past."""

import msgspec
import pytest

from driftline.schemas import rfc3339
from driftline.stream_app.bridges.pages import OVER_KEPT_MS, Pages
from driftline.stream_app.bridges.words import Word
from tests.bridges.letters import letter

NOW_MS = 1_796_000_000_000


def told(*words: Word, now_ms: int = NOW_MS) -> list[dict[str, object]]:
    """The pages after these words."""
    pages = Pages()
    for word in words:
        pages.tell(word, now_ms)
    return list(pages.of(words[-1].incident, now_ms))


def test_lower_severities_fire_on_and_end_together() -> None:
    """Another severity is another alert: ending the lower one says "resolved" in the middle of it."""
    words = [letter(1, severity="info").word, letter(2, "updated", severity="critical").word]
    firing = told(*words)
    assert [page["labels"]["severity"] for page in firing] == ["critical", "info"]  # type: ignore[index]
    assert not any("endsAt" in page for page in firing)
    over = told(*words, letter(3, "resolved").word)
    assert [page["labels"] for page in over] == [page["labels"] for page in firing]
    assert all(page["endsAt"] == "2026-11-22T11:30:00.000Z" for page in over)


def test_what_changes_is_no_label() -> None:
    """Alertmanager takes an alert with another label for another alert."""
    [page] = told(letter(1).word)
    assert set(page["labels"]) == {"alertname", "model", "version", "role", "incident", "severity"}  # type: ignore[call-overload]
    assert page["annotations"]["alert_id"] == letter(1).word.id  # type: ignore[index]
    assert page["annotations"]["kind"] == "concept_drift"  # type: ignore[index]


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-11-22T10:00:00Z", "2099-01-01T00:00:00Z", ("2026-11-22T10:00:00.000Z", rfc3339(NOW_MS))),
        ("2099-01-01T00:00:00Z", "2099-01-02T00:00:00Z", (rfc3339(NOW_MS),) * 2),
        ("2026-11-22T10:00:00Z", "2026-11-22T09:00:00Z", ("2026-11-22T10:00:00.000Z",) * 2),
        ("soon", "later", (rfc3339(NOW_MS),) * 2),
    ],
)  # fmt: skip
def test_times_are_never_ahead_of_the_clock_nor_in_the_wrong_order(
    starts: str, ends: str, expected: tuple[str, str]
) -> None:
    """Event time: with an end ahead of the wall it fires until then, one before the start is refused."""
    word = msgspec.structs.replace(letter(1, "resolved").word, starts_at=starts, ends_at=ends)
    [page, *_] = told(word, now_ms=NOW_MS)
    assert (page["startsAt"], page["endsAt"]) == expected


def test_what_the_topic_has_forgotten_is_ended_and_not_fired() -> None:
    """The topic is compacted: of an old incident only the last word is there, and it may have grown."""
    assert [page["labels"]["severity"] for page in told(letter(5, "updated").word)] == ["critical"]  # type: ignore[index]
    over = told(letter(5, "updated").word, letter(6, "resolved").word)
    assert [page["labels"]["severity"] for page in over] == ["critical", "warning", "info"]  # type: ignore[index]


def test_what_is_over_is_told_for_a_while_and_then_forgotten() -> None:
    """One of several Alertmanagers may have been away; but memory must not grow with every incident."""
    pages = Pages()
    pages.tell(letter(1).word, NOW_MS)
    pages.tell(letter(2, "resolved").word, NOW_MS)
    pages.tell(letter(1, episode=2).word, NOW_MS)
    pages.forget_old(NOW_MS + OVER_KEPT_MS)
    assert len(pages.known()) == 2
    pages.forget_old(NOW_MS + OVER_KEPT_MS + 1)
    assert pages.known() == [letter(1, episode=2).incident]


def test_nothing_is_told_while_the_past_is_read() -> None:
    """After a change of partitions old words are read again: what is over by now would fire, and page."""
    pages = Pages()
    pages.clear()
    pages.tell(letter(1).word, NOW_MS)
    assert list(pages.of(letter(1).incident, NOW_MS)) == []
    pages.are_settled = True
    assert len(list(pages.of(letter(1).incident, NOW_MS))) == 1
