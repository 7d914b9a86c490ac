"""``driftline gateway``: events come by HTTP and go to Kafka."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from driftline.stream_app.cli.options import common_options
from driftline.stream_app.cli.presentation import Command, Group, examples

if TYPE_CHECKING:
    from driftline.stream_app.config import Settings


@click.group(
    short_help="Take events by HTTP: browsers, edge devices, KServe.",
    cls=Group,
    invoke_without_command=True,
    epilog=examples(
        "driftline gateway",
        "driftline gateway --config driftline.yaml --host 0.0.0.0 --port 8080",
        "driftline gateway token --name shop --type feedback",
        "curl --data-binary @events.jsonl http://localhost:6080/v1/events",
    ),
)
@click.option("--host", metavar="H", help="Where to listen; 127.0.0.1 by default.")
@click.option("--port", metavar="P", type=click.IntRange(1, 65_535), help="6080 by default.")
@common_options
@click.pass_context
def gateway(
    context: click.Context,
    *,
    host: str | None,
    port: int | None,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Take events by HTTP and write them to Kafka: 202 says that the broker has them.

    POST /v1/events takes JSON lines, POST /v1/kserve what KServe's logger sends. /live, /ready and /metrics
    are for probes and Prometheus. It starts without a broker, and is ready once there is one.
    """
    if context.invoked_subcommand is not None:
        return
    from driftline.stream_app.adapters.logs import configure_logs
    from driftline.stream_app.cli.failures import explained
    from driftline.stream_app.gateway.serving import serve

    def announce(address: str) -> None:
        click.echo(f"The gateway is at {address} (Ctrl-C ends it).")

    with explained():
        settings = settings_of(config, bootstrap_servers, host, port)
        configure_logs()
        serve(settings, announce)


def settings_of(
    config: Path | None, bootstrap_servers: str | None, host: str | None, port: int | None
) -> "Settings":
    """The configuration, with what the command line says over it."""
    from driftline.stream_app.config import load_settings

    settings = load_settings(config, bootstrap_servers)
    named = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return settings.model_copy(update={"gateway": settings.gateway.model_copy(update=named)})


@gateway.command(cls=Command, epilog=examples("driftline gateway token --name shop --type feedback"))
@click.option("--name", metavar="NAME", required=True, help="Who will use it.")
@click.option("--model", "models", metavar="MODEL", multiple=True, help="It may write about; without: all.")
@click.option(
    "--type",
    "types",
    type=click.Choice(["prediction", "feedback", "serving"]),
    multiple=True,
    help="It may write; without: all.",
)
def token(name: str, models: tuple[str, ...], types: tuple[str, ...]) -> None:
    """Make a token with which a program may write, and the lines for the configuration that let it in."""
    import yaml

    from driftline.stream_app.adapters.tokens import new_token

    secret, scrypt = new_token()
    entry: dict[str, Any] = {"name": name, "scrypt": scrypt}
    entry |= {key: list(values) for key, values in (("models", models), ("types", types)) if values}
    click.echo(f"The token, shown this once: {secret}\n\nFor the configuration (it cannot be turned back):\n")
    click.echo(yaml.safe_dump({"gateway": {"tokens": [entry]}}, sort_keys=False), nl=False)
