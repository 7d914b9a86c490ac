"""Reading the body of a request: bounded, packed or not, and counted while it is worked on."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from driftline.stream_app.gateway.room import Room

RETRY_AFTER: Final = {"Retry-After": "1"}
"""Seconds. Under pressure a request is through in less."""
READ_S_MAX: Final = 30.0
"""Whoever sends more slowly holds room that others wait for."""
REQUEST_BYTES: Final = 4096
"""What a request costs beside its body: of 32 MiB, 8,192 at a time."""
GZIP: Final = 16 + zlib.MAX_WBITS


class UnpackError(ValueError):
    """A body is not packed as its header says."""


@asynccontextmanager
async def body_of(request: web.Request, room: Room, bytes_max: int) -> AsyncIterator[bytes]:
    """The body, unpacked; its bytes are in the room until the end.

    Raises:
        web.HTTPRequestEntityTooLarge: it has more bytes than allowed.
        web.HTTPTooManyRequests: there is no room for it now.
        web.HTTPBadRequest: it cannot be unpacked.
        web.HTTPRequestTimeout: it does not come.
        web.HTTPUnsupportedMediaType: it is packed otherwise than with gzip.
    """
    packing = request.headers.get("Content-Encoding", "identity").lower()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise web.HTTPUnsupportedMediaType(text=f"Content-Encoding is {packing}: use gzip, or none.\n")
    packed = packing != "identity"
    announced = request.content_length
    if announced is not None and announced > bytes_max:
        raise too_large(announced, bytes_max)
    # What is not announced may become as large as is allowed.
    taken = REQUEST_BYTES + (bytes_max if packed or announced is None else announced)
    if not room.take(taken):
        raise under_pressure()
    try:
        try:
            async with asyncio.timeout(READ_S_MAX):
                body = await request.read()
            body = unpacked(body, bytes_max) if packed else body
        except web.HTTPRequestEntityTooLarge:
            raise too_large(bytes_max + 1, bytes_max) from None
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="The body took too long to come.\n") from None
        except UnpackError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from None
        if len(body) > bytes_max:
            raise too_large(len(body), bytes_max)
        surplus = taken - REQUEST_BYTES - len(body)
        room.give(surplus)
        taken -= surplus
        yield body
    finally:
        room.give(taken)


def unpacked(body: bytes, bytes_max: int) -> bytes:
    """What gzip has packed, in any number of members; of too much, one byte more than allowed.

    Raises:
        UnpackError: it is not gzip, or ends too soon.
    """
    out = bytearray()
    while body and len(out) <= bytes_max:
        member = zlib.decompressobj(GZIP)
        try:
            out += member.decompress(body, bytes_max + 1 - len(out))
        except zlib.error as error:
            raise UnpackError(f"The body is not gzip: {error}.") from error
        if not member.eof and len(out) <= bytes_max:
            raise UnpackError("The body is gzip that ends too soon.")
        body = member.unused_data
    return bytes(out)


def too_large(size: int, bytes_max: int) -> web.HTTPRequestEntityTooLarge:
    """The answer to a body that has too many bytes."""
    text = f"The body has {size} bytes or more: send at most {bytes_max} at a time.\n"
    return web.HTTPRequestEntityTooLarge(bytes_max, size, text=text)


def under_pressure() -> web.HTTPTooManyRequests:
    """The answer while there is no room."""
    return web.HTTPTooManyRequests(
        text="Too much is on its way to the broker: send it again.\n", headers=RETRY_AFTER
    )
