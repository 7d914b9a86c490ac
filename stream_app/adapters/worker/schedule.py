"""When checkpoints happen: at once for models with alerts, otherwise paced to a byte budget."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TypeVar

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.state_store import FencedError
from driftline.stream_app.adapters.worker.checkpointer import MODELS_PER_CUT, Checkpointer
from driftline.stream_app.adapters.worker.ownership import Ownership
from driftline.stream_app.adapters.worker.partition import Partition, chunks
from driftline.stream_app.config import WorkerSettings

log = get_log("driftline.schedule")

T = TypeVar("T")


class CheckpointSchedule:
    """Goes round all dirty models every few seconds, slower when they exceed the byte budget."""

    def __init__(self, settings: WorkerSettings, ownership: Ownership, checkpointer: Checkpointer) -> None:
        self._every_s = settings.checkpoint_every_s
        self._bytes_per_s = settings.checkpoint_bytes_per_s
        self._ownership = ownership
        self._checkpointer = checkpointer
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A model has an alert waiting."""
        self._wake.set()

    async def run(self) -> None:
        """Never returns; raises `CheckpointRefusedError` when the broker does not take checkpoints."""
        while True:
            next_round = monotonic() + self._every_s
            await self._round()
            await self._attend_until(next_round)

    async def _round(self) -> None:
        for partition in self._ownership.all():
            for notice in partition.shard.take_notices():
                log.warning("not watched", partition=partition.number, notice=notice)
            models = sorted(partition.shard.dirty)
            for step in chunks(models, MODELS_PER_CUT):
                begun = monotonic()
                written = await self._save(partition, step)
                await self._attend_until(begun + written / self._bytes_per_s)
            await self._guarded(partition, self._checkpointer.acknowledge)

    async def _attend_until(self, moment: float) -> None:
        """Serve urgent models until the moment, and once in any case."""
        while True:
            self._wake.clear()
            for partition in self._ownership.all():
                if partition.shard.urgent:
                    await self._save(partition, sorted(partition.shard.urgent))
            try:
                async with asyncio.timeout(max(0.0, moment - monotonic())):
                    await self._wake.wait()
            except TimeoutError:
                return

    async def _save(self, partition: Partition, models: Sequence[str]) -> int:
        return await self._guarded(partition, lambda owned: self._checkpointer.save(owned, models)) or 0

    async def _guarded(self, partition: Partition, step: Callable[[Partition], Awaitable[T]]) -> T | None:
        """Do a step for a partition unless it is not ours any more, or turns out not to be."""
        await self._ownership.settled.wait()
        if not self._ownership.owns(partition):
            return None
        try:
            return await step(partition)
        except FencedError as error:
            self._ownership.fence(partition, error)
            return None
