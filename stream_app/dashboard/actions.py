"""What an operator does with a button: one control event, sent once, and back to the page it came from."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol
from urllib.parse import urlencode
from uuid import uuid4

from aiohttp import web
from aiokafka.errors import KafkaError

from driftline.schemas import LONGEST_NAME
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.client.encoding import encode_event
from driftline.stream_app.client.remembered_ids import RememberedIds
from driftline.stream_app.dashboard.guards import USER
from driftline.stream_app.dashboard.pages.view import path
from driftline.stream_app.dashboard.state import State

HOURS: Final = {"1": 1, "4": 4, "12": 12, "24": 24, "72": 72}
VERDICTS: Final = ("useful", "noise", "expected_change")
SIGNALS_MAX: Final = 500
IDS_REMEMBERED: Final = 10_000

log = get_log("driftline.dashboard")
Fields = dict[str, Any]


class Writer(Protocol):
    """Where words of operators go."""

    async def send(self, model: str, value: bytes) -> None:
        """Come back when the event is durable."""


class Actions:
    """Takes forms. A form carries the id of the event that it makes, so that it can count only once."""

    def __init__(self, state: State, writer: Writer) -> None:
        self._state = state
        self._writer = writer
        self._ids = RememberedIds(IDS_REMEMBERED)

    def routes(self, application: web.Application) -> None:
        """Add the addresses to an application."""
        add = application.router.add_post
        for name, fields in (
            ("acknowledge", acknowledged),
            ("verdict", judged),
            ("accept", accepted),
            ("comment", commented),
            ("undo", undone),
        ):
            add(f"/incidents/{{id}}/{name}", self._about_incident(fields))
        add("/models/{model}/accept", self._accept_signals)

    def _about_incident(
        self, fields_of: Callable[[Fields], Fields]
    ) -> Callable[[web.Request], Awaitable[Any]]:
        async def handle(request: web.Request) -> web.Response:
            operator(request)
            incident = self._state.incidents.find(request.match_info["id"])
            if incident is None:
                raise web.HTTPNotFound(text="There is no such incident.\n")
            fields = fields_of(dict(await request.post()))
            if fields["action"] != "undo" and "signals" not in fields:
                fields["alert_id"] = incident.last.id
            if "signals" in fields:
                fields |= {"version": incident.version, "role": incident.role}
            return await self._send(request, incident.model, fields, path("incidents", incident.id))

        return handle

    async def _accept_signals(self, request: web.Request) -> web.Response:
        operator(request)
        form = await request.post()
        names = [name for name in form.getall("signal", []) if isinstance(name, str)]
        model = request.match_info["model"]
        fields = {"action": "accept", "signals": signals_of(names), "comment": text_of(form.get("comment"))}
        for name in ("version", "role"):
            fields[name] = text_of(form.get(name))
        return await self._send(request, model, fields, path("models", model, "signals"))

    async def _send(self, request: web.Request, model: str, fields: Fields, back: str) -> web.Response:
        """Send the event, unless this very form was sent before, and go back to where it stands.

        Raises:
            web.HTTPServiceUnavailable: Kafka did not take it; the form can be sent again.
        """
        form = await request.post()
        id = event_id(form.get("event"))
        place = f"{back}?{urlencode({'sent': id})}#operators" if back.startswith("/incidents") else back
        if id in self._state.deeds.by_id or not self._ids.is_new(id):
            raise web.HTTPSeeOther(place)
        event = {
            "type": "control",
            "id": id,
            "model": model,
            "time": int(time.time() * 1000),
            "by": request[USER].name[:LONGEST_NAME] or text_of(form.get("by")),
            **fields,
        }
        try:
            await self._writer.send(model, encode_event(event))
        except (KafkaError, OSError) as error:
            self._ids.forget(id)
            log.warning("an operator's word was not taken", error=repr(error), action=fields["action"])
            raise web.HTTPServiceUnavailable(
                text="Kafka did not take it: nothing has changed. Go back, and send it again.\n"
            ) from error
        log.info("sent", action=fields["action"], model=model, by=event["by"], id=id)
        raise web.HTTPSeeOther(place)


def operator(request: web.Request) -> None:
    """Raises web.HTTPForbidden for who may only look."""
    if request[USER].role != "operator":
        raise web.HTTPForbidden(text="You may look, not act: ask for a token with the role operator.\n")


def acknowledged(form: Fields) -> Fields:
    """Somebody looks after it for some hours."""
    hours = HOURS.get(str(form.get("hours", "")))
    if hours is None:
        raise web.HTTPBadRequest(text=f"hours must be one of {', '.join(HOURS)}.\n")
    until_ms = int(time.time() * 1000) + hours * 3_600_000
    return {"action": "acknowledge", "until": until_ms, "comment": text_of(form.get("comment"))}


def judged(form: Fields) -> Fields:
    """A verdict."""
    verdict = form.get("verdict")
    if verdict not in VERDICTS:
        raise web.HTTPBadRequest(text=f"verdict must be one of {', '.join(VERDICTS)}.\n")
    return {"action": "verdict", "verdict": verdict, "comment": text_of(form.get("comment"))}


def accepted(form: Fields) -> Fields:
    """The new level is normal."""
    return {"action": "accept", "comment": text_of(form.get("comment"))}


def commented(form: Fields) -> Fields:
    """A remark."""
    comment = text_of(form.get("comment"))
    if comment is None:
        raise web.HTTPBadRequest(text="Write something first.\n")
    return {"action": "comment", "comment": comment}


def undone(form: Fields) -> Fields:
    """An accept is taken back."""
    accept_id = text_of(form.get("accept_id"))
    if accept_id is None:
        raise web.HTTPBadRequest(text="accept_id must be the id of an accept.\n")
    return {"action": "undo", "accept_id": accept_id}


def signals_of(names: list[str]) -> list[str]:
    """The signals that were chosen.

    Raises:
        web.HTTPBadRequest: none, too many, or a name that is none.
    """
    chosen = list(dict.fromkeys(names))
    if not chosen or len(chosen) > SIGNALS_MAX or any(not 0 < len(name) <= LONGEST_NAME for name in chosen):
        raise web.HTTPBadRequest(text=f"Choose 1 to {SIGNALS_MAX} signals.\n")
    return chosen


def text_of(value: Any) -> str | None:
    """A text of a form on one line, cut to what an event holds; None for an empty one."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text[:LONGEST_NAME] or None


def event_id(value: Any) -> str:
    """The id that the form brought; a new one for a program that brought none."""
    text = text_of(value)
    return text if text is not None and text.isascii() and text.isalnum() else uuid4().hex
