"""The pages: address, template, and where their values come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from driftline.stream_app.dashboard.pages.overview import overview
from driftline.stream_app.dashboard.pages.view import Context, View

Values = Callable[[View, web.Request], Context | None]


@dataclass(frozen=True)
class Page:
    """One page; its values are None when there is nothing of the name in its address."""

    name: str
    route: str
    template: str
    values: Values
    missing: str = ""


PAGES: Final = (
    Page("overview", "/", "overview", lambda view, request: overview(view, request.query.get("q", ""))),
)
