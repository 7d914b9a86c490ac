"""How late a change is seen, beside the exact CUSUM that knows it and has the same mean time between false
alarms.

    python -m benchmarks.quality.delay --noise gaussian --change mean_1 --requested 1e4

Each signal learns its reference, stays healthy for at least 1,000 values and then changes, at a moment of its
own. A signal with an alarm in its last 1,000 healthy values is left out: it may believe anything. (Not so
when alarms say nothing of the level: river's detectors begin anew, and to fire always is never to be late.) A
delay counts the changed values up to the alarm, at least 1; a change that is not seen within the horizon (at
least ten times the limit, and 1,000 values) is missed and enters the mean with the horizon.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isnan

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.quality.arl import run
from benchmarks.quality.changes import CHANGES, GRADUAL_VALUES, RECURRING_VALUES, Change
from benchmarks.quality.contestants import OURS, Alarm, Setting, every_contestant
from benchmarks.quality.episodes import episodes
from benchmarks.quality.feed import Feed, spacing_ms
from benchmarks.quality.limit.optimum import optimum_values
from benchmarks.quality.noises import DAY_MS, NOISES, Noise

COLUMNS = 64
HEALTHY_VALUES = 1_000
SPREAD_VALUES_MAX = 1_440
HORIZON_LIMITS = 10


@dataclass(frozen=True)
class Delay:
    """What was measured on one noise and change; `limit` is the exact CUSUM's delay, NaN: none."""

    changes: int
    median: float
    mean: float
    ninety: float
    missed: int
    exactly_one: float
    limit: float

    @property
    def ratio(self) -> float:
        """Mean delay ÷ the limit."""
        return self.mean / self.limit


def scenario(noise: Noise, change: Change, warm_up: int, requested: float, columns: int = COLUMNS) -> Feed:
    """Signals that change, each at a moment of its own: within a day, so that a cycle is met at all hours."""
    spacing = spacing_ms(noise, warm_up)
    limit = optimum_values(noise, change, requested)
    tail = {"gradual": 2 * GRADUAL_VALUES, "recurring": 4 * RECURRING_VALUES, "abrupt": 0}[change.course]
    horizon = int(max(0 if isnan(limit) else HORIZON_LIMITS * limit, tail, 1_000))
    spread = min(DAY_MS // spacing, SPREAD_VALUES_MAX)
    random = np.random.default_rng([columns, warm_up])
    changes_at = warm_up + HEALTHY_VALUES + random.integers(0, spread, columns)
    rows = warm_up + HEALTHY_VALUES + spread + horizon
    return Feed(noise, columns, rows, spacing, change=change, changes_at=changes_at)


def measured(alarms: list[Alarm], feed: Feed, limit: float) -> Delay:
    """Delays and alerts of the signals that were quiet before their change."""
    assert feed.changes_at is not None and feed.change is not None
    disturbed = {
        alarm.column
        for alarm in alarms
        if not isnan(alarm.effect_size_sd)
        and 0 < feed.changes_at[alarm.column] - alarm.offset <= HEALTHY_VALUES
    }
    seen: dict[int, list[Alarm]] = {}
    for alarm in alarms:
        if alarm.offset >= feed.changes_at[alarm.column]:
            seen.setdefault(alarm.column, []).append(alarm)
    columns = [column for column in range(feed.columns) if column not in disturbed]
    horizons = feed.rows - feed.changes_at
    delays = np.array([delay_of(seen.get(c, []), int(feed.changes_at[c]), int(horizons[c])) for c in columns])
    due = 2 if feed.change.course == "recurring" else 1
    single = [len(episodes(seen.get(c, [])).get(c, [])) == due for c in columns]
    return summary(delays, np.isin(columns, list(seen)), single, limit)


def delay_of(alarms: list[Alarm], changed_at: int, horizon: int) -> float:
    """Changed values up to the first alarm; the horizon when there is none."""
    return float(alarms[0].offset - changed_at + 1) if alarms else float(horizon)


def summary(delays: NDArray[np.float64], found: NDArray[np.bool_], single: list[bool], limit: float) -> Delay:
    """In numbers; NaN when every signal was disturbed."""
    if not len(delays):
        return Delay(0, np.nan, np.nan, np.nan, 0, np.nan, limit)
    median, ninety = np.quantile(delays, [0.5, 0.9])
    missed = int((~found).sum())
    return Delay(
        len(delays), float(median), float(delays.mean()), float(ninety), missed, float(np.mean(single)), limit
    )


def measure(contestant: str, feed: Feed, warm_up: int, requested: float) -> Delay:
    """One noise, one change, one contestant."""
    assert feed.change is not None
    setting = Setting(feed.noise.transform, feed.columns, warm_up, requested)
    alarms = run(feed, every_contestant()[contestant](setting))
    counted = [alarm for alarm in alarms if alarm.offset >= warm_up]
    return measured(counted, feed, optimum_values(feed.noise, feed.change, requested))


def possible(noises: Iterable[str], changes: Iterable[str]) -> Iterator[tuple[Noise, Change]]:
    """The pairs that make sense: a rate does not change its variance."""
    chosen = list(changes)
    for name in noises:
        for change in chosen:
            if CHANGES[change].kind in NOISES[name].kinds:
                yield NOISES[name], CHANGES[change]


def table(rows: Iterable[tuple[str, Delay]], title: str) -> Table:
    """A line per measurement."""
    made = Table("", title=title, title_justify="left")
    for name in ("changes", "median", "mean", "90 %", "missed", "exactly one", "limit", "mean ÷ limit"):
        made.add_column(name, justify="right")
    for name, each in rows:
        figures = (each.median, each.mean, each.ninety)
        made.add_row(
            name,
            str(each.changes),
            *(f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}" for figure in figures),
            str(each.missed),
            f"{each.exactly_one:.0%}",
            f"{each.limit:,.1f}",
            f"{each.ratio:.2f}",
        )
    return made


@click.command()
@click.option("--noise", multiple=True, type=click.Choice(list(NOISES)), help="All by default.")
@click.option("--change", multiple=True, type=click.Choice(list(CHANGES)), help="All by default.")
@click.option("--requested", type=float, default=1e4, show_default=True)
@click.option("--warm-up", type=int, default=20_000, show_default=True)
@click.option("--columns", type=int, default=COLUMNS, show_default=True)
@click.option("--contestant", multiple=True, type=click.Choice(list(every_contestant())), default=(OURS,))
def main(
    *,
    noise: tuple[str, ...],
    change: tuple[str, ...],
    requested: float,
    warm_up: int,
    columns: int,
    contestant: tuple[str, ...],
) -> None:
    """Delay of changes beside the exact CUSUM at the same requested ARL0."""
    rows = []
    for name in contestant:
        for kind, what in possible(noise or NOISES, change or CHANGES):
            feed = scenario(kind, what, warm_up, requested, columns)
            rows.append((f"{name} {kind.id} {what.id}", measure(name, feed, warm_up, requested)))
    Console(width=160).print(table(rows, f"delay, requested {requested:,.0f}, warm-up {warm_up:,}"))


if __name__ == "__main__":
    main()
