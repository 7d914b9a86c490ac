"""The web server: addresses, what they show, and what stands before them."""

import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from aiohttp import web

from driftline.stream_app.config import Settings
from driftline.stream_app.dashboard.access import Doorkeeper
from driftline.stream_app.dashboard.guards import SEED, SEED_COOKIE, USER, give_cookie, guards
from driftline.stream_app.dashboard.history import History
from driftline.stream_app.dashboard.live import Streams
from driftline.stream_app.dashboard.pages.routes import PAGES, Page, values_of
from driftline.stream_app.dashboard.pages.view import View
from driftline.stream_app.dashboard.rendering import Renderer
from driftline.stream_app.dashboard.state import State
from driftline.stream_app.evaluation.look import STYLE

STATIC: Final = Path(str(files("driftline.stream_app.dashboard") / "static"))
ASSET_AGE_S: Final = 3600
CACHED_MAX: Final = 256
"""Pages of 20 to 150 kB that several tabs look at: at most 40 MB."""


class Feed(Protocol):
    """What keeps the state up to date."""

    @property
    def trouble(self) -> str:
        """What is in its way, in a sentence; empty: nothing."""

    def facts(self) -> dict[str, Any]:
        """Figures for the health page."""


class Pages:
    """Renders pages of the state; tabs that look at the same at the same time share one rendering.

    Args:
        feed: what keeps the state up to date; None for a recording.
        recording: what is replayed, in words; empty for a live dashboard.
    """

    def __init__(
        self,
        state: State,
        history: History,
        settings: Settings,
        feed: "Feed | None" = None,
        recording: str = "",
    ) -> None:
        self.state = state
        self.history = history
        self.settings = settings
        self.doorkeeper = Doorkeeper(settings.dashboard.auth, history.secret())
        self.streams = Streams()
        self.renderer = Renderer()
        self._feed = feed
        self.recording = recording
        self._cached: dict[tuple[Any, ...], str] = {}
        self._second = 0

    def view(self, request: web.Request) -> View:
        """The state now, for whoever asks."""
        now_ms = self.state.event_ms() if self.recording else int(time.time() * 1000)
        return View(
            state=self.state,
            points=self.history.points,
            settings=self.settings,
            user=request[USER],
            now_ms=now_ms,
            trouble=self._feed.trouble if self._feed else "",
            acts=not self.recording,
            recording=self.recording,
            reading=self._feed.facts() if self._feed else {},
        )

    def live(self, page: Page, request: web.Request) -> str:
        """The moving part of a page, rendered once a second at most."""
        second = int(time.monotonic())
        if second != self._second or len(self._cached) > CACHED_MAX:
            self._second = second
            self._cached.clear()
        key = (request.path, request.query_string, request[USER], request[SEED])
        if key not in self._cached:
            self._cached[key] = self.renderer.live(page.template, self.context(page, request))
        return self._cached[key]

    def login(self, request: web.Request, said: str, status: int = 200) -> web.Response:
        """The form to log in with; ``said`` is why it did not work."""
        seed = request[SEED] or self.doorkeeper.new_seed()
        values = {
            "said": said,
            "next": request.query.get("next", "/"),
            "token": self.doorkeeper.form_token(request[USER], seed),
        }
        html = self.renderer.page("login", values)
        response = web.Response(text=html, content_type="text/html", status=status)
        give_cookie(response, request, SEED_COOKIE, seed)
        return response

    def context(self, page: Page, request: web.Request) -> dict[str, Any]:
        """A page's values, with those that all pages have.

        Raises:
            web.HTTPNotFound: there is nothing of this name.
        """
        view = self.view(request)
        values = values_of(page, view, request)
        if values is None:
            raise web.HTTPNotFound(text=page.missing)
        user = request[USER]
        query = urlencode([(name, value) for name, value in request.query.items() if name != "live"])
        return {
            "view": view,
            "page": page.name,
            "address": request.path,
            "stream": f"{request.path}?{urlencode({'live': 1})}{'&' if query else ''}{query}",
            "token": self.doorkeeper.form_token(user, request[SEED]) if request[SEED] else "",
            **values,
        }


def application(pages: Pages) -> web.Application:
    """All pages, and what they are made of."""
    made = web.Application(
        middlewares=guards(pages.settings.dashboard, pages.doorkeeper), client_max_size=64 * 1024
    )
    for page in PAGES:
        made.router.add_get(page.route, handler_of(pages, page))
    made.router.add_get("/static/house.css", house_css)
    made.router.add_get("/live", alive)
    made.router.add_static("/static/", STATIC)

    async def end_streams(_: web.Application) -> None:
        pages.streams.end()

    made.on_shutdown.append(end_streams)
    return made


def handler_of(pages: Pages, page: Page) -> Callable[[web.Request], Any]:
    """Answers a page as a whole, or as the stream of its moving part."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if "live" in request.query:
            pages.context(page, request)  # says that there is nothing of this name before a stream begins
            return await pages.streams.serve(request, lambda: pages.live(page, request))
        seed = request[SEED]
        if not seed:
            request[SEED] = pages.doorkeeper.new_seed()
        html = pages.renderer.page(page.template, pages.context(page, request))
        response = web.Response(text=html, content_type="text/html")
        if not seed:
            give_cookie(response, request, SEED_COOKIE, request[SEED])
        return response

    return handle


async def alive(_: web.Request) -> web.Response:
    """For probes."""
    return web.json_response({"live": True})


async def house_css(_: web.Request) -> web.Response:
    """The house style, which reports have inside."""
    return web.Response(
        text=STYLE, content_type="text/css", headers={"Cache-Control": f"max-age={ASSET_AGE_S}"}
    )
