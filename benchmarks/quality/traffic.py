"""Requests a second that rise and fall every day, without a change: how many false findings, and when.

    python -m benchmarks.quality.traffic

Counts of each second are Poisson around a daily wave, of four services with their noon at different hours;
those that wander do so as an Ornstein-Uhlenbeck process, by a share of the rate and with an hour's memory. A
finding counts when its effect is large enough to be told. One in 10^7 values is asked for, half a finding
in sixteen days of four services.
"""

from math import exp, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.signal import lfilter

from benchmarks.quality.feed import START_MS
from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.stream_app.alarms.stages import SMALLEST_EFFECT_SD

DAY_S, DAYS, SERVICES, BATCH_S = 86_400, 16, 4, 8_640
WANDERING_S = 3_600
EVERY = 1e7


class Traffic(NamedTuple):
    """Requests a second: their mean, how far the day takes them, and the share that they wander by."""

    mean: float
    swing: float
    wandering: float = 0.0


KINDS = (
    *(Traffic(1, 0.8), Traffic(5, 4), Traffic(20, 15), Traffic(100, 50), Traffic(500, 400)),
    *(Traffic(5_000, 4_000), Traffic(500, 400, 0.05)),
)


def counts(traffic: Traffic, random: np.random.Generator) -> NDArray[np.float64]:
    """Requests of each second [seconds, services]."""
    seconds = np.arange(DAYS * DAY_S)[:, None]
    turns = seconds / DAY_S + np.arange(SERVICES) / SERVICES
    rate = traffic.mean + traffic.swing * np.sin(2 * np.pi * turns)
    if traffic.wandering:
        kept = exp(-1 / WANDERING_S)
        steps = random.standard_normal(rate.shape) * sqrt(1 - kept**2)
        rate *= np.exp(traffic.wandering * lfilter([1.0], [1.0, -kept], steps, axis=0))
    return random.poisson(rate).astype(np.float64)


def findings_a_day(traffic: Traffic) -> NDArray[np.int64]:
    """How many findings of all services would be told on each day [days]."""
    values = counts(traffic, np.random.default_rng(1))
    bank = Bank(BankSettings(false_alarm_every=EVERY))
    bank.add([Signal(str(c), c, Transform.VALUE) for c in range(SERVICES)], columns=SERVICES)
    days = np.zeros(DAYS, np.int64)
    for first in range(0, len(values), BATCH_S):
        rows = np.arange(first, min(first + BATCH_S, len(values)))
        for found in bank.update(values[rows], START_MS + rows * 1_000, rows):
            days[found.detected_offset // DAY_S] += abs(found.effect_size_sd) >= SMALLEST_EFFECT_SD
    return days


def main() -> None:
    """Prints a line per kind of traffic."""
    table = Table("requests a second", "wandering by", "day 1", "days 2 to 7", "days 8 to 16")
    for traffic in KINDS:
        days = findings_a_day(traffic)
        parts = (days[:1].sum(), days[1:7].sum(), days[7:].sum())
        named = f"{traffic.mean - traffic.swing:g} to {traffic.mean + traffic.swing:g}"
        table.add_row(named, f"{traffic.wandering:.0%}", *(str(part) for part in parts))
    Console().print(table)


if __name__ == "__main__":
    main()
