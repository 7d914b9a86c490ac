"""Writing to Kafka, and knowing when the broker has it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from driftline.stream_app.adapters.broker_watch import BrokerWatch
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.topics import check_topics
from driftline.stream_app.config import KafkaSettings
from driftline.stream_app.gateway.records import Record

RETRY_S: Final = 1.0
LINGER_MS: Final = 5
"""Many requests become one batch; each waits so much longer for its answer."""
BATCH_BYTES: Final = 500_000
"""Brokers take 1,048,588 bytes a batch."""
REQUEST_BYTES: Final = 2_000_000
"""A dead letter of a record of 1 MiB has 1.4 MiB."""
ANSWER_MS: Final = 10_000
"""A sender waits no longer for the broker's yes; what is in doubt then is sent again with the same id."""

log = get_log("driftline.gateway")
Outcome = Exception | None
"""What kept a record from being written; None: the broker has it."""


class Delivery:
    """A producer that connects by itself. ``obstacle`` says in words what is in its way; empty: nothing."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None
        self._watch: BrokerWatch | None = None
        self._connecting = "the broker was not reached yet"
        self._open = asyncio.Event()

    @property
    def obstacle(self) -> str:
        """Why nothing can be written now."""
        if self._watch is not None and not self._watch.answers:
            return "the broker is away"
        return self._connecting

    async def run(self) -> None:
        """Connect, then look after the connection. Never returns."""
        while not await self._connected():
            await asyncio.sleep(RETRY_S)
        assert self._producer is not None
        self._watch = BrokerWatch(self._producer)
        self._open.set()
        log.info("gateway is connected", servers=self._kafka.bootstrap_servers)
        await self._watch.run()

    async def connected(self) -> None:
        """Wait for the first connection."""
        await self._open.wait()

    async def write(self, records: Sequence[Record]) -> list[Outcome]:
        """Send records in their order, and wait for all of them; what became of each.

        All in-sync replicas have what was written. What a timeout leaves in doubt may have been written too.
        """
        sent = [await self._send(record) for record in records]
        return [await _outcome(each) for each in sent]

    async def close(self) -> None:
        """Send what waits, and disconnect."""
        if self._producer is not None:
            with suppress(TimeoutError, KafkaError):
                async with asyncio.timeout(ANSWER_MS / 1000):
                    await self._producer.stop()

    async def _connected(self) -> bool:
        try:
            if problems := await asyncio.to_thread(check_topics, self._kafka):
                self._say(" ".join(problems))
                return False
            producer = AIOKafkaProducer(
                **self._kafka.aiokafka(),
                acks="all",
                linger_ms=LINGER_MS,
                max_batch_size=BATCH_BYTES,
                max_request_size=REQUEST_BYTES,
                request_timeout_ms=ANSWER_MS,
            )
            await producer.start()
        except Exception as error:  # kafka-python's errors and aiokafka's are of different families
            self._say(f"the broker cannot be reached: {error}")
            return False
        self._producer, self._connecting = producer, ""
        return True

    def _say(self, obstacle: str) -> None:
        if obstacle != self._connecting:
            log.warning("gateway waits for Kafka", why=obstacle)
        self._connecting = obstacle

    async def _send(self, record: Record) -> "asyncio.Future[Any] | Exception":
        if self._producer is None:
            return ConnectionError(self._connecting)
        try:
            future: asyncio.Future[Any] = await self._producer.send(
                record.topic, key=record.key, value=record.value, headers=record.headers
            )
        except (KafkaError, OSError) as error:
            return error
        return future


async def _outcome(sent: "asyncio.Future[Any] | Exception") -> Outcome:
    if isinstance(sent, Exception):
        return sent
    try:
        await sent
    except (KafkaError, OSError) as error:
        return error
    return None
