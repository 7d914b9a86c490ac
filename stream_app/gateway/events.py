"""``POST /v1/events``: lines in, and an answer when the broker has them."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import orjson
from aiohttp import web
from aiokafka.errors import MessageSizeTooLargeError

from driftline.schemas import Reason
from driftline.stream_app.config import Settings
from driftline.stream_app.gateway.bodies import RETRY_AFTER, body_of
from driftline.stream_app.gateway.delivery import Delivery, Outcome
from driftline.stream_app.gateway.guards import TOKEN
from driftline.stream_app.gateway.lines import Line, Refusal, read
from driftline.stream_app.gateway.metrics import Metrics
from driftline.stream_app.gateway.room import Room

REASONS_MAX: Final = 10
"""Refused lines that an answer names."""
LINES_AT_ONCE: Final = 256
"""About 2 ms: others are answered in between."""


class Events:
    """Takes events. 202 says that the broker has every line that counts as accepted."""

    def __init__(self, settings: Settings, delivery: Delivery, metrics: Metrics) -> None:
        self._settings = settings
        self._delivery = delivery
        self._metrics = metrics
        self.room = Room(settings.gateway.in_flight_bytes)

    async def post(self, request: web.Request) -> web.Response:
        """Answer a request."""
        if obstacle := self._delivery.obstacle:
            raise unavailable(obstacle)
        async with body_of(request, self.room, self._settings.gateway.body_bytes) as body:
            lines, refused = await self._read(body, request)
            outcomes = await self._delivery.write([line.record for line in lines])
        return self._answer(lines, outcomes, refused)

    async def _read(self, body: bytes, request: web.Request) -> tuple[list[Line], list[Refusal]]:
        lines: list[Line] = []
        refused: list[Refusal] = []
        token = request.get(TOKEN)
        for each in read(body, time.time_ns() // 1_000_000, self._settings.kafka, token):
            if isinstance(each, Refusal):
                refused.append(each)
            else:
                lines.append(each)
            if (len(lines) + len(refused)) % LINES_AT_ONCE == 0:
                await asyncio.sleep(0)
        return lines, refused

    def _answer(
        self, lines: Sequence[Line], outcomes: Sequence[Outcome], refused: list[Refusal]
    ) -> web.Response:
        accepted, failure = 0, None
        for line, outcome in zip(lines, outcomes, strict=True):
            if outcome is None:
                accepted += 1
                self._metrics.events.labels(line.type).inc()
            elif isinstance(outcome, MessageSizeTooLargeError):
                sentence = "The event is larger than the topic takes: send less with it."
                refused.append(Refusal(line.number, Reason.TOO_LARGE, sentence))
            else:
                failure = outcome
        for refusal in refused:
            self._metrics.refused.labels(refusal.reason).inc()
        if failure is not None:
            why = f"the broker has not taken all of it ({type(failure).__name__})"
            raise unavailable(f"{why}; send it again, with the same ids")
        return answer(accepted, refused)


def answer(accepted: int, refused: list[Refusal]) -> web.Response:
    """How many lines were taken, and why the first of the others were not."""
    first = [each._asdict() for each in sorted(refused)[:REASONS_MAX]]
    if not accepted and not refused:
        first = [Refusal(1, Reason.EMPTY, "The body has no event: write one JSON object a line.")._asdict()]
    body = orjson.dumps({"accepted": accepted, "refused": len(refused), "reasons": first})
    return web.Response(body=body, status=202 if accepted else 400, content_type="application/json")


def unavailable(why: str) -> web.HTTPServiceUnavailable:
    """The answer while events cannot be written."""
    return web.HTTPServiceUnavailable(text=f"Not written: {why}.\n", headers=RETRY_AFTER)
