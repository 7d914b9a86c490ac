"""``driftline kafka``: a local broker, for the first steps and for development."""

from pathlib import Path
from typing import Final

import click

from driftline.stream_app.cli.options import common_options, kafka_settings
from driftline.stream_app.cli.presentation import Command, Group, examples

THIS_MACHINE: Final = ("localhost", "127.0.0.1")
DIRECTORY: Final = click.option(
    "--dir",
    "directory",
    metavar="D",
    type=click.Path(file_okay=False, path_type=Path),
    default=".driftline",
    show_default=True,
    help="The folder that holds everything of the broker.",
)


@click.group(
    cls=Group,
    short_help="Run a broker on this machine.",
    epilog=examples("driftline kafka start", "driftline kafka start --port 9093", "driftline kafka stop"),
)
def kafka() -> None:
    """Run an Apache Kafka broker on this machine, without Docker (needs Java 17 and Maven)."""


@kafka.command(
    cls=Command,
    epilog=examples("driftline kafka start", "driftline kafka start --port 9093 --dir /tmp/driftline"),
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    help="The broker's port; without it, the one of the bootstrap servers (9092).",
)
@DIRECTORY
@common_options
def start(port: int | None, directory: Path, config: Path | None, bootstrap_servers: str | None) -> None:
    """Start the broker and come back when it answers; it runs on until `driftline kafka stop`.

    The first time, Kafka's jars are fetched by Maven. Topics outlive a stop and the next start.
    """
    from driftline.stream_app.adapters.local_kafka import LocalKafka

    port = port or local_port(kafka_settings(config, bootstrap_servers).bootstrap_servers)
    broker = LocalKafka(directory / "kafka", port, directory / "kafka-libs")
    if not broker.libraries.is_dir():
        click.echo("Fetching Apache Kafka (44 MB), once …", err=True)
    broker.start()
    click.echo(f"Kafka answers at {broker.bootstrap_servers}; its files are in {broker.directory}.")


@kafka.command(
    cls=Command, epilog=examples("driftline kafka stop", "driftline kafka stop --dir /tmp/driftline")
)
@DIRECTORY
@common_options
def stop(directory: Path, config: Path | None, bootstrap_servers: str | None) -> None:
    """Stop the broker of a folder. Its topics stay; remove the folder to be rid of them.

    The folder says which broker it is: --config and --bootstrap-servers, which every command takes, change
    nothing here.
    """
    from driftline.stream_app.adapters.local_kafka import stop_local_kafka

    stopped = stop_local_kafka(directory / "kafka")
    click.echo("Kafka is stopped." if stopped else f"No Kafka of {directory} was running.")


def local_port(bootstrap_servers: str) -> int:
    """The port under which the other commands would look for the broker.

    Raises:
        click.UsageError: they would look on another machine.
    """
    host, _, port = bootstrap_servers.partition(",")[0].strip().rpartition(":")
    if host not in THIS_MACHINE or not port.isdigit():
        raise click.UsageError(
            f"{bootstrap_servers} is not on this machine: name a port with --port to start a broker here."
        )
    return int(port)
