"""What stands before every page: which host is asked for, who asks, and whether a form is ours."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from driftline.stream_app.adapters.hosts import hostname, is_loopback, names_of
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.config import DashboardSettings
from driftline.stream_app.dashboard.access import HERE, Doorkeeper, User
from driftline.stream_app.dashboard.errors import DashboardError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

USER: Final = web.RequestKey("user", User)
SEED: Final = web.RequestKey("seed", str)
SESSION_COOKIE: Final = "driftline_session"
SEED_COOKIE: Final = "driftline_form"
OPEN_PATHS: Final = ("/login", "/static/", "/live")
POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

log = get_log("driftline.dashboard")


def check_exposure(settings: DashboardSettings) -> None:
    """Refuse to be reachable by everybody.

    Raises:
        DashboardError: it would listen on more than this machine, and ask nobody who they are.
    """
    if settings.auth is None and not is_loopback(settings.host):
        raise DashboardError(
            f"The dashboard would listen on {settings.host} and let everybody in: set dashboard.auth "
            "(`driftline dashboard token` makes a token; or name a trusted_proxy), or leave the host at "
            "127.0.0.1."
        )


def allowed_hosts(settings: DashboardSettings) -> frozenset[str]:
    """The names, without ports, under which it may be asked for: of another, a foreign page has sent us."""
    return names_of(settings.host, settings.hosts)


def guards(
    settings: DashboardSettings, doorkeeper: Doorkeeper
) -> list[Callable[..., Awaitable[web.StreamResponse]]]:
    """Middlewares, the outermost first."""
    hosts = allowed_hosts(settings)

    @web.middleware
    async def known_host(request: web.Request, handler: Handler) -> web.StreamResponse:
        if hostname(request.host) not in hosts:
            raise web.HTTPMisdirectedRequest(
                text="This name is not one of the dashboard's: add it to dashboard.hosts.\n"
            )
        return await handler(request)

    @web.middleware
    async def known_user(request: web.Request, handler: Handler) -> web.StreamResponse:
        user = await user_of(request, doorkeeper)
        if user is None and not request.path.startswith(OPEN_PATHS):
            if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
                raise web.HTTPSeeOther(f"/login?{_query_of(request)}")
            raise web.HTTPUnauthorized(text="Log in, or send a token: Authorization: Bearer ….\n")
        request[USER] = user or User("", "viewer")
        return await handler(request)

    @web.middleware
    async def own_forms(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[SEED] = request.cookies.get(SEED_COOKIE, "")
        if request.method not in ("GET", "HEAD"):
            await check_form(request, doorkeeper)
        return await handler(request)

    return [with_headers, known_host, known_user, own_forms]


@web.middleware
async def with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What a browser must not do with our pages."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    if not response.prepared:
        response.headers.update(HEADERS)
        response.headers.setdefault("Cache-Control", "no-store")
    return response


async def user_of(request: web.Request, doorkeeper: Doorkeeper) -> User | None:
    """Who asks; None: nobody that is known."""
    if doorkeeper.auth is None:
        return HERE
    proxy = doorkeeper.auth.trusted_proxy
    if proxy is not None and (user := doorkeeper.by_proxy(request.headers.get(proxy.header), request.remote)):
        return user
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await doorkeeper.by_token(token)
    return doorkeeper.by_session(request.cookies.get(SESSION_COOKIE, ""))


async def check_form(request: web.Request, doorkeeper: Doorkeeper) -> None:
    """Let only a form of our own pages through: another site's page may not act in somebody's name.

    Raises:
        web.HTTPForbidden: it is none.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site not in (None, "same-origin", "none") or (
        origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()
    )
    form = await request.post()
    token = form.get("token", "")
    ours = isinstance(token, str) and doorkeeper.knows_form(request[USER], request[SEED], token)
    if foreign or not ours:
        log.warning("a form was refused", path=request.path, foreign=foreign)
        raise web.HTTPForbidden(
            text="This form is not of a page of this dashboard, or too old: load the page again.\n"
        )


def give_cookie(response: web.StreamResponse, request: web.Request, name: str, value: str) -> None:
    """A cookie that no script reads and no other site's page sends."""
    response.set_cookie(name, value, httponly=True, samesite="Strict", secure=request.secure, path="/")


def _query_of(request: web.Request) -> str:
    return urlencode({"next": request.path_qs})
