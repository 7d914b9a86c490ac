"""``driftline alerts``: the alerts topic, for people."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from stream_app.cli.options import common_options, kafka_settings, require_broker
from stream_app.cli.presentation import Command, examples


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
    from stream_app.cli.alert_log import AlertLog

    show = show_json if as_json else show_words()
    with AlertLog(kafka) as log:
        there = log.existing()
        for value in there if from_beginning else there[len(there) - min(last, len(there)) :]:
            show(value)
        if follow:
            with suppress(KeyboardInterrupt):  # how following ends
                for value in log.coming():
                    show(value)


def show_json(value: bytes) -> None:
    """The record as it is, at once."""
    click.echo(value)


def show_words() -> Callable[[bytes], None]:
    """Prints alerts in words."""
    import orjson

    from stream_app.cli.alert_lines import alert_line, detail_line
    from stream_app.cli.terminal import standard_output

    console = standard_output()

    def show(value: bytes) -> None:
        alert = orjson.loads(value)
        console.print(alert_line(alert))
        console.print(detail_line(alert["annotations"]["description"]))

    return show
