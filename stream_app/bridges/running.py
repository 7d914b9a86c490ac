"""From settings to a bridge that runs until it is told to stop."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, Final

import aiohttp

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.web import WebServer
from driftline.stream_app.bridges.acknowledgements import Acknowledgements
from driftline.stream_app.bridges.backoff import Backoff
from driftline.stream_app.bridges.bridge import Bridge
from driftline.stream_app.bridges.far_sides import Section, receiver_of
from driftline.stream_app.bridges.metrics import BridgeMetrics
from driftline.stream_app.config import Settings

STOPPING: Final = (signal.SIGINT, signal.SIGTERM)

log = get_log("driftline.bridge")


def run_bridge(settings: Settings, section: Section, name: str) -> None:
    """Pass alerts on until SIGINT or SIGTERM; ``name`` tells bridges of one Kafka apart.

    Raises:
        ConfigError: a secret cannot be read, or something is missing.
        KafkaError: no broker answers, or it refuses.
        OSError: this machine has no address such as bridges.web_host.
    """
    asyncio.run(_run(settings, section, name))


def group_of(settings: Settings, name: str) -> str:
    """The consumer group of a bridge: each has one of its own, so that none waits for another."""
    return f"{settings.kafka.group}-bridge-{name}"


async def _run(settings: Settings, section: Section, name: str) -> None:
    group, limits = group_of(settings, name), settings.bridges
    async with AsyncExitStack() as stack:
        without_cookies = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        session = await stack.enter_async_context(without_cookies)
        receiver, silences = receiver_of(section, session)
        metrics = BridgeMetrics(name)
        bridge = Bridge(settings, group, receiver, metrics)
        web = WebServer(metrics.registry, bridge.obstacles)
        port = await web.start(limits.web_host, limits.web_port)
        stack.push_async_callback(web.stop)
        log.info("bridge starts", bridge=name, group=group, web_port=port)

        async def tend() -> None:
            await bridge.begun.wait()  # before, what fires is not known
            await receiver.tend()

        parts: list[Coroutine[Any, Any, None]] = [bridge.run(), tend()]
        if silences is not None:
            backoff = Backoff(limits.retry_first_ms / 1000, limits.retry_at_most_ms / 1000)
            parts.append(Acknowledgements(settings.kafka, f"{group}-silences", silences, backoff).run())
        await _until_told(parts)
    log.info("bridge ends", bridge=name)


async def _until_told(parts: list[Coroutine[Any, Any, None]]) -> None:
    """Run all of them until a signal comes, or one of them fails."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPPING:
        loop.add_signal_handler(number, stopped.set)
    waiting = asyncio.create_task(stopped.wait())
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(part) for part in parts]
    done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in (waiting, *tasks):
        task.cancel()
    await asyncio.gather(waiting, *tasks, return_exceptions=True)
    for task in done - {waiting}:
        task.result()
