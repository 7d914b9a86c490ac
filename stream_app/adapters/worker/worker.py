"""The life of a worker process: start, run until told to stop or until something breaks, stop."""

import asyncio
import logging
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import uvloop
from aiokafka import AIOKafkaProducer

from driftline.stream_app.adapters.broker_watch import BrokerWatch
from driftline.stream_app.adapters.garbage import spare_the_garbage_collector
from driftline.stream_app.adapters.log_reader import LogReader
from driftline.stream_app.adapters.logs import configure_logs, get_log
from driftline.stream_app.adapters.metrics import Metrics
from driftline.stream_app.adapters.state_store import StateStore
from driftline.stream_app.adapters.web import WebServer
from driftline.stream_app.adapters.worker.application import build_application, read_batches
from driftline.stream_app.adapters.worker.checkpointer import Checkpointer
from driftline.stream_app.adapters.worker.heartbeat import Heartbeats
from driftline.stream_app.adapters.worker.intake import Intake
from driftline.stream_app.adapters.worker.internals.faust_private import commit, crash_of
from driftline.stream_app.adapters.worker.kernels import compile_kernels
from driftline.stream_app.adapters.worker.ownership import Ownership
from driftline.stream_app.adapters.worker.restore import Restorer
from driftline.stream_app.adapters.worker.schedule import CheckpointSchedule
from driftline.stream_app.adapters.worker.watchdog import Watchdog
from driftline.stream_app.config import Settings
from driftline.stream_app.outputs.kafka import REQUEST_BYTES_MAX, KafkaSink
from driftline.stream_app.pipeline import Records

log = get_log("driftline.worker")

RELEASE_S_MAX = 5.0  # for the last checkpoint …
LEAVE_S_MAX = 2.5  # … and for leaving the group; in all less than the ten seconds that are promised


def run_worker(settings: Settings, verbose: bool = False) -> int:
    """Run a worker until SIGTERM or SIGINT; the process's exit code.

    Returns:
        0 after a graceful stop, 1 when the worker gave up; the log's last line says why.
    """
    configure_logs(verbose)
    # The policy, not a runner, because Faust's consumer thread makes an event loop of its own.
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    with tempfile.TemporaryDirectory(prefix="driftline-") as directory:
        code = asyncio.run(_run(settings, Path(directory)))
    if (
        threading.active_count() > 1
    ):  # Faust's thread waits for a broker that is away, and Python for the thread
        logging.shutdown()
        os._exit(code)
    return code


async def _run(settings: Settings, directory: Path) -> int:
    return await Worker(settings, directory).run()  # its parts look for the running loop when they are made


class Worker:
    """Puts the parts together and keeps them running."""

    def __init__(self, settings: Settings, directory: Path) -> None:
        self._settings = settings
        options = settings.kafka.aiokafka() | {"client_id": f"{settings.kafka.group}-worker"}
        self._metrics = Metrics()
        outputs = settings.kafka.outputs
        self._metrics.expect(settings.kafka.inputs, (*outputs.values(), settings.kafka.control))
        self._producer = AIOKafkaProducer(
            **options,
            acks="all",
            enable_idempotence=True,
            max_request_size=REQUEST_BYTES_MAX,
        )
        self._sink = KafkaSink(outputs, options, self._metrics.too_large)
        self._app = build_application(settings, options, directory)
        self._reader = LogReader(options)
        store = StateStore(settings.kafka.state, self._producer, self._reader)
        self._checkpointer = Checkpointer(store, self._sink, partial(commit, self._app), self._metrics)
        restorer = Restorer(self._app, settings, store, self._checkpointer, self._reader)
        self._ownership = Ownership(self._app, settings, restorer, self._checkpointer, self._metrics)
        self._schedule = CheckpointSchedule(settings.worker, self._ownership, self._checkpointer)
        self._intake = Intake(self._app, self._ownership, self._checkpointer, self._reader, self._metrics)
        self._intake.on_urgent = self._schedule.hurry
        self._metrics.views = self._intake.views
        self._metrics.ready = lambda: not self._obstacles()
        self._heartbeats = Heartbeats(settings.kafka.control, self._ownership, self._sink)
        self._web = WebServer(self._metrics.registry, self._obstacles)
        self._broker = BrokerWatch(self._producer)
        self._port = 0
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None

    async def run(self) -> int:
        """Start everything, wait for a signal or a failure, stop everything; the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        worker = self._settings.worker
        async with AsyncExitStack() as stack:
            try:
                self._port = await self._web.start(worker.web_host, worker.web_port)
                stack.push_async_callback(self._web.stop)
                if self._port != worker.web_port != 0:
                    log.warning("web port is taken", asked=worker.web_port, web_port=self._port)
                began = monotonic()
                await asyncio.to_thread(compile_kernels)
                log.info("detectors are compiled", seconds=round(monotonic() - began, 1))
                await self._producer.start()
                stack.push_async_callback(_briefly, self._producer.stop)
                await self._sink.start()
                stack.push_async_callback(_briefly, self._sink.stop)
                stack.push_async_callback(_briefly, self._reader.close)
                await self._run_application()
            except Exception as error:
                self._fail(error)
        if self._failure is not None:
            log.error("worker gives up", reason=repr(self._failure), exc_info=self._failure)
            return 1
        log.info("worker stopped")
        return 0

    async def _run_application(self) -> None:
        read_batches(self._app, self._settings, self._take)
        signals: Any = self._app  # Faust's types for receivers fit no function
        signals.on_partitions_revoked.connect(self._ownership.on_partitions_revoked)
        signals.on_rebalance_complete.connect(self._ownership.on_rebalance_complete)
        self._app.finalize()
        spare_the_garbage_collector()
        watchdog = Watchdog(self._ownership, self._intake.highwater)
        tasks = [
            asyncio.create_task(self._guarded(part))
            for part in (
                self._app.start(),
                self._crash_of_application(),
                self._schedule.run(),
                self._schedule.attend(),
                self._intake.tend(),
                watchdog.run(),
                self._broker.run(),
                self._heartbeats.run(),
            )
        ]
        log.info("worker started", name=socket.gethostname(), web_port=self._port)
        await self._stop.wait()
        if self._failure is None:
            await self._ownership.release(RELEASE_S_MAX)
        await _briefly(self._app.stop, LEAVE_S_MAX)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, records: Records) -> None:
        try:
            await self._intake.take(records)
        except Exception as error:  # Faust would start the agent anew, with half a batch absorbed
            self._fail(error)
            raise

    async def _guarded(self, part: Coroutine[Any, Any, None]) -> None:
        try:
            await part
        except Exception as error:
            self._fail(error)

    async def _crash_of_application(self) -> None:
        self._fail(await crash_of(self._app))

    def _fail(self, reason: BaseException) -> None:
        self._failure = self._failure or reason
        self._checkpointer.halted = True
        self._ownership.settled.clear()
        self._stop.set()

    def _obstacles(self) -> list[str]:
        obstacles = []
        if not self._broker.answers:
            obstacles.append("the broker is away")
        if not self._ownership.settled.is_set():
            obstacles.append("partitions are being assigned or restored")
        if not self._checkpointer.accepted.is_set():
            obstacles.append("the broker refuses checkpoints")
        return obstacles


async def _briefly(stop: Callable[[], Awaitable[None]], seconds: float = 0.5) -> None:
    """Stop a part, unless it waits for a broker that is away."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop()
