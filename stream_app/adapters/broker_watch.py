"""Whether the broker is there: a worker that cannot reach it is not ready."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from driftline.stream_app.adapters.logs import get_log

log = get_log("driftline.broker")

EVERY_S = 2.0
ANSWER_S_MAX = 5.0


class BrokerWatch:
    """Looks every two seconds whether a node of the cluster has a connection, or takes a new one."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self.answers = True

    async def run(self) -> None:
        """Never returns."""
        while True:
            await asyncio.sleep(EVERY_S)
            answers = await self.look()
            if answers != self.answers:
                self.answers = answers
                log.info("broker is back") if answers else log.warning("broker is away")

    async def look(self) -> bool:
        """Whether any node takes part now."""
        client = self._producer.client
        for node in client.cluster.brokers():
            with suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(ANSWER_S_MAX):
                    if await client.ready(node.nodeId):
                        return True
        return False
