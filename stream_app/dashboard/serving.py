"""From settings to a dashboard that serves until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from driftline.stream_app.adapters.hosts import address
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.config import Settings
from driftline.stream_app.dashboard import doors
from driftline.stream_app.dashboard.actions import Actions
from driftline.stream_app.dashboard.errors import DashboardError
from driftline.stream_app.dashboard.feeding import Feeding
from driftline.stream_app.dashboard.guards import check_exposure
from driftline.stream_app.dashboard.history import History
from driftline.stream_app.dashboard.records import Heard
from driftline.stream_app.dashboard.server import Pages, application
from driftline.stream_app.dashboard.state import State
from driftline.stream_app.dashboard.topics import ControlWriter, TopicReader

STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
SHUTDOWN_S: Final = 2.0

log = get_log("driftline.dashboard")
Announce = Callable[[str], None]


def serve_topics(settings: Settings, announce: Announce) -> None:
    """Serve what the topics say until SIGINT or SIGTERM; ``announce`` gets the address once it is there.

    Raises:
        DashboardError: it may not listen there, the port is taken, or a topic is missing.
        aiokafka.errors.KafkaError: no broker answers, or it refuses.
    """
    check_exposure(settings.dashboard)
    asyncio.run(_serve_topics(settings, announce))


def serve_recording(settings: Settings, heard: Iterable[Heard], recording: str, announce: Announce) -> None:
    """Serve what a replay made until SIGINT or SIGTERM; nothing of it is kept.

    Raises:
        DashboardError: it may not listen there, or the port is taken.
    """
    check_exposure(settings.dashboard)
    state, history = State(), History(None, recording)
    for record in heard:
        state.apply(record)
    history.save(*state.take_unsaved(), {})
    asyncio.run(_serve(Pages(state, history, settings, recording=recording), announce))
    history.close()


async def _serve_topics(settings: Settings, announce: Announce) -> None:
    kafka = settings.kafka
    path = Path(settings.dashboard.directory) / f"{kafka.prefix}.sqlite"
    source = f"{kafka.bootstrap_servers} {kafka.alerts} {kafka.signals}"
    history, state = History(path, source), State()
    feeding, writer = Feeding(state, history, TopicReader(kafka)), ControlWriter(kafka)
    try:
        await feeding.begin()
        pages = Pages(state, history, settings, feed=feeding)
        running = asyncio.create_task(feeding.run())
        try:
            await _serve(pages, announce, running, Actions(state, writer))
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    finally:
        await writer.close()
        await feeding.close()
        history.close()


async def _serve(
    pages: Pages,
    announce: Announce,
    running: "asyncio.Task[Any] | None" = None,
    actions: Actions | None = None,
) -> None:
    """Listen, and come back when a signal comes or what feeds the pages has failed."""
    host, port = pages.settings.dashboard.host, pages.settings.dashboard.port
    made = application(pages)
    doors.routes(pages, made)
    if actions is not None:
        actions.routes(made)
    runner = web.AppRunner(made, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise DashboardError(
                f"{host}:{port} cannot be listened on ({error.strerror}): choose another port with --port."
            ) from error
        announce(address(host, port))
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, stopped.set)
        waiting = asyncio.create_task(stopped.wait())
        tasks = {waiting} if running is None else {waiting, running}
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for task in done - {waiting}:
            task.result()
    finally:
        await runner.cleanup()
