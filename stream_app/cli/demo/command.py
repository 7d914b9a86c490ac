"""The command: on the broker that is named, on one of its own, or in memory."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from driftline.stream_app.cli.options import common_options, engine_settings, require_broker
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.stream_app.cli.demo.on_kafka import Showing
    from driftline.stream_app.config import Settings

SCENARIO: Final = "demo-mix"
DIRECTORY: Final = Path(".driftline")


@click.command(
    short_help="Watch changes become alarms.",
    cls=Command,
    epilog=examples(
        "driftline demo",
        "driftline demo --bootstrap-servers localhost:9092",
        "driftline demo --rate 5000 --seed 2",
    ),
)
@click.option(
    "--rate",
    metavar="R",
    type=click.FloatRange(min=0, min_open=True),
    default=1200.0,
    show_default=True,
    help="Events a second on Kafka; in memory they go as fast as possible.",
)
@click.option("--seed", metavar="N", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--open", "opens", is_flag=True, help="Open the dashboard in the browser.")
@common_options
def demo(*, rate: float, seed: int, opens: bool, config: Path | None, bootstrap_servers: str | None) -> None:
    """Watch changes become alarms: a voice-search model's traffic, with three injected incidents.

    Runs on the Kafka that is named, with topics of its own that are deleted at the end; without one it starts
    a Kafka on this machine, and removes it afterwards. Where Java or Maven is missing, the same scenario runs
    in memory. On Kafka a dashboard shows it all in the browser. Ends by itself after about two minutes; in a
    terminal it waits for a key then.
    """
    settings = engine_settings(config, bootstrap_servers)
    from driftline.stream_app.adapters.local_kafka import java_and_maven_missing
    from driftline.stream_app.cli.demo.compiling import compiling
    from driftline.stream_app.cli.demo.on_kafka import Showing
    from driftline.stream_app.cli.demo.surroundings import alone_in, ending_in_order, temporary_broker

    with ending_in_order(), alone_in(DIRECTORY / "demo"):
        if "bootstrap_servers" in settings.kafka.model_fields_set:  # by whichever way a broker was named
            require_broker(settings.kafka)
            with compiling() as work:
                on_kafka(settings, settings.kafka.bootstrap_servers, (rate, seed), Showing(work, opens))
        elif missing := java_and_maven_missing():
            click.echo(f"{missing} So the same scenario runs in memory.")
            in_memory(settings, seed)
        else:
            fetching = "" if (DIRECTORY / "kafka-libs").is_dir() else " (fetching it first, once: 44 MB)"
            click.echo(f"Starting Apache Kafka on this machine{fetching} …")
            kafka = temporary_broker(DIRECTORY / "demo" / "kafka", DIRECTORY / "kafka-libs")
            with compiling() as work, kafka as servers:
                on_kafka(settings, servers, (rate, seed), Showing(work, opens))


def on_kafka(settings: "Settings", servers: str, play: tuple[float, int], show: "Showing") -> None:
    """The demo on a broker that answers: ``play`` is the rate and the seed."""
    from driftline.stream_app.cli.demo.board import Board
    from driftline.stream_app.cli.demo.on_kafka import play_on_kafka
    from driftline.stream_app.cli.demo.surroundings import demo_settings
    from driftline.stream_app.cli.scenarios import ending_now, named
    from driftline.stream_app.cli.terminal import standard_output

    rate, seed = play
    board = Board(ending_now(named(SCENARIO)), seed, standard_output())
    play_on_kafka(demo_settings(settings, servers), board, rate, DIRECTORY / "demo" / "worker.log", show)


def in_memory(settings: "Settings", seed: int) -> None:
    """The demo without a broker."""
    from driftline.stream_app.cli.demo.board import Board
    from driftline.stream_app.cli.demo.in_memory import play_in_memory
    from driftline.stream_app.cli.scenarios import named
    from driftline.stream_app.cli.terminal import standard_output

    board = Board(named(SCENARIO), seed, standard_output())
    play_in_memory(settings, board)
    board.show_report()
