"""``driftline dashboard``: incidents, models and signals in a browser, and buttons to act with."""

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from driftline.stream_app.cli.options import common_options, require_broker
from driftline.stream_app.cli.presentation import Command, Group, examples

if TYPE_CHECKING:
    from driftline.stream_app.config import Settings

FILE = click.Path(exists=True, dir_okay=False, readable=True)


@click.group(
    short_help="Look at everything in a browser.",
    cls=Group,
    invoke_without_command=True,
    epilog=examples(
        "driftline dashboard --open",
        "driftline dashboard --replay monday.jsonl.gz --replay tuesday.jsonl.gz",
        "driftline dashboard --config driftline.yaml --host 0.0.0.0",
        "driftline dashboard token --name anna --role operator",
    ),
)
@click.option("--host", metavar="H", help="Where to listen; 127.0.0.1 by default.")
@click.option("--port", metavar="P", type=click.IntRange(1, 65_535), help="6070 by default.")
@click.option(
    "--replay", "files", metavar="FILE", multiple=True, type=FILE, help="Show recorded events instead."
)
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@common_options
@click.pass_context
def dashboard(
    context: click.Context,
    *,
    host: str | None,
    port: int | None,
    files: tuple[str, ...],
    opens: bool,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Look at models, incidents and signals in a browser, judge alerts and accept new levels.

    Reads the topics without a consumer group, so any number of dashboards may run; what they remember is in
    dashboard.directory and can be removed at any time. With --replay it shows what recorded events raise,
    without a broker.
    """
    if context.invoked_subcommand is not None:
        return
    from driftline.stream_app.cli.failures import explained

    with explained():
        show(settings_of(config, bootstrap_servers, host, port), files, opens)


def settings_of(
    config: Path | None, bootstrap_servers: str | None, host: str | None, port: int | None
) -> "Settings":
    """The configuration, with what the command line says over it."""
    from driftline.stream_app.config import load_settings

    settings = load_settings(config, bootstrap_servers)
    named = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return settings.model_copy(update={"dashboard": settings.dashboard.model_copy(update=named)})


def show(settings: "Settings", files: tuple[str, ...], opens: bool) -> None:
    """Serve until somebody stops it."""
    from driftline.stream_app.adapters.logs import configure_logs
    from driftline.stream_app.dashboard.serving import serve_recording, serve_topics

    def announce(address: str) -> None:
        click.echo(f"The dashboard is at {address} (Ctrl-C ends it).")
        if opens:
            webbrowser.open(address)

    if files:
        from driftline.stream_app.cli.recording import replayed

        names = ", ".join(Path(file).name for file in files)
        serve_recording(settings, replayed(files, settings), names, announce)
        return
    require_broker(settings.kafka)
    configure_logs()
    serve_topics(settings, announce)


@dashboard.command(cls=Command, epilog=examples("driftline dashboard token --name anna --role operator"))
@click.option("--name", metavar="NAME", required=True, help="Whose it is; stands in the audit trail.")
@click.option("--role", type=click.Choice(["viewer", "operator"]), default="viewer", show_default=True)
@common_options
def token(*, name: str, role: str, config: Path | None, bootstrap_servers: str | None) -> None:
    """Make a token with which somebody logs in, and the lines for the configuration that let them in.

    A name that the configuration knows already is refused.
    """
    import yaml

    from driftline.stream_app.adapters.tokens import new_token

    auth = settings_of(config, bootstrap_servers, None, None).dashboard.auth
    if auth is not None and name in (known.name for known in auth.tokens):
        raise click.UsageError(f"{name} has a token already: choose another name, or remove that one first.")
    secret, scrypt = new_token()
    entry = {"dashboard": {"auth": {"tokens": [{"name": name, "role": role, "scrypt": scrypt}]}}}
    click.echo(f"The token, shown this once: {secret}\n\nFor the configuration (it cannot be turned back):\n")
    click.echo(yaml.safe_dump(entry, sort_keys=False), nl=False)
