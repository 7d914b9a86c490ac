"""Messages in memory as records; a list's ``append`` is the sink to go with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from driftline.stream_app.pipeline import Record


class Message(Protocol):
    """What is to become a record: event time in epoch milliseconds, topic, key and value."""

    @property
    def time_ms(self) -> int: ...
    @property
    def topic(self) -> str: ...
    @property
    def key(self) -> bytes: ...
    @property
    def value(self) -> bytes: ...


def records_of_messages(messages: Iterable[Message]) -> Iterator[Record]:
    """The messages in their order, all in partition 0; each topic counts its own offsets from 0."""
    next_offset: defaultdict[str, int] = defaultdict(int)
    for message in messages:
        offset = next_offset[message.topic]
        next_offset[message.topic] = offset + 1
        yield Record(message.topic, 0, offset, message.time_ms, message.key, message.value)
