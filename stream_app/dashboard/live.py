"""One server-sent stream a tab: the part of its page that moves, at most once a second, when it changed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

EVERY_S: Final = 1.0
KEEP_ALIVE_S: Final = 15.0
STREAMS_MAX: Final = 200
"""Each holds a connection and a page of up to 150 kB on its way: 30 MB."""


class Streams:
    """The streams that are open; they end when the server does."""

    def __init__(self) -> None:
        self.open = 0
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Close all of them."""
        self._ended.set()

    async def serve(self, request: web.Request, render: Callable[[], str]) -> web.StreamResponse:
        """Send what ``render`` makes, again and again, until the tab is gone."""
        if self.open >= STREAMS_MAX:
            raise web.HTTPServiceUnavailable(text="Too many tabs are open.\n", headers={"Retry-After": "30"})
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
                "X-Content-Type-Options": "nosniff",
            }
        )
        await response.prepare(request)
        self.open += 1
        try:
            with suppress(ConnectionError):
                await self._send(response, render)
        finally:
            self.open -= 1
        return response

    async def _send(self, response: web.StreamResponse, render: Callable[[], str]) -> None:
        sent, number, silent_s = "", 0, 0.0
        while not self._ended.is_set():
            html = render()
            if html != sent:
                number += 1
                sent, silent_s = html, 0.0
                await response.write(message(number, html))
            elif silent_s >= KEEP_ALIVE_S:
                silent_s = 0.0
                await response.write(b": still here\n\n")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), EVERY_S)
            silent_s += EVERY_S


def message(number: int, html: str) -> bytes:
    """An event without a name: the browser puts its data into the page."""
    data = "\n".join(f"data: {line}" for line in html.splitlines() if line.strip())
    return f"id: {number}\n{data}\n\n".encode()
