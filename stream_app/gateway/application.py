"""The web application: addresses, and what is counted of every request."""

import time
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from driftline.stream_app.config import Settings
from driftline.stream_app.gateway.delivery import Delivery
from driftline.stream_app.gateway.events import Events
from driftline.stream_app.gateway.guards import guards
from driftline.stream_app.gateway.kserve.intake import Intake
from driftline.stream_app.gateway.metrics import Metrics

PATHS: Final = ("/v1/events", "/v1/kserve")


class Gateway:
    """All that a gateway holds while it runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.delivery = Delivery(settings.kafka)
        self.events = Events(settings, self.delivery, self.metrics)
        self.intake = Intake(settings, self.delivery, self.metrics)
        self.stopping = False

    def obstacles(self) -> list[str]:
        """What keeps it from being ready, in words; empty when it is."""
        stopping = ["it is being stopped"] if self.stopping else []
        return [*stopping, *filter(None, [self.delivery.obstacle])]

    def application(self) -> web.Application:
        """The addresses, and what stands before them."""
        made = web.Application(
            middlewares=[counted(self.metrics), *guards(self.settings.gateway)],
            client_max_size=self.settings.gateway.body_bytes,
        )
        made.router.add_post("/v1/events", self.events.post)
        made.router.add_post("/v1/kserve", self.intake.post)
        made.router.add_get("/live", live)
        made.router.add_get("/ready", self._ready)
        made.router.add_get("/metrics", self._scraped)
        return made

    async def _ready(self, _: web.Request) -> web.Response:
        obstacles = self.obstacles()
        return web.json_response(
            {"ready": not obstacles, "obstacles": obstacles}, status=503 if obstacles else 200
        )

    async def _scraped(self, _: web.Request) -> web.Response:
        for path, room in zip(PATHS, (self.events.room, self.intake.room), strict=True):
            self.metrics.in_flight.labels(path).set(room.taken)
        return web.Response(
            body=generate_latest(self.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )


async def live(_: web.Request) -> web.Response:
    """For probes."""
    return web.json_response({"live": True})


def counted(metrics: Metrics) -> Middleware:
    """Counts answers of the addresses that take something, and their time."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in PATHS:  # what others ask for must not become labels
            return await handler(request)
        began, status = time.perf_counter(), 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            metrics.requests.labels(request.path, str(status)).inc()
            metrics.seconds.labels(request.path).observe(time.perf_counter() - began)

    return count
