"""False alarms of healthy signals that are several things at once, in their first week and afterwards.

    python -m benchmarks.quality.combinations --spacing 10 --shape skewed

Skewed and autocorrelated, with and without a daily cycle, values 2, 10 and 60 s apart, from the first value
on with the default warm-up. Sixteen signals of each kind are watched twice, by the same values:

- "a signal and week": one false alarm of each signal in a week is asked for, so the figure is realised ÷
  requested. Findings are merged to episodes of at most a day (`benchmarks.quality.episodes`).
- "a model and 30 days": at what a budget of one alert in 30 days leaves to each of eight features
  (`FEATURE_DAYS`). Only what is large enough to be told counts. With 0.39 asked for, any figure well above 1
  is a model that cries wolf.

Weeks after the first one are counted from the eighth day on. Seeds and sizes were fixed before anything was
tuned by them.
"""

from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.quality.blends import CYCLES, SHAPES, WALKS, Blend, blends
from benchmarks.quality.contestants import Alarm
from benchmarks.quality.episodes import episodes
from benchmarks.quality.feed import Feed
from benchmarks.quality.noises import DAY_MS
from driftline.detectors import Bank, BankSettings, Finding, Signal
from driftline.stream_app.alarms.stages import SMALLEST_EFFECT_SD

SIGNALS = 16
FEATURES = 8  # of a model
WEEK_MS = 7 * DAY_MS
DAYS = {2_000: 14, 10_000: 28, 60_000: 56}
MONTH_DAYS = 30
FEATURE_DAYS = 615  # a feature has one of 20.5 parts: each has three of data quality, of half its weight
SEED = 19
WARM_UP = BankSettings().warm_up
BATCH_ROWS = 512  # a finding reads its batch again: that shows where there are thousands

GRID = blends(
    ("iid", "ar_50", "ar_90", "ar_97"), ("normal", "skewed", "heavy", "whole"), ("flat", "daily"), (2, 10, 60)
)
"""What everyday numbers look like, each trait with each other one."""
RARER = (
    *blends(("garch", "garch_ar_50", "ar2", "beats", "scale_drifts"), ("normal", "skewed"), ("flat",), (10,)),
    *blends(("garch_ar_50", "ar2", "scale_drifts"), ("skewed",), ("daily", "weekly"), (10,)),
    *blends(("ar_20", "ar_90"), ("rounded", "floored"), ("flat", "daily"), (10,)),
)
ALL = {blend.id: blend for blend in (*GRID, *RARER)}


@dataclass(frozen=True)
class Healthy:
    """False alarms of one combination: of a signal and week, and of a model and 30 days."""

    blend: str
    signal_first_week: float
    signal_later: float
    model_first_week: float
    model_later: float
    seconds: float


def measure(
    blend: Blend, seed: int = SEED, signals: int = SIGNALS, days: int | None = None, warm_up: int = WARM_UP
) -> Healthy:
    """One combination, from its first value on; days: more than a week, else those of its spacing."""
    started = monotonic()
    days = days or DAYS[blend.spacing_ms]
    rows = days * DAY_MS // blend.spacing_ms
    feed = Feed(blend, signals, rows, blend.spacing_ms, seed, batch_rows=BATCH_ROWS)
    weekly, strict = (bank(signals, each * DAY_MS / feed.spacing_ms, warm_up) for each in (7, FEATURE_DAYS))
    often: list[Alarm] = []
    told: list[Alarm] = []
    for batch in feed.batches():
        often += [alarm_of(found) for found in weekly.update(*batch)]
        told += [alarm_of(found) for found in strict.update(*batch) if is_told(found)]
    a_signal, a_model = rates(often, feed, warm_up), rates(told, feed, warm_up)
    month = FEATURES * MONTH_DAYS / 7
    return Healthy(
        blend.id, *a_signal, *(month * rate for rate in a_model), seconds=round(monotonic() - started, 1)
    )


def bank(signals: int, false_alarm_every: float, warm_up: int) -> Bank:
    """The default settings but for the false alarms and the warm-up."""
    made = Bank(BankSettings(false_alarm_every=false_alarm_every, warm_up=warm_up))
    made.add([Signal(str(c), c, Blend.transform) for c in range(signals)], columns=signals)
    return made


def alarm_of(found: Finding) -> Alarm:
    """As other contestants tell it."""
    return Alarm(int(found.signal), found.detected_offset, found.effect_size_sd, found.detector)


def is_told(found: Finding) -> bool:
    """Whether the alarm stages would not call it too small at once."""
    return found.of != "mean" or abs(found.effect_size_sd) >= SMALLEST_EFFECT_SD


def rates(alarms: list[Alarm], feed: Feed, armed: int = WARM_UP) -> tuple[float, float]:
    """Episodes of a signal and week: in the first week, from arming on, and afterwards."""
    day = DAY_MS // feed.spacing_ms
    began = np.array([e.began for own in episodes(alarms, day).values() for e in own])
    week, end = 7 * day, feed.rows
    counts = np.histogram(began, [armed, week, end])[0] if len(began) else np.zeros(2)
    first, later = counts / feed.columns / (np.array([week - armed, end - week]) / week)
    return float(first), float(later)


def table(rows: list[Healthy]) -> Table:
    """A line per combination, and their mean and worst."""
    made = Table("", title="false alarms of healthy combinations", title_justify="left")
    for name in ("a signal and week: first", "later", "a model and 30 days: first week", "later", "seconds"):
        made.add_column(name, justify="right")
    figures = np.array([list(asdict(row).values())[1:] for row in rows], float)
    for row, numbers in zip(rows, figures, strict=True):
        made.add_row(row.blend, *(f"{number:.2f}" for number in numbers))
    if len(rows) > 1:
        made.add_section()
        made.add_row("mean", *(f"{number:.2f}" for number in figures.mean(axis=0)))
        made.add_row("worst", *(f"{number:.2f}" for number in figures.max(axis=0)))
    return made


def chosen(**wanted: tuple[Any, ...]) -> list[Blend]:
    """The combinations whose traits are among those wanted; none wanted are all."""
    return [
        blend
        for blend in ALL.values()
        if all(not some or getattr(blend, trait) in some for trait, some in wanted.items())
    ]


@click.command()
@click.option("--walk", multiple=True, type=click.Choice(list(WALKS)), help="All by default.")
@click.option("--shape", multiple=True, type=click.Choice(list(SHAPES)), help="All by default.")
@click.option("--cycle", multiple=True, type=click.Choice(list(CYCLES)), help="All by default.")
@click.option("--spacing", multiple=True, type=int, help="Seconds between two values; all by default.")
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("--signals", type=int, default=SIGNALS, show_default=True)
@click.option("--warm-up", type=int, default=WARM_UP, show_default=True, help="Values of a reference.")
def main(
    *,
    walk: tuple[str, ...],
    shape: tuple[str, ...],
    cycle: tuple[str, ...],
    spacing: tuple[int, ...],
    seed: int,
    signals: int,
    warm_up: int,
) -> None:
    """False alarms of healthy signals that are several things at once."""
    console = Console(width=140)
    rows: list[Healthy] = []
    spacings_ms = tuple(1000 * each for each in spacing)
    for blend in chosen(walk=walk, shape=shape, cycle=cycle, spacing_ms=spacings_ms):
        rows.append(measure(blend, seed, signals, warm_up=warm_up))
        figures = asdict(rows[-1])
        console.print(*(f"{value:.2f}" if isinstance(value, float) else value for value in figures.values()))
    console.print(table(rows))


if __name__ == "__main__":
    main()
