"""From settings to a gateway that serves until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import uvloop
from aiohttp import web

from driftline.stream_app.adapters.hosts import address
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.config import Settings
from driftline.stream_app.gateway.application import Gateway
from driftline.stream_app.gateway.errors import GatewayError
from driftline.stream_app.gateway.guards import check_exposure

STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
SHUTDOWN_S: Final = 12.0
"""Longer than a request waits for the broker: what was taken is answered."""

log = get_log("driftline.gateway")


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``announce`` gets the address once it is there.

    Raises:
        GatewayError: it may not listen there, or the port is taken.
    """
    check_exposure(settings.gateway)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(Gateway(settings), announce))


async def _serve(gateway: Gateway, announce: Callable[[str], None]) -> None:
    """Listen; at the end answer what was taken, and write what waits."""
    host, port = gateway.settings.gateway.host, gateway.settings.gateway.port
    # Bodies are unpacked here, with a bound; aiohttp would unpack them before anybody can look at their size.
    runner = web.AppRunner(
        gateway.application(), access_log=None, shutdown_timeout=SHUTDOWN_S, auto_decompress=False
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise GatewayError(
            f"{host}:{port} cannot be listened on ({error.strerror}): choose another port with --port."
        ) from error
    announce(address(host, port))
    tasks = {asyncio.create_task(gateway.delivery.run()), asyncio.create_task(gateway.intake.run())}
    try:
        await _told_to_stop(tasks)
    finally:
        gateway.stopping = True
        await runner.cleanup()
        await gateway.intake.finish()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await gateway.delivery.close()
        log.info("gateway stopped")


async def _told_to_stop(tasks: "set[asyncio.Task[None]]") -> None:
    """Come back when a signal comes; with its error, if one of the tasks fails."""
    stopped = asyncio.Event()
    for number in STOPPING:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    waiting = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done - {waiting}:
        task.result()
