"""``driftline status``: what is watched, what is not and why, what is open, from the topics."""

from contextlib import suppress
from pathlib import Path
from time import sleep, time
from typing import TYPE_CHECKING, Any, Final

import click

from driftline.stream_app.cli.options import common_options, kafka_settings, require_broker
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from rich.console import RenderableType

    from driftline.stream_app.config import KafkaSettings

READ_S_MAX: Final = 1.5  # of the three seconds that are promised; the rest is for connecting
WATCH_S: Final = 5.0
BEGINNING: Final = b'{"type":"model-status"'

Status = dict[str, Any]


@click.command(
    short_help="Show how each model is doing.",
    cls=Command,
    epilog=examples(
        "driftline status",
        "driftline status --model voice-search --watch",
        "driftline status --json | jq '.models[].notices'",
    ),
)
@click.option("--model", metavar="MODEL", help="This model only.")
@click.option("--watch", is_flag=True, help="Look again every five seconds, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@common_options
def status(
    *, model: str | None, watch: bool, as_json: bool, config: Path | None, bootstrap_servers: str | None
) -> None:
    """Show how each model is doing, as its worker said it last.

    Versions with their last event and events a second, signals that are armed or not (why, until when), open
    incidents, labels, the budget of false alarms, what is not watched and why, and how far workers lag
    behind.
    """
    kafka = kafka_settings(config, bootstrap_servers)
    require_broker(kafka)
    if as_json:
        while True:
            show_json(kafka, model)
            if not watch:
                return
            sleep(WATCH_S)
    from rich.console import Console

    console = Console(highlight=False, markup=False)  # which wraps: no line is left for a pipe here
    if not watch:
        console.print(view(kafka, model))
        return
    from rich.live import Live

    with suppress(KeyboardInterrupt), Live(view(kafka, model), console=console, auto_refresh=False) as live:
        while True:
            sleep(WATCH_S)
            live.update(view(kafka, model), refresh=True)


def statuses(kafka: "KafkaSettings", model: str | None) -> list[tuple[Status, int]]:
    """The latest status of each model, and when it was written (epoch ms), by name.

    Raises:
        click.ClickException: there is none.
    """
    import orjson

    from driftline.schemas import status_key
    from driftline.stream_app.adapters.topic_reader import TopicReader

    key = status_key(model or "")

    def wanted(given: bytes, value: bytes) -> bool:
        return (given == key if model else given.startswith(key)) and value.startswith(BEGINNING)

    with TopicReader(kafka, kafka.signals) as reader:
        found = reader.latest(wanted, READ_S_MAX, enough=1 if model else 1_000_000)
    if not found:
        of = f"the model {model}" if model else "any model"
        raise click.ClickException(
            f"No worker has said anything of {of} on {kafka.signals}: check that a worker runs "
            "(`driftline worker`) and that events arrive."
        )
    said = [(orjson.loads(read.value), read.written_ms) for read in found.values()]
    return sorted(said, key=lambda each: str(each[0]["model"]))


def show_json(kafka: "KafkaSettings", model: str | None) -> None:
    """One object: the records as they are, when each was said, and the lag by topic."""
    import orjson

    from driftline.schemas import rfc3339
    from driftline.stream_app.adapters.topic_reader import lag_of

    models = [each | {"said_at": rfc3339(written_ms)} for each, written_ms in statuses(kafka, model)]
    click.echo(orjson.dumps({"models": models, "lag": lag_of(kafka)}))


def view(kafka: "KafkaSettings", model: str | None) -> "RenderableType":
    """Everything for people."""
    from rich.console import Group
    from rich.text import Text

    from driftline.stream_app.adapters.topic_reader import lag_of
    from driftline.stream_app.cli.status_view import model_view

    now_ms = time() * 1000
    models = [model_view(each, max(now_ms - at_ms, 0.0) / 1000) for each, at_ms in statuses(kafka, model)]
    names = zip(("predictions", "feedback", "control"), lag_of(kafka).values(), strict=True)
    lags = ", ".join(f"{count:,} {name}" for name, count in names)
    return Group(*models, Text(f"records not acknowledged yet: {lags}", "dim"))
