"""Which partition numbers this worker owns, and what happens when that changes."""

import asyncio
from collections.abc import Collection
from time import monotonic
from typing import Any

from faust import App
from faust.types import TP

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.metrics import Metrics
from driftline.stream_app.adapters.state_store import FencedError
from driftline.stream_app.adapters.worker.checkpointer import Checkpointer, CheckpointRefusedError
from driftline.stream_app.adapters.worker.partition import Partition
from driftline.stream_app.adapters.worker.restore import Restorer
from driftline.stream_app.config import Settings

log = get_log("driftline.ownership")

REVOKE_S_MAX = 15.0  # the group waits for us meanwhile; what is not durable by then is read again


class Ownership:
    """The partitions of this worker.

    Kafka's eager rebalance takes everything away and gives most of it back. Shards are therefore kept over a
    rebalance, and kept afterwards if the partition came back and nobody else has written to its state.
    """

    def __init__(
        self, app: App, settings: Settings, restorer: Restorer, checkpointer: Checkpointer, metrics: Metrics
    ) -> None:
        self._app = app
        self._restorer = restorer
        self._checkpointer = checkpointer
        self._inputs = settings.kafka.inputs
        self._metrics = metrics
        self._partitions: dict[int, Partition] = {}
        self._rebalances = 0
        self.fenced_since: float | None = None
        self.settled = asyncio.Event()  # cleared from the loss of partitions until everything is restored

    def get(self, number: int) -> Partition | None:
        """The partition with this number, if it is ours."""
        return self._partitions.get(number)

    def owns(self, partition: Partition) -> bool:
        """True unless the partition was given away, or restored anew, in the meantime."""
        return self._partitions.get(partition.number) is partition

    def all(self) -> list[Partition]:
        """All partitions, by number."""
        return [self._partitions[number] for number in sorted(self._partitions)]

    def fence(self, partition: Partition, error: FencedError) -> None:
        """Another worker has taken the partition over; Kafka's word for it, a rebalance, has to follow."""
        if self.owns(partition):
            self._drop(partition.number)
            self.fenced_since = monotonic()
            log.warning("fenced", partition=partition.number, reason=str(error))

    async def release(self, seconds: float) -> None:
        """Stop the flow and make everything durable, as far as the time allows."""
        self.settled.clear()
        try:
            async with asyncio.timeout(seconds):
                for partition in self.all():
                    try:
                        await self._checkpointer.save_all(partition)
                    except FencedError as error:
                        self.fence(partition, error)
        except (TimeoutError, CheckpointRefusedError) as error:
            log.warning("released before everything was durable, will be read again", error=repr(error))
            for partition in self.all():  # a checkpoint may be half-way: better restored than gone on with
                self._drop(partition.number)

    async def on_partitions_revoked(self, _: Any, revoked: Collection[TP], **__: Any) -> None:
        """Receiver of Faust's signal; the group waits until it returns."""
        self._rebalances += 1
        if revoked:
            await self.release(REVOKE_S_MAX)

    async def on_rebalance_complete(self, _: Any, **__: Any) -> None:
        """Receiver of Faust's signal; the flow resumes, from the committed offsets, when it returns."""
        self.settled.clear()
        rebalance = self._rebalances
        numbers = self._owned_numbers()
        for lost in self._partitions.keys() - numbers:
            self._drop(lost)
        for number in sorted(numbers):
            if number in self._partitions and await self._restorer.untouched(number):
                continue
            self._drop(number)
            restored = await self._restorer.restore(number)
            if rebalance != self._rebalances:
                return  # the next rebalance is on its way, and with it another call
            self._metrics.follow(restored.shard)
            self._partitions[number] = restored
        if rebalance == self._rebalances:
            log.info("assignment", partitions=sorted(numbers), rebalance=rebalance)
            self.fenced_since = None
            self.settled.set()

    def _drop(self, number: int) -> None:
        partition = self._partitions.pop(number, None)
        if partition is not None:
            self._metrics.follow(partition.shard)

    def _owned_numbers(self) -> set[int]:
        """Numbers of which all input topics are assigned; the assignor gives all or none."""
        assigned: set[TP] = self._app.consumer.assignment()
        numbers = {topic: {tp.partition for tp in assigned if tp.topic == topic} for topic in self._inputs}
        first, *others = numbers.values()
        if any(other != first for other in others):
            found = ", ".join(f"{topic} {sorted(owned)}" for topic, owned in numbers.items())
            raise RuntimeError(
                f"the input topics must have the same number of partitions, but assigned were: {found}"
            )
        return first
