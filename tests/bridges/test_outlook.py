"""Which words are not delivered since later ones are there."""

import pytest

from driftline.stream_app.bridges.heard import Heard
from driftline.stream_app.bridges.outlook import Outlook
from tests.bridges.letters import letter

FIRING, UPDATED, OVER = letter(1).word, letter(2, "updated").word, letter(3, "resolved").word


def delivered(first: bool, every: bool, *words: object) -> list[str]:
    """The statuses of those that are delivered when all of these stand on the topic at the start."""
    outlook = Outlook(is_first=first, wants_every_word=every)
    for word in words:
        outlook.see(word)  # type: ignore[arg-type]
    return [word.status for word in words if not outlook.passes_over(word)]  # type: ignore[arg-type, attr-defined]


@pytest.mark.parametrize(
    ("first", "every", "is_over", "expected"),
    [
        (True, False, False, ["updated"]),
        (True, False, True, []),
        (True, True, False, ["updated"]),
        (True, True, True, []),
        (False, False, False, ["updated"]),
        (False, False, True, ["resolved"]),
        (False, True, False, ["firing", "updated"]),
        (False, True, True, ["firing", "updated", "resolved"]),
    ],
)
def test_what_a_bridge_finds_when_it_starts(
    first: bool, every: bool, is_over: bool, expected: list[str]
) -> None:
    """A new one tells what is open; one that was away what changed, and pages for nothing that is over."""
    words = (FIRING, UPDATED, OVER) if is_over else (FIRING, UPDATED)
    assert delivered(first, every, *words) == expected


def test_what_comes_later_is_delivered() -> None:
    """The outlook is that of the start."""
    outlook = Outlook(is_first=True, wants_every_word=False)
    outlook.see(FIRING)
    assert not outlook.passes_over(UPDATED)
    assert not outlook.passes_over(letter(1, episode=2).word)


def test_a_word_that_was_heard_is_not_new() -> None:
    """A worker that takes over publishes its last alerts again, and firing must not come behind resolved."""
    heard = Heard(capacity=2)
    assert [heard.is_new(word) for word in (FIRING, OVER, FIRING, UPDATED, OVER)] == [
        *(True, True, False, False, False),
    ]
    for episode in (2, 3):
        assert heard.is_new(letter(1, episode=episode).word)
    assert heard.is_new(FIRING)  # beyond the capacity the oldest is forgotten
