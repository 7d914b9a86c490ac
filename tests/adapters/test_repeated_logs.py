"""Libraries may say a thing once a minute."""

import logging

from driftline.stream_app.adapters.repeated_logs import EVERY_S, MESSAGES_MAX, OncePerMinute


class Said:
    """What a filter lets through, at times that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.filter = OncePerMinute(("aiokafka",), lambda: self.now)

    def say(self, message: str, *arguments: object, logger: str = "aiokafka.conn") -> str | None:
        record = logging.LogRecord(logger, logging.ERROR, "", 1, message, arguments, None)
        return record.getMessage() if self.filter.filter(record) else None


def test_the_same_message_comes_once_a_minute_with_its_count() -> None:
    """A broker that is away for an hour filled the disk with a line for each attempt."""
    said = Said()
    assert said.say("node %s is away", 1) == "node 1 is away"
    assert [said.say("node %s is away", number) for number in range(5)] == [None] * 5
    said.now = EVERY_S
    assert said.say("node %s is away", 2) == "node 2 is away (and 5 times in the last minute)"


def test_different_messages_and_our_own_all_come() -> None:
    """A line of ours that is held back is an alert that nobody sees in the log."""
    said = Said()
    assert said.say("a") == "a"
    assert said.say("b") == "b"
    assert [said.say("alert", logger="driftline.checkpoint") for _ in range(3)] == ["alert"] * 3


def test_messages_remembered_are_bounded() -> None:
    """Messages with names in them are as many as there are names."""
    said = Said()
    for number in range(3 * MESSAGES_MAX):
        said.say("topic " + "x" * number)
    assert len(said.filter._since) <= MESSAGES_MAX
