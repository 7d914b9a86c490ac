"""A gateway inside the test: its real application, and a Kafka that does what the test says."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from driftline.stream_app.config import Settings
from driftline.stream_app.gateway.application import Gateway
from driftline.stream_app.gateway.delivery import Delivery
from driftline.stream_app.gateway.records import Record

Steps = Callable[[Any], Awaitable[Any]]


class FakeDelivery(Delivery):
    """Keeps what it is given, once it may; refuses what the test says it must."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.kafka)
        self.records: list[Record] = []
        self.refusal: Exception | None = None
        self.away = ""
        self.may_answer: asyncio.Event | None = None

    @property
    def obstacle(self) -> str:
        return self.away

    async def connected(self) -> None:
        return None

    async def write(self, records: Sequence[Record]) -> list[Exception | None]:
        if self.may_answer is not None:
            await self.may_answer.wait()
        if self.refusal is None:
            self.records += records
        return [self.refusal] * len(records)


def gateway_of(**section: Any) -> tuple[Gateway, FakeDelivery]:
    """A gateway by a section of the configuration."""
    gateway = Gateway(Settings.model_validate({"gateway": section}))
    delivery = FakeDelivery(gateway.settings)
    gateway.delivery = delivery
    gateway.events._delivery = delivery
    gateway.intake._outlet._delivery = delivery
    return gateway, delivery


def asked(gateway: Gateway, steps: Steps) -> Any:
    """Run steps against the gateway, as a client of it."""

    async def run() -> Any:
        server = TestServer(gateway.application())
        await server.start_server(auto_decompress=False)
        async with TestClient(server) as client:
            working = asyncio.create_task(gateway.intake.run())
            try:
                return await steps(client)
            finally:
                await gateway.intake.finish()
                working.cancel()

    return asyncio.run(run())
