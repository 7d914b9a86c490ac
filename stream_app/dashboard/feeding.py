"""From the topics into the state and the history, for as long as the dashboard runs."""

import asyncio
import time
from contextlib import suppress
from typing import Any, Final

from aiokafka.errors import KafkaError

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.dashboard.history import History
from driftline.stream_app.dashboard.state import State
from driftline.stream_app.dashboard.topics import TopicReader

SAVE_EVERY_S: Final = 2.0
LOOK_EVERY_S: Final = 10.0
RETRY_S_MAX: Final = 10.0

log = get_log("driftline.dashboard")


class Feeding:
    """Reads, applies and saves. ``trouble`` is what keeps it from reading, in a sentence; empty: nothing.

    ``read_ms`` is when the topics were last asked with success, on the wall.
    """

    def __init__(self, state: State, history: History, reader: TopicReader) -> None:
        self.state = state
        self.history = history
        self.reader = reader
        self.trouble = ""
        self.caught_up = False
        self.read_ms = 0
        self._saving = asyncio.Lock()
        self._saved_s = self._looked_s = time.monotonic()

    async def begin(self) -> None:
        """Take up what the history has, and connect behind it.

        Raises:
            DashboardError: a topic does not exist.
            aiokafka.errors.KafkaError: no broker answers, or it refuses.
        """
        self.state.restore(self.history.kept())
        if not await self.reader.start(self.history.positions()):
            log.warning("the topics were made anew since the history was written: it is made anew too")
            self.history.rebuild()
            self.state.forget()
            await self.reader.close()
            await self.reader.start({})

    async def run(self) -> None:
        """Read until cancelled; a broker that is away for a while is waited for."""
        wait_s = 0.5
        while True:
            try:
                await self._step()
                self.trouble, wait_s = "", 0.5
            except (KafkaError, OSError) as error:
                self.trouble = f"Kafka does not answer ({type(error).__name__}): what is shown may be old."
                log.warning("reading failed", error=repr(error))
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_S_MAX)

    async def save(self) -> None:
        """Make what was read durable, with the positions behind it."""
        async with self._saving:
            kept, points = self.state.take_unsaved()
            positions = dict(self.reader.positions)
            await asyncio.to_thread(self.history.save, kept, points, positions)
            self._saved_s = time.monotonic()

    async def close(self) -> None:
        """Save and disconnect."""
        with suppress(KafkaError):
            await self.reader.close()
        await self.save()

    async def _step(self) -> None:
        if not self.reader.is_open:
            await self.reader.start(dict(self.reader.positions))
        records = await self.reader.read()
        self.read_ms = int(time.time() * 1000)
        for heard in records:
            self.state.apply(heard)
        await asyncio.sleep(0)  # pages first
        now_s = time.monotonic()
        if now_s - self._saved_s >= SAVE_EVERY_S and (records or self.state.unsaved):
            await self.save()
        if not self.caught_up:
            self.caught_up = await self.reader.behind() == 0
        if now_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s = now_s
            await self._look()

    async def _look(self) -> None:
        """Notice a broker that is away, partitions that were added, and signals that are no more."""
        self.state.signals.forget_silent()
        async with asyncio.timeout(LOOK_EVERY_S):
            await self.reader.behind()
        if self.reader.grown():
            await self.reader.close()

    def facts(self) -> dict[str, Any]:
        """What the health page says of reading."""
        return {
            "caught_up": self.caught_up,
            "read_ms": self.read_ms,
            "lost": self.reader.lost,
            "unreadable": self.state.unreadable,
            "positions": dict(self.reader.positions),
        }
