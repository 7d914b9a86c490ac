"""The race: every contestant reads the same events, in turn, three times; the median counts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.armed import SPACING_MS
from benchmarks.contestants import driftline, limit, replay, stock
from benchmarks.contestants.program import command_of, measure
from benchmarks.events import EventMaker, Traffic
from benchmarks.meter import Run
from benchmarks.topics import LoadedTopic, load

ROUNDS = 3
# Each takes between seven and thirty seconds.
EVENTS = {
    "limit": 1_000_000,
    "stock": 100_000,
    "every_value": 300_000,
    "auto": 600_000,
    "armed": 400_000,
    "replay": 400_000,
}
Contestant = Callable[[], Mapping[str, float]]
Figures = dict[str, dict[str, float]]


def race(contestants: Mapping[str, Contestant], rounds: int = ROUNDS) -> Figures:
    """Medians of everything each contestant says of itself.

    In rounds, not one contestant after the other: what disturbs the machine for a while disturbs all of them.
    """
    runs: dict[str, list[Mapping[str, float]]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            runs[name].append(contestant())
    return {name: {key: median(run[key] for run in each) for key in each[0]} for name, each in runs.items()}


def run_race(bootstrap_servers: str, share: float = 1.0, rounds: int = ROUNDS) -> Figures:
    """All six. `share` of the usual numbers of events are read.

    Returns for each contestant `events_per_second` and more.
    """
    maker = EventMaker()
    counts = {name: int(share * events) for name, events in EVENTS.items()}
    topic = load_race(bootstrap_servers, max(counts.values()))
    slow = load_race(bootstrap_servers, counts["armed"], SPACING_MS)
    with TemporaryDirectory(prefix="driftline-bench-") as directory:
        file = Path(directory, "events.jsonl")
        replay.write_events(file, Traffic(counts["replay"]), maker)
        contestants: dict[str, Contestant] = {
            "limit": lambda: figures(measure(command_of(limit), topic.first(counts["limit"]))),
            "stock": lambda: figures(measure(command_of(stock), topic.first(counts["stock"]))),
            "every_value": lambda: worker(topic.first(counts["every_value"]), "every_value"),
            "auto": lambda: worker(topic.first(counts["auto"]), "auto"),
            "armed": lambda: worker(slow, "auto"),
            "replay": lambda: {"events_per_second": replay.events_per_second(file)},
        }
        return race(contestants, rounds) | {"event": {"bytes": round(topic.event_bytes)}}


def load_race(bootstrap_servers: str, events: int, spacing_ms: float = 1.0) -> LoadedTopic:
    """A topic with events of one model.

    Of one partition: by itself Faust waits up to 1.5 s for news of partitions that are empty. With seven of
    those stock reaches a fifth of its speed, which says nothing about detectors.
    """
    return load(bootstrap_servers, Traffic(events, spacing_ms=spacing_ms), partitions=1)


def worker(topic: LoadedTopic, resolution: str) -> dict[str, float]:
    """The whole worker, everything switched on."""
    measured = driftline.measure(topic, {"resolution": resolution})
    return figures(measured.run) | {
        "checkpoint_bytes_per_second": round(measured.checkpoint_bytes_per_second),
        "memory_mb": round(measured.memory_mb),
        "alerts": measured.alerts,
    }


def figures(run: Run) -> dict[str, float]:
    """A run in numbers."""
    return {
        "events_per_second": round(run.events_per_second),
        "cpu_us_per_event": round(run.cpu_us_per_event, 2),
    }
