"""``driftline bridge``: alerts to Alertmanager, PagerDuty, a webhook or Slack."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from driftline.stream_app.cli.options import common_options, require_broker
from driftline.stream_app.cli.presentation import Command, Group, examples

if TYPE_CHECKING:
    from driftline.stream_app.config import Settings

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group(
    short_help="Pass alerts on to a pager.",
    cls=Group,
    epilog=examples(
        "driftline bridge alertmanager --url http://localhost:9093",
        "PAGERDUTY_ROUTING_KEY=… driftline bridge pagerduty",
        "driftline bridge webhook --url https://tickets.example/hooks/drift",
        "SLACK_WEBHOOK_URL=… driftline bridge slack",
    ),
)
def bridge() -> None:
    """Pass alerts on, each at least once, until SIGTERM or Ctrl-C.

    Each bridge is a consumer group of its own: what one far side does not take holds up no other, and after
    a crash it goes on behind the last alert that was taken. /live, /ready and /metrics are on port 6071
    unless the configuration says otherwise or it is taken: the log names the port.
    """


def bridge_options(kind: str) -> Callable[[Function], Function]:
    """What every bridge takes."""
    name = click.option(
        "--name", metavar="NAME", default=kind, show_default=True,
        help="Tells it from other bridges: its consumer group ends in it.",
    )  # fmt: skip
    port = click.option(
        "--port", metavar="P", type=click.IntRange(0, 65_535), help="Of /metrics; 6071 by default."
    )
    return lambda function: name(port(common_options(function)))


@bridge.command(
    cls=Command,
    epilog=examples(
        "driftline bridge alertmanager --url http://localhost:9093",
        "driftline bridge alertmanager --url http://am-0:9093 --url http://am-1:9093 --silence",
        "driftline bridge alertmanager --url https://mimir.example/alertmanager --config driftline.yaml",
    ),
)
@click.option(
    "--url", "urls", metavar="URL", multiple=True,
    help="Of an Alertmanager, with the path before /api/v2; name every one of a cluster.",
)  # fmt: skip
@click.option("--silence/--no-silence", default=None, help="Make a silence of each acknowledgement.")
@bridge_options("alertmanager")
def alertmanager(*, urls: tuple[str, ...], silence: bool | None, **common: Any) -> None:
    """Post alerts to Alertmanager, which groups, silences and routes them.

    What fires is repeated every minute. Route by severity, group by incident, and let the higher severity of
    an incident inhibit the lower ones.
    """
    _run("alertmanager", common, urls=urls or None, silence=silence)


@bridge.command(
    cls=Command,
    epilog=examples(
        "PAGERDUTY_ROUTING_KEY=… driftline bridge pagerduty",
        "driftline bridge pagerduty --config driftline.yaml",
    ),
)
@bridge_options("pagerduty")
def pagerduty(**common: Any) -> None:
    """Open and resolve incidents in PagerDuty (Events API v2).

    The routing key of the service's integration is in PAGERDUTY_ROUTING_KEY, or where the configuration's
    bridges.pagerduty.routing_key says.
    """
    _run("pagerduty", common)


@bridge.command(
    cls=Command,
    epilog=examples(
        "driftline bridge webhook --url https://tickets.example/hooks/drift",
        "driftline bridge webhook --url https://oncall.example/alertmanager/abc --format alertmanager",
    ),
)
@click.option("--url", metavar="URL", help="Where each alert is posted.")
@click.option(
    "--format", type=click.Choice(["driftline", "alertmanager"]),
    help="The alert record (by default), or what an Alertmanager would post.",
)  # fmt: skip
@bridge_options("webhook")
def webhook(*, url: str | None, format: str | None, **common: Any) -> None:
    """Post each alert as JSON, signed by Standard Webhooks with the configuration's bridges.webhook.secrets.

    An alert can come twice, with the same webhook-id.
    """
    _run("webhook", common, url=url, format=format)


@bridge.command(
    cls=Command,
    epilog=examples(
        "SLACK_WEBHOOK_URL=https://hooks.slack.com/services/… driftline bridge slack",
        "driftline bridge slack --config driftline.yaml",
    ),
)
@bridge_options("slack")
def slack(**common: Any) -> None:
    """Post a short message on each alert to a Slack channel.

    The address of the channel's incoming webhook is a secret: it is in SLACK_WEBHOOK_URL, or where the
    configuration's bridges.slack.url says.
    """
    _run("slack", common)


def _run(kind: str, common: dict[str, Any], **said: Any) -> None:
    from driftline.stream_app.adapters.logs import configure_logs
    from driftline.stream_app.bridges.running import run_bridge

    settings = settings_of(common["config"], common["bootstrap_servers"], kind, said)
    bridges = settings.bridges
    if common["port"] is not None:
        bridges = bridges.model_copy(update={"web_port": common["port"]})
        settings = settings.model_copy(update={"bridges": bridges})
    require_broker(settings.kafka)
    require_alerts(settings)
    configure_logs()
    run_bridge(settings, getattr(bridges, kind), common["name"])


def settings_of(
    config: Path | None, bootstrap_servers: str | None, kind: str, said: dict[str, Any]
) -> "Settings":
    """The configuration, with what the command line says over it.

    Raises:
        ConfigError: says what is wrong with either.
    """
    from pydantic import ValidationError

    from driftline.stream_app.config import ConfigError, load_settings

    settings = load_settings(config, bootstrap_servers)
    section = getattr(settings.bridges, kind)
    named = {name: value for name, value in said.items() if value is not None}
    try:
        checked = type(section)(**{name: getattr(section, name) for name in section.model_fields_set} | named)
    except ValidationError as error:
        raise ConfigError.of(str(error.errors()[0]["ctx"]["error"])) from error
    bridges = settings.bridges.model_copy(update={kind: checked})
    return settings.model_copy(update={"bridges": bridges})


def require_alerts(settings: "Settings") -> None:
    """Fail where a bridge would wait for alerts that cannot come.

    Raises:
        KafkaError: there is no topic of alerts; says what to do.
    """
    from driftline.stream_app.client import AlertConsumer

    AlertConsumer(settings.kafka).close()
