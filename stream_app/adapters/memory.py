"""Messages in memory as records; a list's ``append`` is the sink to go with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol


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


class MemoryRecord(NamedTuple):
    """A message with its place in its topic, as a broker would have given it."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None


def records_of_messages(messages: Iterable[Message]) -> Iterator[MemoryRecord]:
    """The messages in their order, all in partition 0; each topic counts its own offsets from 0."""
    next_offset: defaultdict[str, int] = defaultdict(int)
    for message in messages:
        offset = next_offset[message.topic]
        next_offset[message.topic] = offset + 1
        yield MemoryRecord(message.topic, 0, offset, message.time_ms, message.key, message.value)
