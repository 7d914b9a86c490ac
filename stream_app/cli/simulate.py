"""``driftline simulate``: traffic of a voice-search model with known changes."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from driftline.stream_app.cli.options import common_options, kafka_settings, require_broker, require_topics
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.stream_app.config import KafkaSettings
    from driftline.stream_app.simulator import Scenario, SimulatedEvent

STANDARD_STREAM: Final = Path("-")
STANDARD_OUTPUT: Final = Path("/dev/stdout")
DAY_S: Final = 86_400


@click.command(
    short_help="Play traffic with known changes.",
    cls=Command,
    epilog=examples(
        "driftline simulate --list",
        "driftline simulate new-words --out events.jsonl.gz --truth truth.jsonl",
        "driftline simulate new-words --out - | driftline replay -",
        "driftline simulate demo-mix --kafka --rate 1000",
    ),
)
@click.argument("scenario", required=False)
@click.option("--list", "show_list", is_flag=True, help="Show the scenarios instead.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path),
    help="Write JSON lines, compressed if FILE ends in .gz; - is standard output.",
)
@click.option("--kafka", "to_kafka", is_flag=True, help="Send the events to driftline's topics.")
@click.option(
    "--rate",
    metavar="R",
    type=click.FloatRange(min=0, min_open=True),
    help="Events a second with --kafka; as many as possible by default.",
)
@click.option(
    "--truth",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write what was injected, and when, as JSON lines.",
)
@click.option("--seed", metavar="N", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--scale",
    metavar="X",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Stretch the scenario's duration and the times of its changes.",
)
@common_options
def simulate(
    *,
    scenario: str | None,
    show_list: bool,
    out: Path | None,
    to_kafka: bool,
    rate: float | None,
    truth: Path | None,
    seed: int,
    scale: float,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Play a SCENARIO: the events of a voice-search model, with changes that are known.

    The same scenario, seed and scale give the same events. A file gets the scenario's own dates; in Kafka,
    which deletes what is old, the scenario ends now.
    """
    if show_list:
        print_scenarios()
        return
    if (out is None) == (not to_kafka):
        raise click.UsageError("Say where the events shall go: either --out FILE or --kafka.")
    if rate is not None and not to_kafka:
        raise click.UsageError("--rate paces events that go to Kafka; a file is written as fast as possible.")
    from driftline.stream_app.cli.scenarios import ending_now, named

    chosen = named(scenario).scaled(scale)
    if out is not None:
        write_truths(chosen, seed, truth)
        count, where = write(chosen.events(seed), out), f"into {out}"
    else:
        kafka = kafka_settings(config, bootstrap_servers)
        require_broker(kafka)
        require_topics(kafka)
        chosen = ending_now(chosen)
        write_truths(chosen, seed, truth)
        count, where = send(chosen.events(seed), kafka, rate), f"to {kafka.bootstrap_servers}"
    click.echo(f"{count:,} events with {len(chosen.changes)} changes went {where}.", err=True)


def write(events: Iterable["SimulatedEvent"], out: Path) -> int:
    """Into a file or to standard output; returns how many."""
    from driftline.stream_app.simulator import write_file

    return write_file(STANDARD_OUTPUT if out == STANDARD_STREAM else out, events)


def send(events: Iterable["SimulatedEvent"], kafka: "KafkaSettings", rate: float | None) -> int:
    """To Kafka, at the rate; returns how many when all are delivered."""
    from driftline.stream_app.simulator import play
    from driftline.stream_app.simulator.event_sender import EventSender

    with EventSender(kafka) as sender:
        return play(events, sender.send, rate)


def write_truths(scenario: "Scenario", seed: int, file: Path | None) -> None:
    """One JSON line per injected change, if that was asked for."""
    from driftline.stream_app.simulator import write_truth

    if file is not None:
        write_truth(file, scenario.truth(seed))


def print_scenarios() -> None:
    """Every scenario: its id, its size and what happens in it."""
    from rich.table import Table

    from driftline.stream_app.cli.terminal import standard_output
    from driftline.stream_app.simulator import scenarios

    table = Table(box=None)
    for heading in ("scenario", "days", "predictions/s", "what happens"):
        table.add_column(heading, justify="left" if heading in ("scenario", "what happens") else "right")
    for scenario in scenarios().values():
        days = f"{scenario.duration_s / DAY_S:.3g}"
        table.add_row(scenario.id, days, f"{scenario.rate_per_s:g}", scenario.title)
    standard_output().print(table)
