"""The pages: address, template, and where their values come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from driftline.stream_app.dashboard.pages.health import audit, configuration, health
from driftline.stream_app.dashboard.pages.incidents import incident, incidents
from driftline.stream_app.dashboard.pages.models import model
from driftline.stream_app.dashboard.pages.overview import overview
from driftline.stream_app.dashboard.pages.signals import signal, signals
from driftline.stream_app.dashboard.pages.view import Context, View

Values = Callable[[View, dict[str, str], dict[str, str]], Context | None]


@dataclass(frozen=True)
class Page:
    """One page, of what its address names and asks; None when there is nothing of this name."""

    name: str
    route: str
    template: str
    values: Values
    missing: str = ""


PAGES: Final = (
    Page("overview", "/", "overview", lambda view, _, asked: overview(view, asked.get("q", ""))),
    Page("incidents", "/incidents", "incidents", lambda view, _, asked: incidents(view, asked)),
    Page(
        "incident",
        "/incidents/{id}",
        "incident",
        lambda view, named, _: incident(view, named["id"]),
        "There is no such incident, or it was over more than 90 days ago.",
    ),
    Page(
        "model",
        "/models/{model}",
        "model",
        lambda view, named, _: model(view, named["model"]),
        "Nothing was heard of such a model.",
    ),
    Page(
        "signals",
        "/models/{model}/signals",
        "signals",
        lambda view, named, asked: signals(view, named["model"], asked),
        "Nothing was heard of such a model.",
    ),
    Page(
        "signal",
        "/signals/{key}",
        "signal",
        lambda view, named, asked: signal(view, named["key"], asked),
        "Nothing was heard of such a signal.",
    ),
    Page("health", "/health", "health", lambda view, _, __: health(view)),
    Page("audit", "/audit", "audit", lambda view, _, asked: audit(view, asked)),
    Page("configuration", "/config", "configuration", lambda view, _, __: configuration(view)),
)


def values_of(page: Page, view: View, request: web.Request) -> Context | None:
    """A page's values for a request; repeated and overlong parameters count as their first 256 characters."""
    asked = {name: request.query.get(name, "")[:256] for name in request.query if name != "live"}
    return page.values(view, dict(request.match_info), asked)
