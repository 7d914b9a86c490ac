"""Realised mean number of values between false alarms, against the requested one.

    python -m benchmarks.quality.arl --noise gaussian --requested 1e4 --warm-up 20000

Many independent signals without any change run side by side. Alarms after arming are merged into episodes
(`benchmarks.quality.episodes`); an episode is open for at most a tenth of the requested number. The estimate
is values outside of episodes divided by episodes: that of a counter with a dead time. The interval is of 95
%, and as wide as the differences between signals demand (each has learned a reference of its own). The hazard
is the same by tenths of the horizon, as requested / realised: 1 is what was asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, inf, sqrt

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.quality.contestants import OURS, Alarm, Contestant, Setting, every_contestant
from benchmarks.quality.episodes import Episode, episodes
from benchmarks.quality.feed import Feed, spacing_ms
from benchmarks.quality.noises import NOISES

COLUMNS = 64
EPISODES_WANTED = 250
HORIZON_REQUESTED = 2  # a signal is watched for at least so many requested mean times
OPEN_SHARE = 0.1
AGES = 10
NONE_UPPER = 3.0  # of a Poisson count of zero, 95 %


@dataclass(frozen=True)
class Realised:
    """What was measured on one noise. low, high: 95 % interval of realised / requested."""

    requested: float
    episodes: int
    values: int
    ratio: float
    low: float
    high: float
    hazard: list[float]


def horizon_values(requested: float, columns: int, wanted: int) -> int:
    """Values each signal is watched for."""
    return int(requested * max(HORIZON_REQUESTED, wanted / columns))


def realised(by_column: dict[int, list[Episode]], feed: Feed, armed_at: int, requested: float) -> Realised:
    """The estimate from the episodes that began between arming and the end."""
    edges = np.linspace(armed_at, feed.rows, AGES + 1)
    counts, exposure = np.zeros((feed.columns, AGES)), np.zeros((feed.columns, AGES))
    for column in range(feed.columns):
        own = by_column.get(column, [])
        counts[column] = np.histogram([each.began for each in own], edges)[0]
        exposure[column] = np.diff(edges) - open_values(own, edges)
    alarms, values = int(counts.sum()), float(exposure.sum())
    ratio = values / alarms / requested if alarms else inf
    low, high = interval(counts.sum(axis=1), values / requested)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = counts.sum(axis=0) / exposure.sum(axis=0) * requested
    return Realised(requested, alarms, int(values), ratio, low, high, hazard.tolist())


def open_values(own: list[Episode], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of each age that lie within an episode, after its first alarm: there no other can begin."""
    spans = [(each.began + 1.0, each.closed + 1.0) for each in own]
    covered = np.zeros(len(edges) - 1)
    for first, last in spans:
        covered += np.clip(np.minimum(last, edges[1:]) - np.maximum(first, edges[:-1]), 0, None)
    return covered


def interval(counts: NDArray[np.float64], requested_times: float) -> tuple[float, float]:
    """95 % interval of realised / requested from the episodes of each signal: Poisson, or wider."""
    alarms = float(counts.sum())
    if not alarms:
        return requested_times / NONE_UPPER, inf
    between = float(counts.var(ddof=1)) * len(counts) if len(counts) > 1 else 0.0
    spread = exp(1.96 * sqrt(max(alarms, between)) / alarms)
    return requested_times / alarms / spread, requested_times / alarms * spread


def run(feed: Feed, contestant: Contestant) -> list[Alarm]:
    """All alarms of a contestant on a feed."""
    return [alarm for batch in feed.batches() for alarm in contestant.update(batch)]


def measure(contestant: str, feed: Feed, warm_up: int, requested: float) -> Realised:
    """One noise, one contestant; alarms while a reference is learned do not count."""
    setting = Setting(feed.noise.transform, feed.columns, warm_up, requested)
    alarms = run(feed, every_contestant()[contestant](setting))
    counted = [alarm for alarm in alarms if alarm.offset >= warm_up]
    return realised(episodes(counted, OPEN_SHARE * requested), feed, warm_up, requested)


def healthy_feed(
    noise: str, warm_up: int, requested: float, columns: int = COLUMNS, wanted: int = EPISODES_WANTED
) -> Feed:
    """Signals of a noise without a change, long enough."""
    rows = warm_up + horizon_values(requested, columns, wanted)
    return Feed(NOISES[noise], columns, rows, spacing_ms(NOISES[noise], warm_up))


def table(rows: Iterable[tuple[str, Realised]], title: str) -> Table:
    """A line per measurement."""
    made = Table("", title=title, title_justify="left")
    for name in ("requested", "episodes", "realised ÷ requested", "95 %", "hazard by tenths of the horizon"):
        made.add_column(name, justify="right")
    for name, each in rows:
        made.add_row(
            name,
            f"{each.requested:,.0f}",
            f"{each.episodes:,}",
            f"{each.ratio:.2f}",
            f"{each.low:.2f} … {each.high:.2f}",
            " ".join(f"{hazard:.1f}" for hazard in each.hazard),
        )
    return made


@click.command()
@click.option("--noise", multiple=True, type=click.Choice(list(NOISES)), help="All by default.")
@click.option("--requested", multiple=True, type=float, default=(1e4,), show_default=True)
@click.option("--warm-up", type=int, default=20_000, show_default=True)
@click.option("--columns", type=int, default=COLUMNS, show_default=True)
@click.option("--spacing-ms", "spacing", type=int, help="Between two values; see benchmarks.quality.feed.")
@click.option("--contestant", multiple=True, type=click.Choice(list(every_contestant())), default=(OURS,))
def main(
    *,
    noise: tuple[str, ...],
    requested: tuple[float, ...],
    warm_up: int,
    columns: int,
    spacing: int | None,
    contestant: tuple[str, ...],
) -> None:
    """Realised against requested mean number of values between false alarms."""
    rows = []
    for name in contestant:
        for kind in noise or NOISES:
            for every in requested:
                feed = healthy_feed(kind, warm_up, every, columns)
                if spacing:
                    feed = Feed(feed.noise, columns, feed.rows, spacing)
                rows.append((f"{name} {kind}", measure(name, feed, warm_up, every)))
    Console(width=160).print(table(rows, f"realised ARL0, warm-up {warm_up:,}"))


if __name__ == "__main__":
    main()
