"""What waits to be written, and is tried again until the broker has it."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from aiokafka.errors import MessageSizeTooLargeError

from driftline.schemas import Reason
from driftline.stream_app.gateway.delivery import Delivery
from driftline.stream_app.gateway.kserve.losses import Losses
from driftline.stream_app.gateway.metrics import Metrics
from driftline.stream_app.gateway.records import Record

BYTES_MAX: Final = 4_000_000
"""Before more is made, this much is written: a small body can become a hundred times as many bytes."""
RETRY_S: Final = 1.0


class Outlet:
    """Writes records at least once; whoever fills it stops while it is full."""

    def __init__(self, delivery: Delivery, metrics: Metrics, losses: Losses) -> None:
        self._delivery = delivery
        self._metrics = metrics
        self._losses = losses
        self._records: list[Record] = []
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return self._bytes >= BYTES_MAX

    def put(self, records: Iterable[Record]) -> None:
        """Take records to be written next."""
        for record in records:
            self._records.append(record)
            self._bytes += len(record.value)

    async def flush(self) -> None:
        """Come back when the broker has all of them. What it will never take is lost, and counted."""
        records, self._records, self._bytes = self._records, [], 0
        if records:
            await self._delivery.connected()
        while records:
            records = self._left(records, await self._delivery.write(records))
            if records:
                await asyncio.sleep(RETRY_S)

    def _left(self, records: Sequence[Record], outcomes: Sequence[Exception | None]) -> list[Record]:
        left = []
        for record, outcome in zip(records, outcomes, strict=True):
            if outcome is None:
                self._metrics.events.labels("prediction").inc()
            elif isinstance(outcome, MessageSizeTooLargeError):
                self._metrics.refused.labels(Reason.TOO_LARGE).inc()
                self._metrics.lost.inc()
                self._losses.add(record.key.decode(errors="replace"), 1)
            else:
                left.append(record)
        return left
