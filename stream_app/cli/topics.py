"""``driftline topics``: makes driftline's topics, and checks them."""

from pathlib import Path

import click

from driftline.stream_app.cli.options import common_options, kafka_settings, require_broker, require_topics
from driftline.stream_app.cli.presentation import Command, Group, examples


@click.group(
    cls=Group,
    short_help="Make driftline's topics, or check them.",
    epilog=examples("driftline topics create", "driftline topics check --config F"),
)
def topics() -> None:
    """Make the topics that driftline reads and writes, or check them."""


@topics.command(
    cls=Command,
    epilog=examples(
        "driftline topics create",
        "driftline topics create --config driftline.yaml --bootstrap-servers kafka-1:9092",
    ),
)
@common_options
def create(config: Path | None, bootstrap_servers: str | None) -> None:
    """Make the topics that are missing, with their policies, and say what was made.

    A topic that exists is left as it is; where it differs from what driftline would make, that is said.
    Names, partitions and replicas are set in the configuration (kafka: prefix, partitions,
    replication_factor).
    """
    kafka = kafka_settings(config, bootstrap_servers)
    require_broker(kafka)
    from driftline.stream_app.adapters.topics import create_topics

    for report in create_topics(kafka):
        click.echo(f"{report.outcome:<8} {report.topic}: {report.sentence}")


@topics.command(cls=Command, epilog=examples("driftline topics check --config driftline.yaml"))
@common_options
def check(config: Path | None, bootstrap_servers: str | None) -> None:
    """Say what keeps a worker from using the topics; exit code 1 if anything does."""
    kafka = kafka_settings(config, bootstrap_servers)
    require_broker(kafka)
    require_topics(kafka)
    click.echo(f"The topics of {kafka.prefix} are fine.")
