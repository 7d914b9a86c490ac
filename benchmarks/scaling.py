"""How the worker's speed falls with wider events and with more models."""

from benchmarks.contestants import driftline
from benchmarks.events import Traffic
from benchmarks.topics import load

FEATURES = (20, 100, 500)
MODELS = (1, 10, 100)
VALUES = 8_000_000  # feature values read in a run with one model
EVENTS_OF_MANY_MODELS = 300_000


def by_features(bootstrap_servers: str, share: float = 1.0) -> dict[str, float]:
    """Events per second of one model with 20, 100 and 500 features."""
    speeds: dict[str, float] = {}
    for features in FEATURES:
        topic = load(bootstrap_servers, Traffic(int(share * VALUES / features), features))
        speeds[str(features)] = round(driftline.measure(topic).run.events_per_second)
    return speeds


def by_models(bootstrap_servers: str, share: float = 1.0) -> dict[str, float]:
    """Events per second of 1, 10 and 100 models."""
    return {str(models): with_models(bootstrap_servers, models, share) for models in MODELS}


def with_models(bootstrap_servers: str, models: int, share: float = 1.0) -> float:
    """Events per second of models with 20 features, each of which has one event every millisecond."""
    topic = load(bootstrap_servers, Traffic(int(share * EVENTS_OF_MANY_MODELS), models=models))
    return round(driftline.measure(topic).run.events_per_second)
