"""Who stands beside driftline on whole systems: always-fire, never-fire and river as it ships.

The contestants are those of `driftline evaluate`, which runs driftline on the same records too.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.quality import desk, healthy, simulated
from driftline.stream_app.adapters.memory import records_of_messages
from driftline.stream_app.adapters.replay import DEFAULT_BATCH, batches
from driftline.stream_app.config import Settings
from driftline.stream_app.evaluation.evaluating import DRIFTLINE, Contestant, evaluate
from driftline.stream_app.pipeline import Record
from driftline.stream_app.simulator import Truth, scenarios

Rows = list[dict[str, Any]]


def contestants(records: Iterable[Record], truths: Sequence[Truth] | None) -> Sequence[Contestant]:
    """All contestants, and what they raised on the records."""
    return evaluate(batches(records, DEFAULT_BATCH), Settings(), truths).contestants


def others(records: Iterable[Record], truths: Sequence[Truth] | None) -> list[Contestant]:
    """All but driftline."""
    return [each for each in contestants(records, truths) if each.score.name != DRIFTLINE]


def on_healthy(seed: int, days: float) -> Rows:
    """A healthy model: how many alerts each raises."""
    found = others(healthy.records(seed, days, Settings().kafka.predictions), None)
    return [
        {"contestant": each.score.name, "seed": seed, "days": days, "alerts": len(each.incidents)}
        for each in found
    ]


def on_scenario(scenario: str, seed: int) -> Rows:
    """A scenario of the simulator: what each finds, and what else it raises."""
    played = scenarios()[scenario]
    found = others(records_of_messages(played.events(seed)), played.truth(seed))
    return [
        {"contestant": each.score.name, "scenario": scenario, "seed": seed} | simulated.figures(each.report)
        for each in found
    ]


def on_desk(noise: str, change: str, features: int) -> Rows:
    """Features that change once each: how many get exactly one alert, from driftline too."""
    feed = desk.feed_of(noise, change, features)
    found = contestants(desk.records(feed, Settings().kafka.predictions), None)
    return [
        {"contestant": each.score.name} | desk.figures(noise, change, features, each.incidents)
        for each in found
    ]
