"""What stands before every request: which host is asked for, from which page, and with whose token."""

import asyncio
import hashlib
import hmac
import secrets
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from driftline.stream_app.adapters.hosts import hostname, is_loopback, names_of
from driftline.stream_app.adapters.tokens import LONGEST, owner_of
from driftline.stream_app.config import GatewaySettings
from driftline.stream_app.config.gateway import GatewayToken
from driftline.stream_app.gateway.bodies import RETRY_AFTER
from driftline.stream_app.gateway.errors import GatewayError

TOKEN: Final = web.RequestKey("token", GatewayToken)
OPEN_PATHS: Final = ("/live", "/ready", "/metrics")
"""Probes and scrapes, as the worker answers them to everybody who can reach it."""
GUESSES_MAX: Final = 16
"""Unknown tokens that wait to be looked at, each for 50 ms."""
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding",
    "Access-Control-Max-Age": "600",
}


def check_exposure(settings: GatewaySettings) -> None:
    """Refuse to be written to by everybody.

    Raises:
        GatewayError: it would listen on more than this machine, and ask nobody who they are.
    """
    if not settings.tokens and not is_loopback(settings.host):
        raise GatewayError(
            f"The gateway would listen on {settings.host} and take events of everybody: set gateway.tokens "
            "(`driftline gateway token` makes one), or leave the host at 127.0.0.1."
        )


class TokenBook:
    """Whose token it is. A hash that is made to be slow is computed once a token, not once a request."""

    def __init__(self, tokens: tuple[GatewayToken, ...]) -> None:
        self._tokens = tokens
        self._secret = secrets.token_bytes(32)
        # By digests under a secret of this process: as many as there are tokens, at most.
        self._known: dict[bytes, GatewayToken] = {}
        self._busy = asyncio.Lock()
        self._guesses = 0

    async def owner(self, token: str) -> GatewayToken | None:
        """The token's entry in the configuration; None: there is none.

        Raises:
            web.HTTPTooManyRequests: too many unknown tokens are being looked at.
        """
        if not token or len(token) > LONGEST:
            return None
        digest = hmac.digest(self._secret, token.encode("utf-8", "surrogateescape"), hashlib.sha256)
        if digest in self._known:
            return self._known[digest]
        if self._guesses >= GUESSES_MAX:
            raise web.HTTPTooManyRequests(text="Too many unknown tokens.\n", headers=RETRY_AFTER)
        self._guesses += 1
        try:
            async with self._busy:
                owner = self._known.get(digest) or await asyncio.to_thread(owner_of, token, self._tokens)
        finally:
            self._guesses -= 1
        if owner is not None:
            self._known[digest] = owner
        return owner


def guards(settings: GatewaySettings) -> list[Middleware]:
    """Middlewares, the outermost first."""
    origins = known_origin(frozenset(settings.cors.origins))
    if settings.tokens:
        return [closed(origins), closed(known_token(TokenBook(settings.tokens)))]
    # A page whose name was made to point at this machine could write; but no page has a token.
    return [closed(known_host(names_of(settings.host, settings.hosts))), closed(origins)]


def known_host(hosts: frozenset[str]) -> Middleware:
    """Lets through who asks for one of these names."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if hostname(request.host) not in hosts:
            raise web.HTTPMisdirectedRequest(
                text="This name is not one of the gateway's: add it to gateway.hosts.\n"
            )
        return await handler(request)

    return guard


def known_origin(origins: frozenset[str]) -> Middleware:
    """Lets through pages of these origins, and whatever is no page; answers preflights."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin is None:
            return await handler(request)
        if origins.isdisjoint(("*", origin.lower())):
            raise web.HTTPForbidden(
                text=f"Pages of {printable(origin)} may not post here: add it to gateway.cors.origins.\n"
            )
        allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        if request.method == "OPTIONS":
            return web.Response(status=204, headers={**allowed, **PREFLIGHT})
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(allowed)
            raise
        response.headers.update(allowed)
        return response

    return guard


def known_token(book: TokenBook) -> Middleware:
    """Lets through who has a token of the book, and says whose it is."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        owner = await book.owner(token_of(request))
        if owner is None:
            raise web.HTTPUnauthorized(
                text="Send a token that the gateway knows: Authorization: Bearer ….\n",
                headers={"WWW-Authenticate": "Bearer"},
            )
        request[TOKEN] = owner
        return await handler(request)

    return guard


def closed(guard: Middleware) -> Middleware:
    """The guard, which lets probes and scrapes through."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in OPEN_PATHS:
            return await handler(request)
        return await guard(request, handler)

    return guarded


def token_of(request: web.Request) -> str:
    """The token in a request: a header, or in the address for what can send no header.

    Beacons of browsers and KServe's logger cannot.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.query.get("token", "")


def printable(text: str) -> str:
    """A header as an answer may repeat it."""
    return "".join(each if each.isprintable() else "?" for each in text[:200])
