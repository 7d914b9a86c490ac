"""``driftline check-config``: every mistake of a configuration, before a worker stumbles over the first."""

from pathlib import Path

import click

from driftline.stream_app.cli.options import BOOTSTRAP_SERVERS, CONFIG, engine_settings
from driftline.stream_app.cli.presentation import Command, examples


@click.command(
    "check-config",
    cls=Command,
    short_help="Say every mistake in a configuration.",
    epilog=examples(
        "driftline check-config driftline.yaml", "driftline check-config driftline.yaml && make deploy"
    ),
)
@click.argument(
    "file", metavar="F", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@CONFIG
@BOOTSTRAP_SERVERS
def check_config(file: Path | None, config: Path | None, bootstrap_servers: str | None) -> None:
    """Say every mistake in the configuration F, each with its place; exit code 1 if there is any.

    Files that it names (baselines, certificates, secrets) are opened, too.
    """
    chosen = file or config
    if chosen is None:
        raise click.UsageError("Name the configuration to check: driftline check-config driftline.yaml")
    from driftline.stream_app.adapters.named_files import mistakes_in_files

    engine_settings(chosen, bootstrap_servers, also=mistakes_in_files)
    click.echo(f"{chosen} is fine.")
