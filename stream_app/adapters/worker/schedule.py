"""When checkpoints happen: at once for models with alerts, otherwise paced to a byte budget."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
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

# Reading stands back so long for an alert: two answers of a broker, of a few milliseconds each, when nothing
# else keeps the loop. With a slower one, reading goes on meanwhile.
STAND_BACK_S = 0.03


class CheckpointSchedule:
    """Goes round all dirty models every few seconds, slower when they exceed the byte budget."""

    def __init__(self, settings: WorkerSettings, ownership: Ownership, checkpointer: Checkpointer) -> None:
        self._every_s = settings.checkpoint_every_s
        self._bytes_per_s = settings.checkpoint_bytes_per_s
        self._ownership = ownership
        self._checkpointer = checkpointer
        self._wake = asyncio.Event()
        self._attended = asyncio.Event()

    async def hurry(self) -> None:
        """A model has an alert waiting: returns when it is published, or will be without our waiting."""
        self._attended.clear()
        self._wake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(STAND_BACK_S):
                await self._attended.wait()

    async def run(self) -> None:
        """Never returns; raises `CheckpointRefusedError` when the broker does not take checkpoints."""
        while True:
            next_round = monotonic() + self._every_s
            await self._round()
            await asyncio.sleep(max(0.0, next_round - monotonic()))

    async def attend(self) -> None:
        """The same for urgent models: beside the rounds, which take as long as their bytes may take."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.gather(
                *(
                    self._save(partition, sorted(partition.shard.urgent))
                    for partition in self._ownership.all()
                    if partition.shard.urgent
                )
            )
            self._attended.set()

    async def _round(self) -> None:
        for partition in self._ownership.all():
            for notice in partition.shard.take_notices():
                log.warning("not watched", partition=partition.number, notice=notice)
            models = sorted(partition.shard.dirty)
            for step in chunks(models, MODELS_PER_CUT):
                begun = monotonic()
                written = await self._save(partition, step)
                await asyncio.sleep(max(0.0, begun + written / self._bytes_per_s - monotonic()))
            await self._guarded(partition, self._checkpointer.acknowledge)

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
