"""`python -m benchmarks.peers`: Bytewax and Quix Streams beside stock Faust and driftline, on one broker."""

from pathlib import Path

import click
import orjson
from rich.console import Console

from benchmarks.broker import benchmark_broker
from benchmarks.contestants import stock
from benchmarks.contestants.program import command_of, measure
from benchmarks.peers.environments import python_of
from benchmarks.race import EVENTS, ROUNDS, Contestant, figures, load_race, race, worker
from benchmarks.speed import QUICK_SHARE, race_table
from benchmarks.topics import LoadedTopic

OUT = Path(__file__).parents[1] / "out" / "peers.json"
PROGRAMS = {"bytewax": "benchmarks.peers.bytewax_flow", "quix": "benchmarks.peers.quix_streams"}
PEER_EVENTS = 100_000


def contestants(topic: LoadedTopic, share: float) -> dict[str, Contestant]:
    """Stock Faust and the peers do the same work; driftline does that and everything else it does."""
    beginning = topic.first(int(share * PEER_EVENTS))

    def peer(name: str) -> Contestant:
        command = [python_of(name), "-m", PROGRAMS[name]]
        return lambda: figures(measure(command, beginning))

    return {
        "stock": lambda: figures(measure(command_of(stock), beginning)),
        **{name: peer(name) for name in PROGRAMS},
        "every_value": lambda: worker(topic, "every_value"),
    }


@click.command()
@click.option("--quick", is_flag=True, help="A tenth of the events, one round: to see that it works.")
@click.option("--port", type=click.IntRange(1, 65_535), help="The broker's port; a free one by default.")
def main(quick: bool, port: int | None) -> None:
    """Measure what other stream processors make of the usual work. The first time, they are installed."""
    console = Console()
    share = QUICK_SHARE if quick else 1.0
    with benchmark_broker(port) as bootstrap_servers:
        topic = load_race(bootstrap_servers, int(share * EVENTS["every_value"]))
        result = race(contestants(topic, share), rounds=1 if quick else ROUNDS)
    console.print(race_table(result))
    best = max(result[name]["events_per_second"] for name in PROGRAMS)
    verdict = "ahead of both" if result["every_value"]["events_per_second"] > best else "not ahead of both"
    console.print(f"driftline with every_value is {verdict}.")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))
    console.print(f"written to {OUT}")


if __name__ == "__main__":
    main()
