"""The far sides as the configuration describes them."""

import aiohttp

from driftline.stream_app.bridges.alertmanager import AlertmanagerReceiver
from driftline.stream_app.bridges.http import Http
from driftline.stream_app.bridges.pagerduty import PagerDutyReceiver
from driftline.stream_app.bridges.receiver import Receiver
from driftline.stream_app.bridges.signatures import signing_key
from driftline.stream_app.bridges.silences import Silences
from driftline.stream_app.bridges.slack import SlackReceiver
from driftline.stream_app.bridges.webhook import WebhookReceiver
from driftline.stream_app.config import (
    AlertmanagerBridge,
    ConfigError,
    PagerDutyBridge,
    SlackBridge,
    WebhookBridge,
)
from driftline.stream_app.config.bridges import checked_url

Section = AlertmanagerBridge | PagerDutyBridge | WebhookBridge | SlackBridge


def receiver_of(section: Section, session: aiohttp.ClientSession) -> tuple[Receiver, Silences | None]:
    """The far side that a section describes, and, where acknowledgements make silences, who makes them.

    Raises:
        ConfigError: a secret cannot be read, or something is missing.
    """
    match section:
        case AlertmanagerBridge():
            headers = section.all_headers()
            https = [Http(session, url, headers) for url in dict.fromkeys(section.urls)]
            if not https:
                raise ConfigError.of("No Alertmanager is named: give --url, or bridges.alertmanager.urls.")
            silences = Silences(https) if section.silence else None
            return AlertmanagerReceiver(https, section.resend_ms / 1000, silences), silences
        case PagerDutyBridge():
            key = section.routing_key.get_secret_value()
            former = [each.get_secret_value() for each in section.former_routing_keys]
            return PagerDutyReceiver(Http(session, section.url, {}), key, former), None
        case WebhookBridge():
            if section.url is None:
                raise ConfigError.of("No address is named: give --url, or bridges.webhook.url.")
            keys = [signing_key(each.get_secret_value()) for each in section.secrets]
            http = Http(session, section.url, section.all_headers())
            return WebhookReceiver(http, section.format, keys), None
        case SlackBridge():
            return SlackReceiver(Http(session, _slack_url(section), {})), None


def _slack_url(section: SlackBridge) -> str:
    """The address, which must not appear in a message about it."""
    try:
        return checked_url(section.url.get_secret_value().strip())
    except ValueError:
        raise ConfigError.of(
            "What bridges.slack.url (or SLACK_WEBHOOK_URL) names is no address: "
            "it must begin with https://, as Slack shows it."
        ) from None
