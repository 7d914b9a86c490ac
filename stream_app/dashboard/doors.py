"""Logging in and out, data for programs, and pictures for messages."""

from typing import Any, Final

import msgspec
from aiohttp import web

from driftline.schemas import encode
from driftline.stream_app.dashboard.guards import SESSION_COOKIE, give_cookie
from driftline.stream_app.dashboard.incidents import Incident
from driftline.stream_app.dashboard.pages.signals import api_points, embed, query_of
from driftline.stream_app.dashboard.server import Pages

PICTURE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
PICTURE_STYLE: Final = (
    "<style>text{fill:#5b6472;font:12px sans-serif}.grid{stroke:#dfe3e8}.curve{fill:none;stroke:#4b74b8;"
    "stroke-width:1.6}.band{fill:#1a7f5a;opacity:.16}.middle{stroke:#1a7f5a;stroke-dasharray:4 4}"
    ".cross{fill:none;stroke:#c2324a;stroke-width:2}</style>"
    '<rect width="100%" height="100%" fill="#ffffff"/>'
)


def routes(pages: Pages, application: web.Application) -> None:
    """Add the addresses to an application."""
    doors = Doors(pages)
    get, post = application.router.add_get, application.router.add_post
    get("/login", doors.ask)
    post("/login", doors.let_in)
    post("/logout", doors.let_out)
    get("/embed/{key}.svg", doors.picture)
    get("/api/overview", doors.overview)
    get("/api/incidents", doors.incidents)
    get("/api/incidents/{id}", doors.incident)
    get("/api/models/{model}/signals", doors.signals)
    get("/api/signals/{key}", doors.signal)
    get("/api/signals/{key}/points", doors.points)
    get("/api/audit", doors.audit)


class Doors:
    """Handlers that render no page of their own."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def ask(self, request: web.Request) -> web.Response:
        """The form to log in with."""
        return self._pages.login(request, "")

    async def let_in(self, request: web.Request) -> web.Response:
        """Check a token, and remember who it is."""
        form = await request.post()
        user = await self._pages.doorkeeper.by_token(str(form.get("secret", "")).strip())
        if user is None:
            return self._pages.login(request, "Nobody has this token.", status=403)
        response = web.HTTPSeeOther(local(str(form.get("next", "/"))))
        give_cookie(response, request, SESSION_COOKIE, self._pages.doorkeeper.session(user))
        return response

    async def let_out(self, request: web.Request) -> web.Response:
        """Forget who it is."""
        response = web.HTTPSeeOther("/login")
        response.del_cookie(SESSION_COOKIE)
        return response

    async def picture(self, request: web.Request) -> web.Response:
        """A signal's chart by itself, with colours of its own."""
        svg = embed(self._pages.view(request), request.match_info["key"])
        if svg is None:
            raise web.HTTPNotFound(text="Nothing was heard of such a signal.\n")
        head, _, rest = svg.partition("</desc>")
        return web.Response(
            text=f"{head}</desc>{PICTURE_STYLE}{rest}",
            content_type="image/svg+xml",
            headers={"Cache-Control": "max-age=60", "Content-Security-Policy": PICTURE_POLICY},
        )

    async def overview(self, _: web.Request) -> web.Response:
        """Streams, and what they add up to."""
        tallies = self._pages.state.signals.tallies().items()
        return json([{**stream._asdict(), **vars(tally)} for stream, tally in tallies])

    async def incidents(self, request: web.Request) -> web.Response:
        """The last alert of each incident, as published; ``status=open``: those not over."""
        ranked = self._pages.state.incidents.ranked()
        only_open = request.query.get("status") == "open"
        return json([shown(each) for each in ranked if each.is_open or not only_open][:1000])

    async def incident(self, request: web.Request) -> web.Response:
        """All alerts of an incident, and what operators said of it."""
        found = self._pages.state.incidents.find(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such incident.\n")
        deeds = self._pages.state.deeds.of_incident(found.id)
        return json(
            {
                **shown(found),
                "alerts": found.words,
                "operators": [
                    {"outcome": deed.outcome, "said": deed.said, "answers": deed.answers} for deed in deeds
                ],
            }
        )

    async def signals(self, request: web.Request) -> web.Response:
        """A page of a model's signals, by the same parameters as the table."""
        found = self._pages.state.signals.find(query_of(request.match_info["model"], dict(request.query)))
        return json(
            {
                "total": found.total,
                "page": found.page,
                "pages": found.pages,
                "signals": [signal.summary for signal in found.signals],
            }
        )

    async def signal(self, request: web.Request) -> web.Response:
        """The last summary of a signal, as it was published."""
        found = self._pages.state.signals.by_key.get(request.match_info["key"])
        if found is None:
            raise web.HTTPNotFound(text="Nothing was heard of such a signal.\n")
        return json(found.summary)

    async def points(self, request: web.Request) -> web.Response:
        """A signal's past."""
        past = api_points(self._pages.view(request), request.match_info["key"], dict(request.query))
        if past is None:
            raise web.HTTPNotFound(text="Nothing was heard of such a signal.\n")
        return json(past)

    async def audit(self, _: web.Request) -> web.Response:
        """The audit trail, the newest first."""
        return json(list(reversed(self._pages.state.deeds.audit.values()))[:1000])


def shown(incident: Incident) -> dict[str, Any]:
    """An incident for programs."""
    return {"id": incident.id, "open": incident.is_open, "alert": incident.last}


def json(value: Any) -> web.Response:
    """Plain values and records as JSON; numbers that are not finite are null."""
    return web.Response(body=encode(msgspec.to_builtins(value)), content_type="application/json")


def local(address: str) -> str:
    """An address of this dashboard, whatever somebody put there."""
    fits = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if fits else "/"
