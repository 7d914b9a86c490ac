"""From the audit topic to silences: what operators acknowledged, in a group of its own."""

import asyncio
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.bridges.backoff import Backoff
from driftline.stream_app.bridges.errors import NotNow
from driftline.stream_app.bridges.silences import Acknowledgement, Silences
from driftline.stream_app.config import KafkaSettings

POLL_MS: Final = 500
RETRY_S: Final = 1.0

log = get_log("driftline.bridge")


class Acknowledgements:
    """Makes a silence of each acknowledgement, in their order; one that has run out makes none.

    So a group that is new may begin at the beginning: it makes those that still count.
    """

    def __init__(self, kafka: KafkaSettings, group: str, silences: Silences, backoff: Backoff) -> None:
        self._kafka = kafka
        self._group = group
        self._silences = silences
        self._backoff = backoff
        self._decoder = msgspec.json.Decoder(Acknowledgement)

    async def run(self) -> None:
        """Follow the audit topic until cancelled.

        Raises:
            KafkaError: no broker answers at the start, or it refuses.
        """
        consumer = AIOKafkaConsumer(
            self._kafka.audit,
            **self._kafka.aiokafka(),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            while True:
                try:
                    fetched = await consumer.getmany(timeout_ms=POLL_MS, max_records=100)
                    for source, records in fetched.items():
                        await self._make_all(records)
                        await consumer.commit({source: records[-1].offset + 1})
                except KafkaError as error:  # somebody else goes on, or it comes again
                    log.warning("acknowledgements were not committed", error=repr(error))
                    await asyncio.sleep(RETRY_S)
        finally:
            await consumer.stop()

    async def _make_all(self, records: list[Any]) -> None:
        for record in records:
            try:
                said = self._decoder.decode(record.value or b"")
            except msgspec.DecodeError:
                log.warning("not an audit record, going on without it", offset=record.offset)
                continue
            await self._make(said)

    async def _make(self, said: Acknowledgement) -> None:
        failures = 0
        while True:
            try:
                await self._silences.make(said)
                return
            except NotNow as error:
                failures += 1
                pause_s = self._backoff.pause_s(failures, error.retry_after_s)
                log.warning("no silence was made, trying again", why=str(error), in_s=round(pause_s, 1))
                await asyncio.sleep(pause_s)
