"""What each mechanism of the detectors is worth: a short grid with it and without it.

    python -m benchmarks.quality --without local_sd --without crossings
    python -m benchmarks.quality --without all --write

Each mechanism is measured in a process of its own, one after the other: one to two minutes, more where a
kernel is compiled anew. Rows have few signals, so single ones are moved by chance; seeds are the same for
all, and means over rows tell. What is done is kept in benchmarks/out/ablation.jsonl and not done again while
the code is the same. The grid has what each mechanism was made for, and with fixed seeds: false alarms where
one in 10,000 values is asked for; of healthy combinations, of a signal and week and of a model and 30 days;
delays as parts of the exact CUSUM's; time per value.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

import numpy as np

from benchmarks.quality import arl, combinations, delay
from benchmarks.quality.blends import Blend
from benchmarks.quality.changes import CHANGES, TROUBLES
from benchmarks.quality.contestants import OURS
from benchmarks.quality.feed import START_MS
from benchmarks.quality.noises import NOISES, Noise, Numbers
from benchmarks.quality.patches import Patch
from driftline.detectors import Bank, BankSettings, Signal, Transform

Row = dict[str, Any]
VARIABLE = "NUMBA_CACHE_DIR"
SIGNALS, COMBINED, DAYS = 8, 8, 14
REQUESTED, LONG, SHORT = 1e4, 20_000, 2_000
EXPECTED = 16  # false alarms of a row: some 180 rows of tables take two hours on two cores
TIMED_ROWS, TIMED_SIGNALS, TIMES = 40_000, 8, 3
QUALITY = (Transform.MISSING, Transform.NULL, Transform.WRONG_TYPE)

daily = NOISES["daily_cycle"]
assert isinstance(daily, Numbers)
TAIL = replace(daily, id="tail of daily_cycle", transform=Transform.TAIL)
FALSE_ALARMS: tuple[tuple[Noise, int], ...] = (
    *((NOISES[name], LONG) for name in ("gaussian", "ar_90", "bernoulli_06", "categories_50")),
    *((NOISES[name], LONG) for name in ("log_normal", "daily_weekly_ar_50")),
    *((NOISES[name], SHORT) for name in ("ar_90", "bernoulli_003", "daily_weekly_ar_50")),
    (TAIL, LONG),
)
COMBINATIONS = (
    Blend("iid", "skewed", "daily", 10_000),
    Blend("ar_50", "normal", "daily", 10_000),
    Blend("ar_90", "normal", "daily", 60_000),
    Blend("ar_97", "normal", "flat", 10_000),
    Blend("ar_50", "whole", "daily", 10_000),
    Blend("garch_ar_50", "normal", "weekly", 60_000),
)
DELAYS: tuple[tuple[Noise, str], ...] = (
    *((NOISES["gaussian"], f"mean_{size}") for size in ("025", "035", "07", "14", "3")),
    *((NOISES["gaussian"], each) for each in ("variance_2", "variance_half", "gradual", "recurring")),
    (NOISES["log_normal"], "mean_2"),
    *((NOISES["ar_90"], each) for each in ("mean_05", "variance_2")),
    *((NOISES["daily_cycle"], each) for each in ("mean_025", "mean_1", "variance_2")),
    *((NOISES["bernoulli_06"], each) for each in ("rate_2", "rate_half", "rate_recurring")),
    (NOISES["integer_counts"], "mean_1"),
    (NOISES["categories_50"], "class_swap"),
    (TAIL, "variance_2"),
)


class Step(NamedTuple):
    """One row of the grid by its id, and what measures it."""

    id: str
    measure: Callable[[], Row]


def grid() -> Iterator[Step]:
    """All rows; a row says `part` (false_alarms, combination, delay, time) and figures."""
    for noise, warm_up in FALSE_ALARMS:
        yield Step(f"{noise.id} / {warm_up:,}", partial(false_alarms, noise, warm_up))
    for blend in COMBINATIONS:
        yield Step(blend.id, partial(combination, blend))
    for noise, change in DELAYS:
        yield Step(f"{noise.id} {change}", partial(delays, noise, change))
    yield Step("time", time_per_value)


def false_alarms(noise: Noise, warm_up: int) -> Row:
    """How many times as many as were asked for; half a one stands for none."""
    feed = replace(arl.healthy_feed("gaussian", warm_up, REQUESTED, SIGNALS, EXPECTED), noise=noise)
    feed = replace(feed, spacing_ms=arl.spacing_ms(noise, warm_up))
    found = arl.measure(OURS, feed, warm_up, REQUESTED)
    return {"part": "false_alarms", "value": max(found.episodes, 0.5) / found.values * REQUESTED}


def combination(blend: Blend) -> Row:
    """False alarms of a signal and week and of a model and 30 days, all weeks together."""
    found = combinations.measure(blend, signals=COMBINED, days=DAYS)
    weeks = DAYS / 7
    together = [
        (first + (weeks - 1) * later) / weeks
        for first, later in (
            (found.signal_first_week, found.signal_later),
            (found.model_first_week, found.model_later),
        )
    ]
    return {"part": "combination", "value": together[0], "model": together[1]}


def delays(noise: Noise, change: str) -> Row:
    """Mean delay in that of the limit (in values, where there is none), and what was missed or told twice."""
    feed = delay.scenario(noise, (CHANGES | TROUBLES)[change], LONG, REQUESTED, SIGNALS)
    found = delay.measure(OURS, feed, LONG, REQUESTED)
    value = found.mean if np.isnan(found.limit) else found.ratio
    several = round((1 - found.exactly_one) * found.changes) - found.missed
    return {"part": "delay", "value": value, "missed": found.missed, "several": max(several, 0)}


def time_per_value() -> Row:
    """CPU nanoseconds for a value of a number and of the three signals of data quality beside it."""
    values = np.random.default_rng(1).standard_normal((TIMED_ROWS * (TIMES + 1), TIMED_SIGNALS))
    bank = Bank(BankSettings())
    signals = [
        Signal(f"{transform.name} {column}", column, transform)
        for column in range(TIMED_SIGNALS)
        for transform in (Transform.VALUE, *QUALITY)
    ]
    bank.add(signals, TIMED_SIGNALS)
    seconds = []
    for first in range(0, len(values), TIMED_ROWS):
        rows = np.arange(first, first + TIMED_ROWS)
        began = process_time()
        for part in np.split(rows, 10):
            bank.update(values[part], START_MS + part * 100, part)
        seconds.append(process_time() - began)
    return {"part": "time", "value": min(seconds[1:]) / TIMED_ROWS / TIMED_SIGNALS * 1e9}


def measured(patches: Sequence[Patch]) -> list[Row]:
    """All rows of the grid with patches in place: only in a process of its own."""
    for patch in patches:
        patch.apply()
    rows = []
    for step in grid():
        try:
            rows.append({"row": step.id, **step.measure()})
        except Exception as error:  # a mechanism that nothing works without is a result
            rows.append({"row": step.id, "part": "failure", "value": np.nan, "error": repr(error)})
    return rows


def in_a_process_of_its_own(measure: Callable[[], list[Row]], *, compiles: bool) -> list[Row]:
    """What a function says in a new process; what that compiles anew is thrown away afterwards."""
    before = os.environ.get(VARIABLE)
    with TemporaryDirectory() as folder:
        if compiles:
            os.environ[VARIABLE] = folder
        try:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                return pool.submit(measure).result()
        finally:
            if compiles:
                os.environ.pop(VARIABLE, None)
                os.environ |= {VARIABLE: before} if before else {}
