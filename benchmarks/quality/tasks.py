"""What a run of the scoreboard consists of: independent tasks, functions of plain values that make rows."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from math import isfinite
from typing import Any, NamedTuple

from benchmarks.quality import (
    arl,
    beside,
    combinations,
    delay,
    desk,
    errors,
    healthy,
    invariance,
    labels,
    real,
    simulated,
    troubles,
)
from benchmarks.quality.changes import CHANGES
from benchmarks.quality.contestants import CONTESTANTS, OURS, single_detectors
from benchmarks.quality.feed import YOUNG_MS
from benchmarks.quality.noises import NOISES
from benchmarks.quality.profiles import Profile

Row = dict[str, Any]
LONG, SHORT = 20_000, 2_000
# A long reference has to be neither noisy nor quiet, a short one only not noisy: that shows sooner.
FALSE_ALARMS_SHARE = {LONG: 1.5, SHORT: 0.5}
YOUNG = ("gaussian", "ar_50")
BESIDE = "_beside"  # of who stands beside driftline, in the same part of the result


class Task(NamedTuple):
    """A function by name, and what it is called with; picklable."""

    part: str
    arguments: tuple[Any, ...]

    def run(self) -> tuple[str, list[Row]]:
        """The rows that it adds to a part of the result."""
        return self.part.removesuffix(BESIDE), RUNNERS[self.part](*self.arguments)


def plain(value: Any) -> Any:
    """Infinite and undefined figures become None, which JSON can hold."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def run_arl(contestant: str, noise: str, warm_up: int, requested: float, profile: Profile) -> list[Row]:
    young = noise.endswith("@100ms")
    kind, columns = noise.removesuffix("@100ms"), profile.columns_of(requested)
    false_alarms = round(profile.false_alarms * FALSE_ALARMS_SHARE[warm_up])
    feed = arl.healthy_feed(kind, warm_up, requested, columns, false_alarms)
    if young:
        feed = replace(feed, spacing_ms=YOUNG_MS)
    if contestant != OURS:
        feed = replace(feed, columns=profile.columns_of_others)
    measured = arl.measure(contestant, feed, warm_up, requested)
    return [{"contestant": contestant, "noise": noise, "warm_up": warm_up} | asdict(measured)]


def run_delay(contestant: str, noise: str, change: str, requested: float, profile: Profile) -> list[Row]:
    columns = profile.columns if contestant == OURS else profile.columns_of_others
    feed = delay.scenario(NOISES[noise], CHANGES[change], LONG, requested, columns)
    measured = delay.measure(contestant, feed, LONG, requested)
    figures = asdict(measured) | {"ratio": measured.ratio}
    return [{"contestant": contestant, "noise": noise, "change": change, "requested": requested} | figures]


RUNNERS: dict[str, Callable[..., list[Row]]] = {
    "arl": run_arl,
    "delay": run_delay,
    "units": lambda: [dict(invariance.units())],
    "blinded": lambda detector: [invariance.blinded(detector)],
    "healthy": lambda seed, days: [{"contestant": OURS} | healthy.run(seed, days)],
    "desk": lambda noise, change, features: [{"contestant": OURS} | desk.run(noise, change, features)],
    "scenarios": lambda scenario, seed: [{"contestant": OURS} | simulated.run(scenario, seed)],
    "healthy_beside": beside.on_healthy,
    "desk_beside": beside.on_desk,
    "scenarios_beside": beside.on_scenario,
    "labels": labels.run,
    "combinations": lambda blend: [
        {"contestant": OURS} | asdict(combinations.measure(combinations.ALL[blend]))
    ],
    "trouble_alarms": lambda noise, warm_up: [troubles.false_alarms(noise, warm_up)],
    "trouble_delays": lambda noise, change: [troubles.delays(noise, change)],
    "heirs": lambda noise, by_snapshot: [troubles.heirs(noise, by_snapshot)],
    "real_series": lambda series: [real.run(series)],
}
BEYOND = ("combinations", "trouble_alarms", "trouble_delays", "heirs", "real_series")
"""Parts beyond the grid that a quick look has time for: of a full run, and when they are asked for."""


def others(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Who stands beside driftline, and on which noises: baselines, and each of its own detectors alone."""
    baselines = {name: tuple(NOISES) for name in CONTESTANTS if name != OURS}
    return baselines | dict.fromkeys(single_detectors(), profile.noises_of_single_detectors)


def tasks(profile: Profile) -> Iterator[Task]:
    """Everything, the longest first, so that two processes end together."""
    for seed in range(profile.healthy_seeds):
        yield Task("healthy", (seed, profile.healthy_days))
    for scenario in profile.scenarios:
        for seed in range(1, profile.scenario_seeds + 1):
            yield Task("scenarios", (scenario, seed))
    for noise, change in profile.at_the_desk:
        if desk.can_be_seen(noise, change):
            part = "desk_beside" if (noise, change) in profile.desk_beside else "desk"
            yield Task(part, (noise, change, profile.features_at_the_desk))
    yield Task("healthy_beside", (0, profile.days_beside))
    for scenario in profile.scenarios_beside:
        yield Task("scenarios_beside", (scenario, 1))
    for stream in errors.CONCEPTS:
        for course in errors.COURSES:
            yield Task("labels", (stream, course, profile.episodes))
    yield from arl_tasks(profile)
    yield from delay_tasks(profile)
    yield from tasks_beyond()
    yield Task("units", ())
    for detector in invariance.EACH:
        yield Task("blinded", (detector,))


def arl_tasks(profile: Profile) -> Iterator[Task]:
    """Every noise, both warm-ups, both requested numbers; the others at 10,000 only."""
    for requested in (1e5, 1e4):
        for warm_up in (LONG, SHORT):
            for noise in NOISES:
                yield Task("arl", (OURS, noise, warm_up, requested, profile))
        for noise in YOUNG:
            yield Task("arl", (OURS, f"{noise}@100ms", LONG, requested, profile))
    for name, noises in others(profile).items():
        for noise in noises:
            yield Task("arl", (name, noise, LONG, 1e4, profile))


def delay_tasks(profile: Profile) -> Iterator[Task]:
    """Every noise and change; the others on those changes that the plot and the goals are about."""
    for requested in profile.delays_at:
        for noise, change in delay.possible(NOISES, CHANGES):
            if change.course == "abrupt" or noise.id in profile.slow_changes_on:
                yield Task("delay", (OURS, noise.id, change.id, requested, profile))
    for name, noises in others(profile).items():
        watched = [noise for noise in noises if noise in profile.noises_of_others]
        for noise, change in delay.possible(watched, CHANGES):
            yield Task("delay", (name, noise.id, change.id, 1e4, profile))


def tasks_beyond() -> Iterator[Task]:
    """What nobody tuned anything by: healthy combinations, other trouble, heirs."""
    for blend in combinations.ALL:
        yield Task("combinations", (blend,))
    for noise in troubles.HEIRS:
        for by_snapshot in (False, True):
            yield Task("heirs", (noise, by_snapshot))
    for noise in troubles.NEW:
        for warm_up in (LONG, SHORT):
            yield Task("trouble_alarms", (noise, warm_up))
    for noise, change in troubles.pairs():
        yield Task("trouble_delays", (noise, change))
    for series in real.SERIES:
        yield Task("real_series", (series,))
