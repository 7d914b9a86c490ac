"""The small web server of a worker or a bridge: /live, /ready and /metrics, and nothing else."""

from collections.abc import Callable
from errno import EADDRINUSE

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


class WebServer:
    """Answers probes and scrapes.

    Args:
        obstacles: what keeps it from being ready, in words; empty when it is.
    """

    def __init__(self, registry: CollectorRegistry, obstacles: Callable[[], list[str]]) -> None:
        self._registry = registry
        self._obstacles = obstacles
        application = web.Application()
        application.router.add_get("/live", self._live)
        application.router.add_get("/ready", self._ready)
        application.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(application, access_log=None)

    async def start(self, host: str, port: int) -> int:
        """Listen, on another port where this one is taken (or 0); which one it became.

        Raises:
            OSError: this machine has no such address.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            if error.errno != EADDRINUSE:
                raise
            await web.TCPSite(self._runner, host, 0).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close the port."""
        await self._runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def _ready(self, _: web.Request) -> web.Response:
        obstacles = self._obstacles()
        return web.json_response(
            {"ready": not obstacles, "obstacles": obstacles}, status=503 if obstacles else 200
        )

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )
