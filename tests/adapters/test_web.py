"""The worker's probes and metrics over HTTP."""

import asyncio
import json

import aiohttp

from driftline.stream_app.adapters.local_kafka.ports import free_port
from driftline.stream_app.adapters.metrics import Metrics
from driftline.stream_app.adapters.web import WebServer


async def answers(obstacles: list[str]) -> dict[str, tuple[int, str]]:
    """Status and body of each path."""
    server = WebServer(Metrics().registry, lambda: obstacles)
    port = free_port()
    await server.start("127.0.0.1", port)
    try:
        found = {}
        async with aiohttp.ClientSession() as session:
            for path in ("live", "ready", "metrics"):
                async with session.get(f"http://127.0.0.1:{port}/{path}") as response:
                    found[path] = (response.status, await response.text())
        return found
    finally:
        await server.stop()


def test_ready_says_what_is_in_the_way() -> None:
    """Traffic or a rollout would go on while partitions are being restored."""
    found = asyncio.run(answers(["partitions are being restored"]))
    assert found["live"][0] == 200
    assert found["ready"][0] == 503
    assert json.loads(found["ready"][1])["obstacles"] == ["partitions are being restored"]


def test_ready_and_metrics_without_any_partition() -> None:
    """A worker in reserve would never become ready, or its scrape would fail."""
    found = asyncio.run(answers([]))
    assert found["ready"][0] == 200
    assert found["metrics"][0] == 200
    assert "driftline_models 0.0" in found["metrics"][1]


def test_a_port_that_is_taken_is_another_ones() -> None:
    """The second worker of a host would end, or need a configuration of its own."""

    async def ports() -> tuple[int, int]:
        first, second = (WebServer(Metrics().registry, list) for _ in range(2))
        try:
            one = await first.start("127.0.0.1", 0)
            return one, await second.start("127.0.0.1", one)
        finally:
            await first.stop()
            await second.stop()

    one, other = asyncio.run(ports())
    assert one > 0 < other != one
