"""``driftline alerts``: the alerts topic, for people."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from driftline.stream_app.cli.options import common_options, kafka_settings, require_broker
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.stream_app.client import AlertConsumer

Alert = dict[str, Any]

POLL_S: Final = 0.5


@click.command(
    short_help="Show the latest alerts in words.",
    cls=Command,
    epilog=examples(
        "driftline alerts",
        "driftline alerts --follow",
        "driftline alerts --json --last 100 | jq .labels",
    ),
)
@click.option("--follow", "-f", is_flag=True, help="Wait for more alerts, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="The alert records as JSON lines.")
@click.option(
    "--last",
    metavar="N",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="How many of the alerts that are there already to show.",
)
@click.option("--from-beginning", is_flag=True, help="Show all of them.")
@common_options
def alerts(
    *,
    follow: bool,
    as_json: bool,
    last: int,
    from_beginning: bool,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Show the latest alerts, the oldest of them first: when, how severe, what happened, how it was found."""
    kafka = kafka_settings(config, bootstrap_servers)
    require_broker(kafka)
    from driftline.stream_app.client import AlertConsumer

    show = show_json if as_json else show_words()
    with AlertConsumer(kafka, from_beginning=True) as consumer:
        there = existing(consumer)
        for alert in there if from_beginning else there[max(len(there) - last, 0) :]:
            show(alert)
        if follow:
            with suppress(KeyboardInterrupt):  # how following ends
                for alert in consumer:
                    show(alert)


def existing(consumer: "AlertConsumer") -> list[Alert]:
    """What the topic holds now, as it happened: partitions have no order among themselves."""
    from driftline.stream_app.cli.alert_lines import happened_at

    there: list[Alert] = []
    while consumer.lag() > 0:
        there += consumer.poll(POLL_S)
    return sorted(there, key=happened_at)


def show_json(alert: Alert) -> None:
    """The record as it is, at once."""
    import orjson

    click.echo(orjson.dumps(alert))


def show_words() -> Callable[[Alert], None]:
    """Prints alerts in words."""
    from driftline.stream_app.cli.alert_lines import alert_line, detail_line
    from driftline.stream_app.cli.terminal import standard_output

    console = standard_output()

    def show(alert: Alert) -> None:
        console.print(alert_line(alert))
        # The id is what `driftline verdict` and `accept` want.
        console.print(detail_line(f"{alert['id']}: {alert['annotations']['description']}"))

    return show
