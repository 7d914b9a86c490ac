"""From the log back to a living partition."""

import asyncio
import socket

from faust import App

from driftline.stream_app.adapters.alignment import Linger
from driftline.stream_app.adapters.baselines import read_baselines
from driftline.stream_app.adapters.log_reader import LogReader
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.state_store import FencedError, StateStore
from driftline.stream_app.adapters.worker.checkpointer import Checkpointer
from driftline.stream_app.adapters.worker.internals.faust_private import committed
from driftline.stream_app.adapters.worker.partition import Partition
from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Recovery, StateRecord, claim, recover

log = get_log("driftline.restore")

# A fetch of one topic overtakes that of the other by a few ten milliseconds; alarms are promised within 1 s.
# Once the broker was asked, all that counts is that clients hold records back: ours for 20 ms (`LINGER_MS`).
# Twice that puts about as few out of order as 0.1 s without asking does (measured with two clients).
LINGER = Linger(fresh_s=0.1, old_s=0.5, asked_s=0.04)


class Restorer:
    """Rebuilds the shard of a partition number from the state topic and claims it under a new epoch."""

    def __init__(
        self, app: App, settings: Settings, store: StateStore, checkpointer: Checkpointer, reader: LogReader
    ) -> None:
        self._app = app
        self._settings = settings
        self._baselines = read_baselines(settings)
        self._store = store
        self._checkpointer = checkpointer
        self._reader = reader
        self._worker = f"{settings.worker.group_instance_id or socket.gethostname()}"

    async def restore(self, number: int) -> Partition:
        """State from the log, claim durable, outbox published again, restored positions committed.

        When it returns nothing has been applied yet, and Faust will read on from the committed positions.
        """
        recovery = await self._claimed(number)
        shard = recovery.shard
        await self._checkpointer.publish("alerts", recovery.pending)
        await self._checkpointer.publish("audit", recovery.pending_audit)
        await self._checkpointer.write(number, [StateRecord(key, None) for key in recovery.obsolete])
        topics = self._settings.kafka.inputs
        for topic, offset in (await committed(self._app, number, topics)).items():
            shard.start_at(topic, offset)  # all below is durable, even if no model has a newer checkpoint
        ends = {topic: await self._reader.end(topic, number) for topic in topics}
        if shard.positions:
            await self._checkpointer.commit(number, dict(shard.positions))
        log.info("restored", partition=number, epoch=shard.epoch, positions=dict(shard.positions))
        return Partition(shard, topics, ends, LINGER)

    async def _claimed(self, number: int) -> Recovery:
        """Read and claim, again if the previous owner wrote in between."""
        while True:
            records = await self._store.read(number)
            # Decoding thousands of signals takes seconds; in a thread, heartbeats and /live go on.
            recovery = await asyncio.to_thread(recover, number, self._settings, records, self._baselines)
            try:
                await self._checkpointer.write(number, [claim(recovery.shard.epoch, self._worker)])
            except FencedError:
                log.warning("the previous owner is still writing, reading again", partition=number)
            else:
                return recovery

    async def untouched(self, number: int) -> bool:
        """True when nobody else has written to the partition's state since this worker last did."""
        return await self._store.undisturbed(number)
