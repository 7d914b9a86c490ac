"""``driftline send``: events from files into Kafka, JSON lines or CSV."""

import asyncio
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from driftline.stream_app.cli.options import (
    Function,
    common_options,
    kafka_settings,
    require_broker,
    require_topics,
)
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.stream_app.adapters.bulk_files import Reading
    from driftline.stream_app.cli.send_report import Report
    from driftline.stream_app.config import KafkaSettings

INPUT: Final = click.Path(exists=True, dir_okay=False, allow_dash=True)
KINDS: Final = ("prediction", "label", "decision", "behavior")
SECTIONS: Final = {"feature": "features", "output": "outputs", "serving": "serving", "label": "labels"}


def pairs(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``NAME=COLUMN`` or ``COLUMN``, which names itself."""
    split = (each.partition("=") for each in given)
    return {name: column if mark else name for name, mark, column in split}


def value_option(name: str, words: str) -> Callable[[Function], Function]:
    """An option that names columns of values."""
    return click.option(
        f"--{name}", f"{name}s", metavar="[NAME=]COLUMN", multiple=True, callback=pairs, help=words
    )


@click.command(
    short_help="Send events from files to Kafka.",
    cls=Command,
    epilog=examples(
        "driftline send events.jsonl.gz",
        "driftline send labels.csv --model fraud --label fraud=is_fraud --timezone Europe/Berlin",
        "driftline send predictions.csv --model fraud --version 7 --output score --ignore row",
        "driftline send export.csv --csv-as label --column prediction_id=id --column time=ts --label y=truth",
    ),
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=INPUT)
@click.option("--model", metavar="M", help="The model of events that name none.")
@click.option("--version", metavar="V", help="The version of predictions that name none.")
@click.option("--csv-as", "kind", type=click.Choice(KINDS), help="The files are CSV, and hold these.")
@click.option(
    "--column", "columns", metavar="FIELD=COLUMN", multiple=True, callback=pairs,
    help="The column of prediction_id, id, time, model, version, role, annotator, actor, session, behavior.",
)  # fmt: skip
@value_option("feature", "A feature; without any, every column that is nothing else.")
@value_option("output", "An output of the model.")
@value_option("serving", "A serving value.")
@value_option("label", "A label, under the name of the output that it is about.")
@click.option("--ignore", "ignored", metavar="COLUMN", multiple=True, help="A column to leave out.")
@click.option("--text", "texts", metavar="COLUMN", multiple=True, help="A column of texts, digits too.")
@click.option("--timezone", metavar="ZONE", help="Of times without an offset: UTC, Europe/Berlin, …")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@common_options
def send(
    *,
    files: tuple[str, ...],
    model: str | None,
    version: str | None,
    kind: str | None,
    columns: dict[str, str],
    ignored: tuple[str, ...],
    texts: tuple[str, ...],
    timezone: str | None,
    dry_run: bool,
    config: Path | None,
    bootstrap_servers: str | None,
    **values: dict[str, str],
) -> None:
    """Send events from files to Kafka, keyed by their models, as the client does.

    Each FILE holds one event a line (JSON), or rows (.csv, .tsv), plain or compressed (.gz); "-" is standard
    input. What the columns of a CSV file are taken for is shown; options say it where the header does not.
    Labels without a time count as known now. Lines that a worker would refuse are not sent and named; the
    exit code is 1 when nothing was left to send.
    """
    kafka = kafka_settings(config, bootstrap_servers)
    if not dry_run:
        require_broker(kafka)
        require_topics(kafka)
    from driftline.stream_app.adapters.bulk_files import Reading
    from driftline.stream_app.adapters.csv_mapping import Wanted
    from driftline.stream_app.cli.send_report import Report

    given = {section: values[f"{name}s"] for name, section in SECTIONS.items() if values[f"{name}s"]}
    report = Report()
    now_ms = time_ns() // 1_000_000
    defaults = {name: value for name, value in (("model", model), ("version", version)) if value}
    reading = Reading(
        now_ms=now_ms,
        defaults=defaults,
        wanted=Wanted(kind, columns, given, frozenset(ignored)),
        zone=zone_of(timezone),
        texts=frozenset(texts),
        show=report.show_columns,
    )
    asyncio.run(run(files, reading, report, None if dry_run else kafka))
    report.close(dry_run)


def zone_of(name: str | None) -> tzinfo | None:
    """A time zone by its name."""
    if name is None or name.upper() in ("UTC", "Z"):
        return UTC if name else None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        words = f"there is no time zone {name}: write UTC, or a name like Europe/Berlin."
        raise click.UsageError(words) from None


async def run(
    files: tuple[str, ...], reading: "Reading", report: "Report", kafka: "KafkaSettings | None"
) -> None:
    """Read the files and send what is in them; without ``kafka`` only count it."""
    items = report.watched(files, reading)
    if kafka is None:
        for item in items:
            report.take(item)
        return
    from aiokafka.errors import KafkaError

    from driftline.stream_app.adapters.bulk_sender import BulkSender

    topics = {"predictions": kafka.predictions, "feedback": kafka.feedback, "control": kafka.control}
    try:
        async with BulkSender(kafka) as sender:
            for item in items:
                if (event := report.take(item)) is not None:
                    await sender.send(topics[event.topic], event.key, event.value, event.time_ms)
    except KafkaError as error:
        words = f"Kafka refused or did not answer after {sender.delivered:,} events: {error or type(error)}"
        raise click.ClickException(words) from error
