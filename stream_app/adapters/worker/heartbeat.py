"""Time enters the log where nothing else does: a heartbeat per partition, so that silence can be told."""

import asyncio
from collections.abc import Callable
from time import time
from typing import Protocol

from aiokafka.errors import KafkaError

from driftline.schemas import Heartbeat, encode
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.worker.partition import Partition

log = get_log("driftline.heartbeat")

# A partition that brought nothing for so long gets one; a silence is told after five minutes at the earliest.
QUIET_S = 40.0
LOOK_S = 10.0


class Owned(Protocol):
    """Which partitions are this worker's."""

    settled: asyncio.Event

    def all(self) -> list[Partition]:
        """All of them."""


class Sender(Protocol):
    """Writes a record to one partition of a topic."""

    async def send_to(self, topic: str, partition: int, value: bytes) -> None:
        """Send it and wait for the broker to have it."""


class Heartbeats:
    """Writes them into the control topic, whose records the shard reads back like all others.

    So the log holds what moved time, and reading it again gives the same alerts.

    Args:
        topic: the control topic.
        clock: seconds since 1970, the worker's own time.
    """

    def __init__(self, topic: str, owned: Owned, sender: Sender, clock: Callable[[], float] = time) -> None:
        self._topic = topic
        self._owned = owned
        self._sender = sender
        self._clock = clock

    async def run(self) -> None:
        """Never returns."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self._owned.settled.wait()
            await self.beat()

    async def beat(self) -> None:
        """One for each partition that has nothing more to read and brought nothing lately.

        A broker that does not take it is no reason to stop: reading and checkpoints notice that themselves.
        """
        for partition in self._owned.all():
            if partition.quiet_s < QUIET_S or not partition.has_read_everything:
                continue
            value = encode(Heartbeat(time_ms=int(self._clock() * 1000)))
            try:
                await self._sender.send_to(self._topic, partition.number, value)
            except (KafkaError, TimeoutError) as error:
                log.warning("no heartbeat", partition=partition.number, error=repr(error))
            partition.rest()
