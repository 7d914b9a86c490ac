"""A bridge: takes alerts from the topic in a group of its own, and commits what the far side has taken."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.bridges.backoff import Backoff
from driftline.stream_app.bridges.deliveries import WAITING_MAX, Deliveries
from driftline.stream_app.bridges.history import committed_by, records_until
from driftline.stream_app.bridges.metrics import BridgeMetrics
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.session import Session
from driftline.stream_app.bridges.window import Committed
from driftline.stream_app.config import KafkaSettings, Settings

POLL_MS: Final = 200
RETRY_S: Final = 1.0
SESSION_MS: Final = 10_000
"""So long after a kill -9 the next process gets the partitions; one with the same instance id at once."""

log = get_log("driftline.bridge")


class Bridge(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Several processes of one group share the partitions, so that one takes over from another."""

    def __init__(self, settings: Settings, group: str, receiver: Receiver, metrics: BridgeMetrics) -> None:
        self._kafka: KafkaSettings = settings.kafka
        self._limits = settings.bridges
        self._group = group
        self._receiver = receiver
        self._metrics = metrics
        self._consumer: Any = None
        self._assigned: frozenset[TopicPartition] | None = None
        self._session: Session | None = None
        self._ends: dict[TopicPartition, int] = {}
        self._trouble = "the alerts topic has not been read yet."
        self.begun = asyncio.Event()
        """What is known of every incident is rebuilt."""
        metrics.watch(self._waiting, self._oldest_unsent_s)

    def obstacles(self) -> list[str]:
        """What keeps it from being ready, in words."""
        return [self._trouble] if self._trouble else []

    async def run(self) -> None:
        """Pass alerts on until cancelled.

        Raises:
            KafkaError: no broker answers at the start, or it refuses.
        """
        self._consumer = AIOKafkaConsumer(
            **self._kafka.aiokafka(),
            group_id=self._group,
            group_instance_id=self._limits.group_instance_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS,
        )
        self._consumer.subscribe([self._kafka.alerts], listener=self)
        await self._consumer.start()
        committing = asyncio.create_task(self._commit_when_due())
        try:
            while True:
                try:
                    await self._step()
                except KafkaError as error:
                    self._trouble = f"Kafka does not answer ({type(error).__name__})."
                    log.warning("Kafka does not answer, trying again", error=repr(error))
                    await asyncio.sleep(RETRY_S)
        finally:
            committing.cancel()
            await self._hand_back()
            await self._consumer.stop()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Other processes get these next: what was sent has to be committed before."""
        await self._hand_back()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """The next step takes them up."""
        self._assigned = frozenset(assigned)

    async def _step(self) -> None:
        if self._assigned is None:
            await asyncio.sleep(POLL_MS / 1000)
            return
        if self._session is None:
            self._session = await self._begin(self._assigned)
            self._trouble = ""
            self.begun.set()
        session = self._session
        if sources := session.open_sources():
            fetched = await self._consumer.getmany(*sources, timeout_ms=POLL_MS, max_records=WAITING_MAX)
            if session is not self._session:
                return  # the partitions are somebody else's by now, or ours anew
            for source, records in fetched.items():
                for record in records:
                    session.take(source, record)
        else:
            await asyncio.sleep(POLL_MS / 1000)
        for source in session.unread():
            if await self._consumer.position(source) >= self._ends[source]:
                session.caught_up(source)

    async def _begin(self, assigned: frozenset[TopicPartition]) -> Session:
        """Rebuild what is known of every incident, and go on behind what was delivered."""
        sources = sorted(assigned)
        known, begins, self._ends = {}, {}, {}
        if sources:  # a process beyond the number of partitions waits as a reserve
            known = await committed_by(self._kafka, self._group, sources)
            begins = await self._consumer.beginning_offsets(sources)
            self._ends = await self._consumer.end_offsets(sources)
        self._forget_positions_of_another_topic(known)
        limits = self._limits
        backoff = Backoff(limits.retry_first_ms / 1000, limits.retry_at_most_ms / 1000)
        deliveries = Deliveries(self._receiver, self._metrics, backoff, limits.in_flight)
        session = Session(self._receiver, deliveries, self._metrics, known, begins)
        if sources:
            async for source, record in records_until(self._kafka, self._ends):
                session.look_back(source, record)
        self._receiver.settled()
        for source, window in session.windows.items():
            self._consumer.seek(source, max(window.position, begins[source]))
        log.info("bridge begins", partitions=[each.partition for each in sources], new=not known)
        return session

    def _forget_positions_of_another_topic(self, known: dict[TopicPartition, Committed]) -> None:
        for source, at in list(known.items()):
            if at.position > self._ends[source]:
                log.warning("the alerts topic was made anew: beginning with it", partition=source.partition)
                del known[source]

    async def _commit_when_due(self) -> None:
        """Commit at once: what a crash finds uncommitted is delivered twice."""
        while True:
            session = self._session
            if session is None:
                await asyncio.sleep(POLL_MS / 1000)
            elif not await self._commit(session):
                await asyncio.sleep(RETRY_S)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(session.due.wait(), RETRY_S)

    async def _commit(self, session: Session) -> bool:
        commits = session.commits()
        if not commits:
            return True
        try:
            await self._consumer.commit(commits)
        except KafkaError as error:  # the partitions moved on, or the broker is away
            session.commit_again(commits)
            log.warning("positions were not committed", error=repr(error))
            return False
        return True

    async def _hand_back(self) -> None:
        session, self._session, self._assigned = self._session, None, None
        if session is not None:
            await session.close()
            with suppress(KafkaError):
                await self._commit(session)
            self._receiver.begin()  # what fires is somebody else's to repeat

    def _waiting(self) -> float:
        """What was read and is not done, and what is there and was not read."""
        if self._session is None:
            return 0.0
        windows = self._session.windows
        # Before the first fetch only the ends at the beginning are known.
        ends = {each: max(self._consumer.highwater(each) or 0, self._ends[each]) for each in windows}
        unread = [ends[each] - window.next for each, window in windows.items()]
        return float(self._session.deliveries.waiting + sum(max(count, 0) for count in unread))

    def _oldest_unsent_s(self) -> float:
        return 0.0 if self._session is None else self._session.deliveries.oldest_unsent_s()
