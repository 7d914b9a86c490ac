"""``driftline audit``: what driftline changed about its own watching, and why."""

from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click

from driftline.stream_app.cli.options import common_options, kafka_settings, require_broker
from driftline.stream_app.cli.presentation import Command, examples

READ_S_MAX: Final = 10.0


@click.command(
    short_help="Show what verdicts and acceptances changed.",
    cls=Command,
    epilog=examples(
        "driftline audit",
        "driftline audit --model voice-search --follow",
        "driftline audit --json --last 100 | jq .reason",
    ),
)
@click.option("--model", metavar="MODEL", help="This model only.")
@click.option("--follow", "-f", is_flag=True, help="Wait for more, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="The records as JSON lines.")
@click.option(
    "--last",
    metavar="N",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="How many of the records that are there already to show.",
)
@common_options
def audit(
    *,
    model: str | None,
    follow: bool,
    as_json: bool,
    last: int,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Show what operators' verdicts and acceptances changed, and why, the oldest first."""
    kafka = kafka_settings(config, bootstrap_servers)
    require_broker(kafka)
    import orjson

    from driftline.stream_app.adapters.topic_reader import Read, TopicReader

    def wanted(key: bytes, _: bytes) -> bool:
        return model is None or key == model.encode()

    def show(read: Read) -> None:
        click.echo(read.value) if as_json else show_words(orjson.loads(read.value))

    with TopicReader(kafka, kafka.audit) as reader:
        there = sorted(reader.there(wanted, READ_S_MAX), key=lambda read: read.written_ms)
        for read in there[max(len(there) - last, 0) :]:
            show(read)
        if follow:
            with suppress(KeyboardInterrupt):  # how following ends
                for read in reader.follow(wanted):
                    show(read)


def show_words(record: dict[str, Any]) -> None:
    """One line that says what, and one that says why and who."""
    from rich.text import Text

    from driftline.stream_app.cli.terminal import standard_output

    console = standard_output()
    line = Text(f"{record['time'][:19].replace('T', ' ')}  ")
    line.append(f"{record['action']:<9} ", "bold")
    about = [record["model"], record["signal"], record["version"]]
    line.append(" ".join(part for part in about if part))
    console.print(line)
    said = [record["reason"], f"by {record['by']}" if record["by"] else "", record["comment"] or ""]
    console.print(Text("    " + "  ".join(part for part in said if part), "dim"))
