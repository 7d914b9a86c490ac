"""What every command takes, and the settings that follow from it."""

import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from driftline.stream_app.config import KafkaSettings, Settings

Function = TypeVar("Function", bound=Callable[..., Any])

ANSWER_S_MAX: Final = 5.0
KAFKA_PORT: Final = 9092

CONFIG = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Configuration (YAML).",
)
BOOTSTRAP_SERVERS = click.option(
    "--bootstrap-servers",
    metavar="HOST:PORT,…",
    help="Kafka's servers; wins over the configuration and KAFKA_BOOTSTRAP_SERVERS.",
)


def common_options(function: Function) -> Function:
    """Adds ``--config`` and ``--bootstrap-servers``."""
    return CONFIG(BOOTSTRAP_SERVERS(function))


def kafka_settings(config: Path | None, bootstrap_servers: str | None) -> "KafkaSettings":
    """What a command needs that talks to Kafka and runs no detector."""
    from driftline.stream_app.config import load_settings

    return load_settings(config, bootstrap_servers).kafka


def warn(sentence: str) -> None:
    """A remark on standard error."""
    click.echo(f"Warning: {sentence}", err=True)


def engine_settings(
    config: Path | None,
    bootstrap_servers: str | None,
    warn: Callable[[str], object] = warn,
    also: Callable[["Settings"], Iterable[tuple[tuple[str | int, ...], str]]] | None = None,
) -> "Settings":
    """What a command needs that runs the engine: the detectors that the configuration names must exist.

    ``also`` finds further mistakes; see ``load_settings``.
    """
    from driftline.stream_app.adapters.kernel_cache import ensure_kernel_cache

    if warning := ensure_kernel_cache():
        warn(warning)
    from driftline.detectors.plugins.registry import known_names, load_installed
    from driftline.stream_app.config import load_settings

    load_installed()
    return load_settings(config, bootstrap_servers, detectors=known_names(), also=also)


def require_broker(kafka: "KafkaSettings") -> None:
    """Fail at once where a client library would try for half a minute.

    Raises:
        click.ClickException: none of the servers accepts a connection.
    """
    if not broker_answers(kafka):
        raise click.ClickException(
            f"No Kafka answers at {kafka.bootstrap_servers}: start one with `driftline kafka start`, "
            "or name yours with --bootstrap-servers."
        )


def broker_answers(kafka: "KafkaSettings") -> bool:
    """Whether any of the servers accepts a connection."""
    return any(_accepts(server.strip()) for server in kafka.bootstrap_servers.split(","))


def require_topics(kafka: "KafkaSettings") -> None:
    """Fail where a worker would wait for records that cannot come.

    Raises:
        click.ClickException: topics are missing or do not fit together; says which.
    """
    from driftline.stream_app.adapters.topics import check_topics

    if problems := check_topics(kafka):
        raise click.ClickException("\n".join(problems))


def _accepts(server: str) -> bool:
    host, colon, port = server.rpartition(":")
    try:
        address = (host.strip("[]"), int(port)) if colon else (server, KAFKA_PORT)
        with socket.create_connection(address, timeout=ANSWER_S_MAX):
            return True
    except (OSError, ValueError):
        return False
