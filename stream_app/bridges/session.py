"""The bridge's work on the partitions that it has now: from taking them up to handing them back."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Final

from aiokafka import TopicPartition

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.bridges.deliveries import Deliveries
from driftline.stream_app.bridges.heard import Heard
from driftline.stream_app.bridges.history import Record
from driftline.stream_app.bridges.metrics import BridgeMetrics
from driftline.stream_app.bridges.outlook import Outlook
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.window import Committed, Window
from driftline.stream_app.bridges.words import Letter, read_word

GRACE_S: Final = 12.0
"""A request takes at most ten seconds; its answer decides whether it comes again."""

log = get_log("driftline.bridge")
Commits = dict[TopicPartition, tuple[int, str]]


class Session:
    """First `look_back` over everything that the topic holds, then `take` what is not delivered yet.

    Args:
        known: what the group has committed, of each partition of which it has committed anything.
        begins: where a partition is read from that it has committed nothing of.
    """

    def __init__(
        self,
        receiver: Receiver,
        deliveries: Deliveries,
        metrics: BridgeMetrics,
        known: Mapping[TopicPartition, Committed],
        begins: Mapping[TopicPartition, int],
    ) -> None:
        self._receiver = receiver
        self.deliveries = deliveries
        self._metrics = metrics
        self._known = known
        self._heard = Heard()
        self._outlooks = {
            each: Outlook(is_first=each not in known, wants_every_word=receiver.wants_every_word)
            for each in begins
        }
        self.windows = {
            each: Window(known[each].position if each in known else begin) for each, begin in begins.items()
        }
        self._unread = set(begins)
        self._uncommitted = set(begins)  # even where nothing was read: a position says that this is not new
        self.due = asyncio.Event()
        """Set when there may be something to commit."""
        receiver.begin()

    def look_back(self, source: TopicPartition, record: Record) -> None:
        """A record that stands on the topic: tell the receiver what it had, and note what it will have."""
        letter = self._letter(record, counts=False)
        if letter is None:
            return
        known = self._known.get(source)
        if known is None or not known.has(record.offset):
            self._outlooks[source].see(letter.word)
        elif self._heard.is_new(letter.word):
            self._receiver.delivered(letter)

    def take(self, source: TopicPartition, record: Record) -> None:
        """A record that is to be delivered, unless it was already or says nothing new."""
        window, known = self.windows[source], self._known.get(source)
        window.take(record.offset)
        letter = None if known and known.has(record.offset) else self._letter(record, counts=True)
        if letter is None or not self._heard.is_new(letter.word):
            self._finish(source, record.offset)
        elif self._outlooks[source].passes_over(letter.word):
            if known is not None:
                self._receiver.passed_over(letter)
            self._metrics.superseded.inc()
            self._finish(source, record.offset)
        else:
            self.deliveries.put(letter, lambda: self._finish(source, record.offset))

    def caught_up(self, source: TopicPartition) -> None:
        """What stood on the topic at the start is taken up: from here on its position may be committed.

        Before, a crash would leave a position, and what a bridge skips when it is new would not be skipped.
        """
        self._unread.discard(source)
        self.due.set()

    def unread(self) -> list[TopicPartition]:
        """Partitions of which `caught_up` was not said."""
        return list(self._unread)

    def open_sources(self) -> list[TopicPartition]:
        """Partitions of which more can be taken now."""
        if self.deliveries.is_full:
            return []
        return [each for each, window in self.windows.items() if not window.is_full]

    def commits(self) -> Commits:
        """What has changed since the last call and may be committed."""
        self.due.clear()
        due = {each for each in self._uncommitted if each in self._known or each not in self._unread}
        self._uncommitted -= due
        return {each: (self.windows[each].position, self.windows[each].metadata()) for each in due}

    def commit_again(self, sources: Collection[TopicPartition]) -> None:
        """The commit of these has failed."""
        self._uncommitted.update(sources)
        self.due.set()

    async def close(self) -> None:
        """Let requests that were sent end, and begin no more."""
        await self.deliveries.close(GRACE_S)

    def _finish(self, source: TopicPartition, offset: int) -> None:
        self.windows[source].finish(offset)
        self._uncommitted.add(source)
        self.due.set()

    def _letter(self, record: Record, *, counts: bool) -> Letter | None:
        """The record as a letter; None for one that is none, which is told once."""
        try:
            word = read_word(record.value)
        except ValueError as error:
            if counts:
                self._metrics.failed.inc()
                log.error(
                    "not an alert, going on without it",
                    topic=record.topic, partition=record.partition, offset=record.offset, why=str(error),
                )  # fmt: skip
            return None
        if word is None:
            return None
        return Letter(word, record.value, tuple(record.headers), record.timestamp or 0)
