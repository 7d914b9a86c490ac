"""Silences in Alertmanager for incidents that somebody looks after."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec
import orjson

from driftline.schemas import epoch_ms, rfc3339
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.bridges.errors import NotNow, Refused
from driftline.stream_app.bridges.http import Http

SILENCES: Final = "/api/v2/silences"
SILENCE: Final = "/api/v2/silence/"
MARK: Final = "driftline acknowledge"
"""In the comment of each silence that a bridge made; those of people are theirs."""

log = get_log("driftline.bridge")


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """An audit record, as far as it matters here."""

    id: str
    action: str
    alert_id: str | None = None
    until: str | None = None
    by: str | None = None
    comment: str | None = None

    @property
    def until_ms(self) -> int:
        """Until when; 0 for a time that nobody can read."""
        try:
            return epoch_ms(datetime.fromisoformat(self.until)) if self.until else 0
        except (ValueError, TypeError):
            return 0

    @property
    def incident(self) -> str | None:
        """The incident, of which any alert may have been named."""
        return self.alert_id.rpartition("-")[0] or None if self.alert_id else None


class Silences:
    """Makes a silence of an acknowledgement, and lifts it when the incident is over.

    A silenced alert's end is told to nobody, so a pager that had it open would keep it open.
    """

    def __init__(self, https: Sequence[Http]) -> None:
        self._https = https

    async def make(self, said: Acknowledgement) -> None:
        """Silence the incident in each Alertmanager that does not have this silence already.

        Raises:
            NotNow: one of them did not take it.
        """
        incident, until_ms, now_ms = said.incident, said.until_ms, int(time.time() * 1000)
        if said.action != "acknowledged" or incident is None or until_ms <= now_ms:
            return
        mark = f"{MARK} {said.id}"
        body = {
            "matchers": [{"name": "incident", "value": incident, "isRegex": False, "isEqual": True}],
            "startsAt": rfc3339(now_ms),
            "endsAt": rfc3339(until_ms),
            "createdBy": said.by or "driftline",
            "comment": f"{said.comment} ({mark})" if said.comment else mark,
        }
        for http in self._https:
            try:
                if not any(mark in each["comment"] for each in await self._active(http, incident)):
                    await http.post(SILENCES, orjson.dumps(body))
                    log.info("silenced", incident=incident, until=said.until, at=http.host)
            except Refused as error:
                log.error("no silence was made", incident=incident, why=str(error))

    async def lift(self, incident: str) -> None:
        """End the silences of this incident that `make` made, where an Alertmanager answers."""
        for http in self._https:
            try:
                for silence in await self._active(http, incident):
                    if MARK in silence["comment"]:
                        await http.delete(SILENCE + quote(silence["id"], safe=""))
            except (NotNow, Refused) as error:
                log.warning("silences were not lifted", incident=incident, why=str(error))

    async def _active(self, http: Http, incident: str) -> list[dict[str, Any]]:
        """Silences of this incident alone that have not ended.

        Raises:
            NotNow, Refused: it does not say.
        """
        # The incident is hex digits and hyphens, but comes from a topic: as a JSON string it is what it is.
        found = await http.get(SILENCES, {"filter": f"incident={orjson.dumps(incident).decode()}"})
        alone = [("incident", incident)]
        return [
            each
            for each in found
            if each["status"]["state"] != "expired"
            and [(matcher["name"], matcher["value"]) for matcher in each["matchers"]] == alone
        ]
