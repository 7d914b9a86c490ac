"""What the commands have in common that tell the worker something: who says it, why, and the way there."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import click

from driftline.stream_app.cli.options import require_broker

if TYPE_CHECKING:
    from driftline.stream_app.client import DriftClient
    from driftline.stream_app.config import KafkaSettings

DELIVERY_S_MAX: Final = 15.0
LONGEST: Final = 256


def user_name() -> str | None:
    """The name one is logged in with; None where there is none, as in some containers."""
    with suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return None


def short(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """A text that fits into an event."""
    if text is not None and len(text) > LONGEST:
        raise click.BadParameter(f"{len(text)} characters; at most {LONGEST} are kept.", context, parameter)
    return text


MODEL = click.option("--model", metavar="MODEL", required=True, callback=short, help="The model it is about.")
BY = click.option(
    "--by", metavar="NAME", default=user_name, callback=short, help="Who says so; you by default."
)
COMMENT = click.option("--comment", metavar="TEXT", callback=short, help="Why, for whoever reads it later.")


@contextmanager
def control_client(kafka: "KafkaSettings", model: str) -> Iterator["DriftClient"]:
    """A client to say one thing with.

    Raises:
        click.ClickException: no broker answers, or it did not take what was said.
    """
    require_broker(kafka)
    from driftline.stream_app.client import DriftClient

    with DriftClient(kafka, model=model) as client:
        yield client
        if not client.flush(DELIVERY_S_MAX) or client.failed:
            raise click.ClickException(
                f"Kafka did not take it: check that the topic {kafka.control} exists "
                "(`driftline topics create` makes it)."
            )
