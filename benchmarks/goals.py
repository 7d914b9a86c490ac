"""What was promised, and whether it was kept."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


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
    if "latency" in result:
        yield Goal("alert latency, 99 %, ms", result["latency"]["p99_ms"], 1_000.0, False)
    if "memory" in result:
        yield Goal("memory per signal, bytes", result["memory"]["bytes_per_signal"], 8_192.0, False)
    if "restore" in result:
        yield Goal("restore of 10,000 signals, s", result["restore"]["seconds"], 10.0, False)
