"""How a shard's speed falls with wider events and with more models, what its first start costs, and memory:
`python -m benchmarks.scaling`.
"""

from functools import partial

from rich.console import Console

from benchmarks.armed import apart, medians, seconds_per_event, seconds_per_tick
from benchmarks.compiling import compiling_cpu_s
from benchmarks.contestants import driftline
from benchmarks.events import Traffic
from benchmarks.goals import goals, table_of
from benchmarks.memory import memory
from benchmarks.topics import load

FEATURES = (20, 100, 500)
MODELS = (1, 10, 100, 1_000)
EVENTS_OF_MANY_MODELS = 300_000


def by_features() -> dict[str, float]:
    """Feature values per second of an armed model with 20, 100 and 500 features."""
    seconds = medians({str(each): partial(apart, seconds_per_event, 1, each) for each in FEATURES})
    return {features: round(int(features) / each) for features, each in seconds.items()}


def by_models() -> dict[str, float]:
    """Events per second of 1, 10, 100 and 1,000 armed models with 20 features, catching up."""
    seconds = medians({str(each): partial(apart, seconds_per_event, each) for each in MODELS})
    return {models: round(1 / each) for models, each in seconds.items()}


def tick_ms() -> float:
    """Of a healthy model."""
    return round(1_000 * apart(seconds_per_tick), 4)


def with_models(bootstrap_servers: str, models: int, share: float = 1.0) -> float:
    """Events per second, on Kafka, of models with 20 features that have one event every millisecond each."""
    topic = load(bootstrap_servers, Traffic(int(share * EVENTS_OF_MANY_MODELS), models=models))
    return round(driftline.measure(topic).run.events_per_second)


if __name__ == "__main__":
    measured = {"by_models": by_models(), "by_features": by_features(), "tick_ms": tick_ms()}
    measured |= {"compiling_cpu_s": compiling_cpu_s(), "memory": memory()}
    Console().print(measured, table_of(goals(measured)))
