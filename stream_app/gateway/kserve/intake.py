"""``POST /v1/kserve``: halves into memory, an answer at once, and predictions to Kafka behind it.

The logger waits in the pod that serves the model, so the answer does not wait for the broker. What is in
memory is lost with the process; what found no room or no other half is counted and reported.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from math import inf
from typing import Final

from aiohttp import web

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.config import Settings
from driftline.stream_app.gateway.bodies import body_of, under_pressure
from driftline.stream_app.gateway.delivery import Delivery
from driftline.stream_app.gateway.kserve.conversion import Conversion, Refused, read_pair
from driftline.stream_app.gateway.kserve.half import Half, half_of
from driftline.stream_app.gateway.kserve.losses import Losses
from driftline.stream_app.gateway.kserve.outlet import Outlet
from driftline.stream_app.gateway.kserve.pairing import Pair, Pairing
from driftline.stream_app.gateway.kserve.predictions import Predictions
from driftline.stream_app.gateway.metrics import Metrics
from driftline.stream_app.gateway.room import Room

LOOK_S: Final = 1.0
LARGE_BYTES: Final = 100_000
"""Reading so much takes 2 ms."""
REPORT_S: Final = 5.0
FINISH_S: Final = 8.0
"""To write what waits at the end: Kubernetes gives 30 s for all of it."""

log = get_log("driftline.gateway")


class Intake:
    """Takes halves, brings them together, and writes what they say."""

    def __init__(self, settings: Settings, delivery: Delivery, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self.room = Room(settings.gateway.in_flight_bytes)
        self.losses = Losses()
        self._queue: asyncio.Queue[Half | None] = asyncio.Queue()
        self._pairing = Pairing(settings.gateway.kserve.pair_within_s)
        self._conversion = Conversion(settings.kafka, metrics, self.losses)
        self._outlet = Outlet(delivery, metrics, self.losses)
        self._report_s = 0.0
        self._finished = asyncio.Event()

    async def post(self, request: web.Request) -> web.Response:
        """Answer a half. Everything but 200 is an error in the log of the pod that serves."""
        half = half_of(request.headers, _now_ms())
        if half is None:
            raise web.HTTPBadRequest(text="This is no log of KServe: its ce-type or ce-id is missing.\n")
        if half.component not in ("", self._settings.gateway.kserve.component):
            self._metrics.passed_over.labels("component").inc()
            return web.Response()
        try:
            async with body_of(request, self.room, self._settings.gateway.body_bytes) as body:
                half = half._replace(body=body)
            if not self.room.take(half.size):
                raise under_pressure()
        except (web.HTTPTooManyRequests, web.HTTPRequestEntityTooLarge):
            self._lose(half, 1)
            raise
        self._queue.put_nowait(half)
        return web.Response()

    async def run(self) -> None:
        """Work on what was taken, until ``finish``."""
        going = True
        while going:
            halves, going = await self._next()
            for half in halves:
                await self._take(half)
            now_s = time.monotonic()
            self._give_up(self._pairing.expire(now_s if going else inf))
            self._metrics.waiting.set(len(self._pairing))
            if now_s >= self._report_s or not going:
                self._report_s = now_s + REPORT_S
                self._outlet.put(self.losses.take(_now_ms(), self._settings.kafka))
            await self._outlet.flush()
        self._finished.set()

    async def finish(self) -> None:
        """Nothing more comes: write what there is, and say what could not be written."""
        self._queue.put_nowait(None)
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await self._finished.wait()
        if not self._finished.is_set():
            log.error("inference logs are lost", bytes=self.room.taken, why="the broker did not take them")

    async def _next(self) -> tuple[list[Half], bool]:
        """What has come, after a moment also nothing; and whether more may come."""
        halves: list[Half | None] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                halves.append(await self._queue.get())
        while not self._queue.empty():
            halves.append(self._queue.get_nowait())
        return [half for half in halves if half is not None], None not in halves

    async def _take(self, half: Half) -> None:
        found = self._pairing.add(half, time.monotonic())
        if isinstance(found, Half):
            self.room.give(found.size)
            self._metrics.passed_over.labels("repeated").inc()
        elif isinstance(found, Pair):
            self._metrics.pairs.inc()
            self._outlet.put(self._conversion.records_of(await self._read(found), _now_ms()))
            self.room.give(found.size)
            if self._outlet.is_full:
                await self._outlet.flush()
            else:
                await asyncio.sleep(0)  # answers go out in between

    async def _read(self, pair: Pair) -> Predictions | Refused:
        """What a pair says; a large one is read beside the loop, which answers loggers meanwhile."""
        work = partial(read_pair, pair, self._settings.gateway.kserve, _now_ms())
        return await asyncio.to_thread(work) if pair.size > LARGE_BYTES else work()

    def _give_up(self, halves: Iterable[Half]) -> None:
        for half in halves:
            self._metrics.unpaired.labels(half.side).inc()
            self._lose(half, 1)
            self.room.give(half.size)

    def _lose(self, half: Half, count: int) -> None:
        self._metrics.lost.inc(count)
        self.losses.add(half.model, count)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
