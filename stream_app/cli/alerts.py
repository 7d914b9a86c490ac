"""``driftline alerts``: the alerts topic, for people."""

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
