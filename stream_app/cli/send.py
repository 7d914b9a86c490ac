"""``driftline send``: events from files into Kafka, JSON lines or CSV."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Final

import click

from driftline.stream_app.cli.mapping_options import (
    MappingFiles,
    mapping_options,
    mapping_saved,
    read_mappings,
)
from driftline.stream_app.cli.options import (
    Function,
    common_options,
    kafka_settings,
    require_broker,
    require_topics,
)
from driftline.stream_app.cli.presentation import Command, examples
from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.mapping import Wanted, merged
from driftline.stream_app.frames.names import KINDS

if TYPE_CHECKING:
    from driftline.stream_app.adapters.bulk_files import Reading
    from driftline.stream_app.cli.send_report import Report
    from driftline.stream_app.config import KafkaSettings

INPUT: Final = click.Path(exists=True, dir_okay=False, allow_dash=True)
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
@mapping_options
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
    mapping: MappingFiles,
    config: Path | None,
    bootstrap_servers: str | None,
    **values: dict[str, str],
) -> None:
    """Send events from files to Kafka, keyed by their models, as the client does.

    Each FILE holds one event a line (JSON), plain or compressed (.gz), or rows (.csv, .tsv, .csv.gz,
    .parquet); "-" is standard input. What the columns are taken for is shown; options or a mapping say it
    where the header does not. Predictions may have their labels beside them.
    Labels without a time count as known now. Lines that a worker would refuse are not sent and named; the
    exit code is 1 when nothing was left to send.
    """
    kafka = kafka_settings(config, bootstrap_servers)
    if not dry_run:
        require_broker(kafka)
        require_topics(kafka)
    from driftline.stream_app.adapters.bulk_files import Reading
    from driftline.stream_app.cli.send_report import Report

    given = {section: values[f"{name}s"] for name, section in SECTIONS.items() if values[f"{name}s"]}
    constants = {name: value for name, value in (("model", model), ("version", version)) if value}
    try:
        said = Wanted(kind, columns, given, frozenset(ignored), frozenset(texts), constants, timezone)
    except MappingError as error:
        raise click.UsageError(str(error)) from error
    report = Report(mapping_saved(files, mapping.output))
    reading = Reading(
        now_ms=time_ns() // 1_000_000,
        wanted=merged(*read_mappings(mapping.inputs), said),
        show=report.show_columns,
    )
    asyncio.run(run(files, reading, report, None if dry_run else kafka))
    report.close(dry_run)


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
