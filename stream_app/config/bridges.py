"""Where alerts are passed on to: Alertmanager, PagerDuty, a webhook, Slack."""

from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from driftline.stream_app.config.secret import Secret
from driftline.stream_app.config.section import DurationMs, Section

WebhookFormat = Literal["driftline", "alertmanager"]
"""The alert record as it is on the topic, or what an Alertmanager would post (its webhook version 4)."""
PAGERDUTY: Final = "https://events.pagerduty.com"


def checked_url(url: str) -> str:
    """An address to post to, without a slash at its end.

    Raises:
        ValueError: it is none, or holds a password.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable():
        raise ValueError(f"{url!r} is no address: write one that begins with http:// or https://.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address must not hold a password: put it into secret_headers.")
    return url.rstrip("/")


def _tuple_for_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Url = Annotated[str, AfterValidator(checked_url)]
Urls = Annotated[tuple[Url, ...], BeforeValidator(_tuple_for_list)]
Secrets = Annotated[tuple[Secret, ...], BeforeValidator(_tuple_for_list)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^[\x20-\x7e]*$")]


class HttpSection(Section):
    """What every bridge that is reached at an address of one's own may be told.

    ``headers`` go along with each request; those that are secrets stand in ``secret_headers``.
    """

    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    secret_headers: dict[HeaderName, Secret] = Field(default_factory=dict)

    def all_headers(self) -> dict[str, str]:
        """The headers with their secrets.

        Raises:
            ConfigError: a secret cannot be read.
        """
        return self.headers | {name: each.get_secret_value() for name, each in self.secret_headers.items()}


class AlertmanagerBridge(HttpSection):
    """Section ``bridges.alertmanager``. Each of ``urls`` (without ``/api/v2``) is told everything.

    ``resend`` has to be well below the Alertmanager's ``resolve_timeout`` (5m by default).
    ``silence``: an acknowledgement becomes a silence.
    """

    urls: Urls = ()
    resend_ms: DurationMs = 60_000
    silence: bool = False


class PagerDutyBridge(Section):
    """Section ``bridges.pagerduty``. Incidents that were opened with one of ``former_routing_keys`` are
    resolved with it: a key that is replaced stays here until what it opened is over.
    """

    routing_key: Secret = Secret(env="PAGERDUTY_ROUTING_KEY")
    former_routing_keys: Secrets = ()
    url: Url = PAGERDUTY


class WebhookBridge(HttpSection):
    """Section ``bridges.webhook``. Each of the ``secrets`` signs, so that a receiver can change its own."""

    url: Url | None = None
    format: WebhookFormat = "driftline"
    secrets: Secrets = ()


class SlackBridge(Section):
    """Section ``bridges.slack``. The address of an incoming webhook is a secret: who knows it can post."""

    url: Secret = Secret(env="SLACK_WEBHOOK_URL")


class BridgesSettings(Section):
    """Section ``bridges``. Pauses between attempts double from ``retry_first`` up to ``retry_at_most``."""

    alertmanager: AlertmanagerBridge = AlertmanagerBridge()
    pagerduty: PagerDutyBridge = PagerDutyBridge()
    webhook: WebhookBridge = WebhookBridge()
    slack: SlackBridge = SlackBridge()

    retry_first_ms: DurationMs = 1000
    retry_at_most_ms: DurationMs = 180_000  # PagerDuty: "preferably with a backoff of a few minutes"
    in_flight: Annotated[int, Field(gt=0, le=1000)] = 16  # requests at a time, of different incidents
    group_instance_id: Annotated[str, Field(min_length=1)] | None = None  # after a crash it goes on at once
    web_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, lt=65_536)] = 6071  # 0, or one that is taken: any that is free
