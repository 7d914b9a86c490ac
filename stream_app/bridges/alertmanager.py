"""Alertmanager's API v2: every one of a cluster is told everything, and again each minute."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

import orjson

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.bridges.errors import DeliveryError, NotNow
from driftline.stream_app.bridges.http import Http
from driftline.stream_app.bridges.pages import Pages
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.silences import Silences
from driftline.stream_app.bridges.words import Letter

ALERTS: Final = "/api/v2/alerts"
INCIDENTS_PER_POST: Final = 64
REST_S: Final = 30.0
"""One of several that does not answer is left alone so long: each word would wait for its timeout."""

log = get_log("driftline.bridge")


class Alertmanager:
    """One of them. It has one request at a time, or an old one could overtake the end of an alert."""

    def __init__(self, http: Http, pages: Pages) -> None:
        self.http = http
        self._pages = pages
        self._turn = asyncio.Lock()
        self._rests_until_s = 0.0

    @property
    def rests(self) -> bool:
        """Whether it did not answer a moment ago."""
        return time.monotonic() < self._rests_until_s

    async def tell(self, incidents: Iterable[str]) -> None:
        """Post what these incidents' pages are when it is its turn.

        Raises:
            NotNow: it did not take them.
            Refused: it did not take one of them; it has taken the others.
        """
        async with self._turn:
            now = now_ms()
            pages = list(chain.from_iterable(self._pages.of(each, now) for each in incidents))
            if not pages:
                return
            try:
                await self.http.post(ALERTS, orjson.dumps(pages))
            except NotNow:
                self._rests_until_s = time.monotonic() + REST_S
                raise
            self._rests_until_s = 0.0


class AlertmanagerReceiver(Receiver):
    """Tells Alertmanagers what fires; a word is done when one of them has it, as with Prometheus.

    Those that were away hear the rest with the next repetition.
    """

    def __init__(self, https: Sequence[Http], resend_s: float, silences: Silences | None = None) -> None:
        self.pages = Pages()
        self._alertmanagers = [Alertmanager(http, self.pages) for http in https]
        self._resend_s = resend_s
        self._silences = silences

    def begin(self) -> None:
        self.pages.clear()

    def settled(self) -> None:
        self.pages.are_settled = True

    def delivered(self, letter: Letter) -> None:
        self.pages.tell(letter.word, letter.written_ms)
        self.pages.forget_old(now_ms(), letter.incident)

    def passed_over(self, letter: Letter) -> None:
        self.pages.suspect(letter.word)

    async def deliver(self, letter: Letter) -> None:
        """Post the incident's pages to all that are there; see `Receiver.deliver`."""
        if letter.word.is_over and self._silences is not None:
            await self._silences.lift(letter.incident)
        self.pages.tell(letter.word, now_ms())
        awake = [each for each in self._alertmanagers if not each.rests] or self._alertmanagers
        answers = await asyncio.gather(
            *(each.tell([letter.incident]) for each in awake), return_exceptions=True
        )
        failures = [answer for answer in answers if answer is not None]
        if len(failures) == len(answers):
            raise next((each for each in failures if isinstance(each, NotNow)), failures[0])
        for failure in failures:
            log.warning("one of the Alertmanagers did not take it", why=str(failure))

    async def tend(self) -> None:
        """Repeat what fires: an Alertmanager forgets after its resolve_timeout, and when it is restarted."""
        while True:
            await asyncio.gather(*(self._repeat(each) for each in self._alertmanagers))
            await asyncio.sleep(self._resend_s)

    async def _repeat(self, alertmanager: Alertmanager) -> None:
        self.pages.forget_old(now_ms())
        known = self.pages.known()
        for first in range(0, len(known), INCIDENTS_PER_POST):
            try:
                await alertmanager.tell(known[first : first + INCIDENTS_PER_POST])
            except DeliveryError as error:
                log.warning("what fires was not repeated", why=str(error))
                if isinstance(error, NotNow):
                    return


def now_ms() -> int:
    """The time on the wall, in epoch milliseconds."""
    return int(time.time() * 1000)
