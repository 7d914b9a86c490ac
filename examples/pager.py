"""Pages people: hands driftline's alerts to an Alertmanager, which routes, groups and silences them.

    python examples/pager.py http://localhost:9093

Needs: pip install driftline click httpx

Alertmanager forgets what is not repeated (its resolve_timeout, five minutes by default), so firing alerts are
sent again and again. Nothing is kept between runs: the alerts topic still has the last word on each incident.
"""

import logging
import signal
import sys
from collections.abc import Iterable
from time import monotonic
from typing import Any

import click
import httpx

from driftline.stream_app.client import AlertConsumer

FIELDS = ("labels", "annotations", "startsAt", "generatorURL")
RETRY_S = 5.0

Page = dict[str, Any]
logger = logging.getLogger("pager")


class Pages:
    """What Alertmanager should know, incident by incident.

    It tells alerts apart by their labels. Those of an incident stay, but its severity may rise: then the page
    with the higher one fires beside the lower (which an inhibit rule mutes), and all of them end together.
    """

    def __init__(self) -> None:
        self._firing: dict[str, dict[str, Page]] = {}
        self.over: list[Page] = []

    @property
    def firing(self) -> list[Page]:
        """Every page that fires, of each incident one for each severity that it has had."""
        return [page for pages in self._firing.values() for page in pages.values()]

    def take(self, alert: dict[str, Any]) -> None:
        """Let the alert change what is firing and what is over."""
        page = {field: alert[field] for field in FIELDS if alert[field]}
        labels = page["labels"]
        pages = self._firing.setdefault(labels["incident"], {})
        pages[labels["severity"]] = page
        for severity in pages:
            pages[severity] = {**page, "labels": {**labels, "severity": severity}}
        if alert["status"] == "resolved":
            self.over += [{**each, "endsAt": alert["endsAt"]} for each in pages.values()]
            del self._firing[labels["incident"]]


class Alertmanager:
    """The part of Alertmanager's API v2 that takes alerts."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=10.0)

    def tell(self, pages: Pages) -> bool:
        """What is over first, then what fires; False when it has to be tried again."""
        try:
            self._post(pages.over)
            pages.over.clear()
            self._post(pages.firing)
        except httpx.HTTPError as error:
            logger.warning("Alertmanager was not reached, trying again in %.0f s: %s", RETRY_S, error)
            return False
        return True

    def _post(self, pages: Iterable[Page]) -> None:
        alerts = list(pages)
        if not alerts:
            return
        response = self._http.post("/api/v2/alerts", json=alerts)
        if (
            response.status_code == httpx.codes.BAD_REQUEST
        ):  # the good ones were taken, trying again is no use
            logger.error("Alertmanager refused an alert: %s", response.text)
        else:
            response.raise_for_status()


def page(alerts: AlertConsumer, alertmanager: Alertmanager, resend_s: float, timeout_s: float | None) -> None:
    """Pass alerts on as they come, and repeat what fires; ends when nothing has come for ``timeout_s``."""
    pages = Pages()
    while alerts.lag():  # what was long over when this program started should not page anyone
        for alert in alerts.poll(timeout_s=1.0):
            pages.take(alert)
    last_s = monotonic()
    send_s = last_s
    while timeout_s is None or monotonic() - last_s < timeout_s:
        came = alerts.poll(timeout_s=0.5)
        for alert in came:
            pages.take(alert)
        last_s = monotonic() if came else last_s
        if came or monotonic() >= send_s:
            send_s = monotonic() + (resend_s if alertmanager.tell(pages) else RETRY_S)


@click.command()
@click.argument("alertmanager_url")
@click.option("--bootstrap-servers", help="Default: KAFKA_BOOTSTRAP_SERVERS, else localhost:9092.")
@click.option("--prefix", help="Of the topics' names; default: driftline.")
@click.option("--resend-s", default=60.0, help="How often firing alerts are repeated.", show_default=True)
@click.option("--timeout-s", type=float, help="End when no alert has come for so long; default: never.")
def main(
    alertmanager_url: str,
    bootstrap_servers: str | None,
    prefix: str | None,
    resend_s: float,
    timeout_s: float | None,
) -> None:
    """Pass alerts on to the Alertmanager at ALERTMANAGER_URL."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that the consumer is closed
    with AlertConsumer(bootstrap_servers, prefix, from_beginning=True) as alerts:
        page(alerts, Alertmanager(alertmanager_url), resend_s, timeout_s)


if __name__ == "__main__":
    main()
