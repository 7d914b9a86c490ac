"""Making shard state durable, in the order that loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TypeVar

from aiokafka.errors import KafkaError, KafkaTimeoutError

from driftline.stream_app.adapters.logs import alert_fields, get_log
from driftline.stream_app.adapters.metrics import Metrics
from driftline.stream_app.adapters.state_store import StateStore
from driftline.stream_app.adapters.worker.partition import Partition, chunks
from driftline.stream_app.outputs import Output, Sink
from driftline.stream_app.pipeline import ModelCut, OutputRecord, StateRecord

log = get_log("driftline.checkpoint")

MODELS_PER_CUT = 4  # a cut is one synchronous step; between cuts events are read and alerts sent
DEAD_LETTERS_WAITING_MAX = 2_000  # up to 3 GB if each were of the largest kind; usually a few MB
RETRY_S_MAX = 10.0

T = TypeVar("T")
Commit = Callable[[int, dict[str, int]], Awaitable[None]]


class CheckpointRefusedError(Exception):
    """The broker did not take a checkpoint, and trying again is of no use any more."""


class Checkpointer:
    """Cut → state durable → alerts published → confirmed; later dead letters and summaries → acknowledged.

    A crash between any two steps loses nothing: what was not acknowledged is read again, what was published
    twice has the same id.

    Args:
        commit: acknowledges input offsets of a partition number to the consumer group.
        patience_s: how long a refusal is answered by trying again.
    """

    def __init__(self, store: StateStore, sink: Sink, commit: Commit, metrics: Metrics) -> None:
        self._store = store
        self._sink = sink
        self.commit = commit
        self._metrics = metrics
        self.patience_s = 120.0
        self.accepted = asyncio.Event()  # cleared while the broker refuses: nothing more is read then
        self.accepted.set()
        self.halted = False  # set when a shard may have absorbed half a batch

    async def save(self, partition: Partition, models: Sequence[str]) -> int:
        """Make models durable and publish their alerts; the bytes written.

        Raises:
            CheckpointRefusedError: see there.
        """
        written = 0
        async with partition.saving:
            for names in chunks(models, MODELS_PER_CUT):
                if self.halted:
                    break
                written += await self._persist(partition, partition.shard.cut(names))
        return written

    async def acknowledge(self, partition: Partition) -> None:
        """Publish dead letters and summaries, then commit what is durable.

        What is committed is determined in the same step as the dead letters are taken, so that no offset
        is acknowledged whose dead letter still waits.
        """
        async with partition.acknowledging:
            if self.halted:
                return
            offsets = dict(partition.shard.acknowledgeable())
            dead_letters = partition.take_dead_letters()
            summaries = partition.shard.take_summaries() + partition.shard.take_statuses()
            await self.publish("alerts", partition.shard.take_service())
            await self.publish("dead_letters", dead_letters)
            await self.publish("signals", summaries)
            if offsets != partition.acknowledged:
                await self.commit(partition.number, offsets)
                partition.acknowledged = offsets

    async def relieve(self, partition: Partition) -> None:
        """Publish dead letters when many wait, so that bad records cannot fill the memory."""
        if len(partition.dead_letters) > DEAD_LETTERS_WAITING_MAX:
            async with partition.acknowledging:
                await self.publish("dead_letters", partition.take_dead_letters())

    async def save_all(self, partition: Partition) -> None:
        """Everything that is not durable yet, at once: before giving a partition away or stopping."""
        await self.save(partition, sorted(partition.shard.dirty | partition.shard.urgent))
        await self.acknowledge(partition)

    async def publish(self, output: Output, records: list[OutputRecord]) -> None:
        """Write to the sink until it is durable there, trying again while the broker refuses."""
        if records:
            await self._insist(lambda: self._written(output, records))

    async def _written(self, output: Output, records: list[OutputRecord]) -> None:
        await self._sink.write(output, records)
        await self._sink.flush()

    async def write(self, number: int, records: list[StateRecord]) -> int:
        """Write state records of a partition number and wait, trying again while the broker refuses."""
        return await self._insist(lambda: self._store.write(number, records)) if records else 0

    async def _persist(self, partition: Partition, cuts: list[ModelCut]) -> int:
        begun = monotonic()
        written = await self.write(partition.number, [record for cut in cuts for record in cut.records])
        alerts = [alert for cut in cuts for alert in cut.alerts]
        await self.publish("alerts", alerts)
        await self.publish("audit", [record for cut in cuts for record in cut.audit])
        for cut in cuts:
            partition.shard.confirm(cut)
        obsolete = [StateRecord(key, None) for cut in cuts for key in cut.obsolete]
        await self.write(partition.number, obsolete)
        for alert in alerts:
            log.info("alert", partition=partition.number, **alert_fields(alert.value))
        self._metrics.checkpoint_seconds.observe(monotonic() - begun)
        self._metrics.checkpoint_bytes.observe(written)
        self._metrics.last_checkpoint.set_to_current_time()
        return written

    async def _insist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        give_up = monotonic() + self.patience_s
        delay_s = 0.25
        while True:
            try:
                result = await attempt()
            except KafkaError as error:
                self.accepted.clear()
                temporary = error.retriable or isinstance(error, KafkaTimeoutError)
                if not temporary or monotonic() > give_up:
                    raise CheckpointRefusedError(f"Kafka refused a checkpoint: {error!r}") from error
                log.warning("checkpoint refused, trying again", error=repr(error), delay_s=delay_s)
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, RETRY_S_MAX)
            else:
                self.accepted.set()
                return result
