"""What was promised, and whether it was kept."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rich.table import Table

MODELS_RATIOS = {"10": 0.9, "100": 0.7, "1000": 0.5}
FEATURES_RATIOS = {"100": 0.9, "500": 0.8}


class Goal(NamedTuple):
    """A figure, its bound, and on which side of it the figure has to be."""

    name: str
    value: float
    bound: float
    at_least: bool

    @property
    def reached(self) -> bool:
        """Whether the promise was kept in this run."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        return f"{self.value:,.2f} ({'≥' if self.at_least else '≤'} {self.bound:,g})"


def goals(result: Mapping[str, Any]) -> Iterator[Goal]:
    """The goals that a result says something about."""
    if "auto" in result:
        yield Goal("auto / stock", result["auto"] / result["stock"], 14.0, True)
        yield Goal("auto / limit", result["auto"] / result["limit"], 0.5, True)
        yield Goal("every_value / stock", result["every_value"] / result["stock"], 8.0, True)
    if "armed" in result:
        yield Goal("one armed model / limit", result["armed"] / result["limit"], 0.8, True)
    if "latency" in result:
        yield Goal("alert latency, 50 %, ms", result["latency"]["p50_ms"], 150.0, False)
        yield Goal("alert latency, 99 %, ms", result["latency"]["p99_ms"], 300.0, False)
    if "memory" in result:
        yield Goal("memory per signal, bytes", result["memory"]["bytes_per_signal"], 8_192.0, False)
        resident = result["memory"]["resident_bytes_per_signal"]
        yield Goal("resident memory per signal, bytes", resident, 5_000.0, False)
    if "compiling_cpu_s" in result:
        yield Goal("compiling everything once, CPU s", result["compiling_cpu_s"], 25.0, False)
    if "restore" in result:
        yield Goal("restore of 10,000 signals, s", result["restore"]["seconds"], 10.0, False)
        yield Goal(
            "restore of 100,000 signals in a process, s", result["restore"]["seconds_of_100000"], 10.0, False
        )
    yield from ratios(result)


def ratios(result: Mapping[str, Any]) -> Iterator[Goal]:
    """What many models and wide events cost beside one model of 20 features."""
    for models, bound in MODELS_RATIOS.items() if "by_models" in result else ():
        ratio = result["by_models"][models] / result["by_models"]["1"]
        yield Goal(f"{int(models):,} models / 1 model, events/s", ratio, bound, True)
    for features, bound in FEATURES_RATIOS.items() if "by_features" in result else ():
        ratio = result["by_features"][features] / result["by_features"]["20"]
        yield Goal(f"{features} features / 20 features, values/s", ratio, bound, True)
    if "tick_ms" in result:
        yield Goal("a tick of a healthy stream, ms", result["tick_ms"], 0.1, False)


def table_of(measured: Iterator[Goal]) -> Table:
    """Goals as a table."""
    table = Table("goal", "measured", "", title="goals", title_justify="left")
    for goal in measured:
        table.add_row(goal.name, str(goal), "[green]reached[/]" if goal.reached else "[red]missed[/]")
    return table
