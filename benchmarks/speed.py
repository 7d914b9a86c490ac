"""driftline's speed on this machine: `python -m benchmarks.speed`. Takes about twenty minutes.

Prints tables and writes benchmarks/out/speed.json. Nothing leaves this machine; what is started is stopped.
"""

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.broker import benchmark_broker
from benchmarks.compiling import compiling_cpu_s
from benchmarks.cores import CORES
from benchmarks.goals import goals, table_of
from benchmarks.latency import MODELS as LATENCY_MODELS
from benchmarks.latency import alert_latency
from benchmarks.memory import memory
from benchmarks.race import ROUNDS, run_race
from benchmarks.restore import restore
from benchmarks.scaling import by_features, by_models, tick_ms, with_models

OUT = Path(__file__).with_name("out") / "speed.json"
QUICK_SHARE = 0.1


@dataclass
class Benchmark:
    """One run: the broker, how much of everything, and what has been measured so far."""

    bootstrap_servers: str
    quick: bool
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Of the usual numbers of events."""
        return QUICK_SHARE if self.quick else 1.0

    def race(self) -> None:
        """(a) to (e)."""
        figures = run_race(self.bootstrap_servers, self.share, rounds=1 if self.quick else ROUNDS)
        self.result["event_bytes"] = figures.pop("event")["bytes"]
        self.result |= {name: each["events_per_second"] for name, each in figures.items()}
        self.result["details"] = figures

    def latency(self) -> None:
        """At half of what the worker reaches with as many models."""
        maximum = with_models(self.bootstrap_servers, LATENCY_MODELS, self.share)
        self.result["latency"] = alert_latency(self.bootstrap_servers, maximum)

    def memory(self) -> None:
        """Per signal and per waiting prediction."""
        self.result["memory"] = memory()

    def restore(self) -> None:
        """Of ten thousand signals."""
        self.result["restore"] = restore(self.bootstrap_servers)

    def features(self) -> None:
        """20, 100, 500."""
        self.result["by_features"] = by_features()

    def models(self) -> None:
        """1, 10, 100, 1,000, and what a tick of one costs."""
        self.result |= {"by_models": by_models(), "tick_ms": tick_ms()}

    def compiling(self) -> None:
        """Everything, once."""
        self.result["compiling_cpu_s"] = compiling_cpu_s()


PARTS: Mapping[str, Callable[[Benchmark], None]] = {
    part.__name__: part
    for part in (
        Benchmark.race,
        Benchmark.latency,
        Benchmark.memory,
        Benchmark.restore,
        Benchmark.features,
        Benchmark.models,
        Benchmark.compiling,
    )
}


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="These parts; writes no file.")
@click.option("--quick", is_flag=True, help="A tenth of the events, one round: to see that it works.")
@click.option("--port", type=click.IntRange(1, 65_535), help="The broker's port; a free one by default.")
def main(only: tuple[str, ...], quick: bool, port: int | None) -> None:
    """Measure driftline beside the limit of the platform and the usual way."""
    console = Console()
    with benchmark_broker(port) as bootstrap_servers:
        benchmark = Benchmark(bootstrap_servers, quick, machine() | {"quick": quick})
        for name in only or PARTS:
            console.print(f"[dim]{name} …[/]")
            PARTS[name](benchmark)
    benchmark.result["goals"] = {goal.name: goal.reached for goal in goals(benchmark.result)}
    print_result(console, benchmark.result)
    if not only:
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_bytes(orjson.dumps(benchmark.result, option=orjson.OPT_INDENT_2))
        console.print(f"written to {OUT}")


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "python": platform.python_version(),
        "processor": platform.machine(),
        "cores": len(CORES) or os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def print_result(console: Console, result: Mapping[str, Any]) -> None:
    """Everything that was measured, and the goals."""
    if "details" in result:
        console.print(race_table(result["details"]))
    for name in ("latency", "memory", "restore", "by_features", "by_models"):
        if name in result:
            table = Table(title=name.replace("_", " "), title_justify="left")
            for key in result[name]:
                table.add_column(key, justify="right")
            table.add_row(*(f"{value:,.10g}" for value in result[name].values()))
            console.print(table)
    console.print(table_of(goals(result)))


def race_table(details: Mapping[str, Mapping[str, float]], beside: str = "stock") -> Table:
    """The contestants, one a row, with their ratio to one of them."""
    columns = list(dict.fromkeys(key for figures in details.values() for key in figures))
    table = Table("contestant", title="events per second, median", title_justify="left")
    for column in (*columns, f"÷ {beside}"):
        table.add_column(column.replace("_", " "), justify="right")
    for name, figures in details.items():
        cells = [f"{figures[column]:,.10g}" if column in figures else "" for column in columns]
        ratio = figures["events_per_second"] / details[beside]["events_per_second"]
        table.add_row(name, *cells, f"{ratio:.2f}")
    return table


if __name__ == "__main__":
    main()
